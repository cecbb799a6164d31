/** The anchoring of a node: its epoch log, what anchors it, and what earlier epoch logs anchored. */
import { join } from 'node:path';
import type { AnchorFees } from './anchoring/anchor-decision.js';
import { softwareAnchorSigner } from './anchoring/anchor-signer.js';
import { AnchorStore } from './anchoring/anchor-store.js';
import { chainScript } from './anchoring/anchor-transaction.js';
import { type Anchored, anchoredByAny, AnchoredHeads } from './anchoring/anchored-heads.js';
import { Anchorer } from './anchoring/anchorer.js';
import type { ChainSource } from './anchoring/chain-source.js';
import { type EpochSource, lastEpoch } from './anchoring/epoch-log.js';
import type { IndexKeyOf } from './anchoring/epoch-maps.js';
import { EpochStore } from './anchoring/epoch-store.js';
import type { FundingCoin } from './anchoring/funding-coin.js';
import { checkOwnChain } from './anchoring/own-chain.js';
import type { Clock } from './base/time.js';
import type { ChainName } from './evidence/chains.js';
import { makeDirectoryDurably } from './keys/durable-file.js';
import type { Ledger } from './ledger/ledger.js';
import type { LogReader } from './ledger/log-reader.js';

/** How anchors get into a chain. */
export interface AnchoringOptions {
  readonly chain: ChainName;
  readonly source: ChainSource;
  /** secp256k1, 32 bytes. */
  readonly secret: Uint8Array;
  readonly confirmations: number;
  /** What an anchor may cost, and how many there are. */
  readonly fees: AnchorFees;
  readonly firstCoin: (script: Uint8Array) => Promise<FundingCoin>;
}

export interface NodeAnchoringParts {
  readonly dataDirectory: string;
  readonly clock: Clock;
  readonly options: AnchoringOptions;
  readonly ledgers: () => readonly Ledger[];
  readonly epochLog: Ledger;
  readonly indexKeyOf: IndexKeyOf;
}

export interface NodeAnchoring {
  readonly chain: ChainName;
  readonly epochs: EpochSource;
  readonly anchorer: Anchorer;
  /** Of all epoch logs that the node has had. */
  readonly anchors: readonly AnchorStore[];
  /** Of the epoch log that is written now. */
  readonly anchored: AnchoredHeads;
  /** Of all epoch logs that the node has had. */
  readonly history: Anchored;
}

/** Six anchors a day leave this many blocks between two. */
const TARGET_BLOCKS = 24;

export async function openNodeAnchoring(parts: NodeAnchoringParts): Promise<NodeAnchoring> {
  const { epochLog, indexKeyOf, ledgers } = parts;
  const { chain, secret, ...options } = parts.options;
  const current = await openHistory(parts, epochLog.reader);
  const histories = [current];
  for (const reader of epochLog.logs.slice(0, -1).reverse())
    histories.push(await openHistory(parts, reader));
  const signer = softwareAnchorSigner(secret);
  if (chain === 'devchain')
    await checkOwnChain(options.source, current.anchors, chainScript(signer.publicKey));
  const anchorer = await Anchorer.open({
    ...options,
    signer,
    store: current.anchors,
    clock: parts.clock,
    targetBlocks: TARGET_BLOCKS,
  });
  const epochs = {
    ledgers: () => ledgers().filter(({ identity }) => identity.handle !== epochLog.identity.handle),
    epochs: epochLog,
    store: current.heads,
    indexKeyOf,
  };
  const history = anchoredByAny(histories.map(({ anchored }) => anchored));
  const anchors = histories.map((one) => one.anchors);
  const { anchored } = current;
  return { chain, epochs, anchorer, anchors, anchored, history };
}

/** Each epoch log has epochs and anchors of its own: their numbers count within it. */
async function openHistory(
  { dataDirectory, indexKeyOf, options: { chain } }: NodeAnchoringParts,
  epochs: LogReader,
): Promise<{ anchors: AnchorStore; heads: EpochStore; anchored: AnchoredHeads }> {
  const epochsDirectory = join(dataDirectory, 'epochs');
  const anchorsDirectory = join(dataDirectory, 'anchors');
  for (const directory of [epochsDirectory, anchorsDirectory])
    await makeDirectoryDurably(directory);
  const last = lastEpoch(epochs);
  const heads = await EpochStore.open(join(epochsDirectory, epochs.handle), last);
  const anchors = await AnchorStore.open(join(anchorsDirectory, epochs.handle), last === null);
  const anchored = await AnchoredHeads.open({ chain, anchors, heads, epochs, indexKeyOf });
  return { anchors, heads, anchored };
}
