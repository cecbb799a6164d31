/** The anchoring of a node: its epoch log, what anchors it, and what earlier epoch logs anchored. */
import { join } from 'node:path';
import type { AnchorFees } from './anchoring/anchor-decision.js';
import type { KeyOrigin } from './anchoring/anchor-psbt.js';
import type { AnchorSigner } from './anchoring/anchor-signer.js';
import { AnchorStore } from './anchoring/anchor-store.js';
import { chainScript } from './anchoring/anchor-transaction.js';
import { type Anchored, anchoredByAny, AnchoredHeads } from './anchoring/anchored-heads.js';
import { Anchorer } from './anchoring/anchorer.js';
import type { ChainSource } from './anchoring/chain-source.js';
import { EpochHistory } from './anchoring/epoch-history.js';
import type { EpochSource } from './anchoring/epoch-log.js';
import type { IndexKeyOf } from './anchoring/epoch-maps.js';
import { EpochStamps, type Stamped, stampedByAny } from './anchoring/epoch-stamps.js';
import type { FundingCoin } from './anchoring/funding-coin.js';
import { chainNamedIn } from './anchoring/named-chain.js';
import { checkOwnChain } from './anchoring/own-chain.js';
import { lastEpoch } from './anchoring/read-epoch.js';
import { StampStore } from './anchoring/stamp-store.js';
import { assert } from './base/errors.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import type { ChainName } from './evidence/chains.js';
import { makeDirectoryDurably } from './keys/durable-file.js';
import type { Ledger } from './ledger/ledger.js';
import type { LogReader } from './ledger/log-reader.js';

/** How anchors get into a chain. */
export interface AnchoringOptions {
  readonly chain: ChainName;
  /** False where the node has no chain, and its epochs go elsewhere; true without it. */
  readonly sendsAnchors?: boolean;
  readonly source: ChainSource;
  readonly signer: AnchorSigner;
  /** Where a wallet finds the key; null where it is not said. */
  readonly origin: KeyOrigin | null;
  /** After which a signature that is waited for is an alarm. */
  readonly signatureMillis: number;
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
  readonly random: RandomSource;
}

export interface NodeAnchoring {
  readonly chain: ChainName;
  readonly epochs: EpochSource;
  readonly anchorer: Anchorer;
  readonly sendsAnchors: boolean;
  /** Of all epoch logs that the node has had. */
  readonly anchors: readonly AnchorStore[];
  /** Of the epoch log that is written now. */
  readonly anchored: AnchoredHeads;
  /** Of all epoch logs that the node has had. */
  readonly history: Anchored;
  readonly stamps: NodeStamps;
  readonly close: () => Promise<void>;
}

/** Time-stamps over the epoch logs that the node has had. */
export interface NodeStamps {
  /** Of the one that is written now. */
  readonly current: EpochStamps;
  readonly all: Stamped;
}

/** Six anchors a day leave this many blocks between two. */
const TARGET_BLOCKS = 24;

export async function openNodeAnchoring(parts: NodeAnchoringParts): Promise<NodeAnchoring> {
  const histories: OpenedHistory[] = [];
  const close = async (): Promise<void> => {
    for (const { epochs } of histories) await epochs.close();
  };
  try {
    for (const reader of parts.epochLog.logs.toReversed())
      histories.push(await openHistory(parts, reader));
    return { ...(await anchoringOf(parts, histories)), close };
  } catch (cause) {
    await close();
    throw cause;
  }
}

/** @param histories that of the epoch log that is written now first. */
async function anchoringOf(
  parts: NodeAnchoringParts,
  histories: readonly OpenedHistory[],
): Promise<Omit<NodeAnchoring, 'close'>> {
  const { epochLog, ledgers, random } = parts;
  const { chain, sendsAnchors = true, ...options } = parts.options;
  const [current] = histories;
  assert(current !== undefined, 'a ledger has a log');
  if (chain === 'devchain')
    await checkOwnChain(options.source, current.anchors, chainScript(options.signer.publicKey));
  const anchorer = await Anchorer.open({
    ...options,
    store: current.anchors,
    named: chainNamedIn(epochLog.reader),
    clock: parts.clock,
    targetBlocks: TARGET_BLOCKS,
  });
  const epochs = {
    ledgers: () => ledgers().filter(({ identity }) => identity.handle !== epochLog.identity.handle),
    epochs: epochLog,
    history: current.epochs,
    random,
    anchorScript: () => anchorer.namedScript,
  };
  const history = anchoredByAny(histories.map(({ anchored }) => anchored));
  const anchors = histories.map((one) => one.anchors);
  const { anchored } = current;
  const stamps = {
    current: current.stamps,
    all: stampedByAny(histories.map((one) => one.stamps)),
  };
  return { chain, epochs, anchorer, sendsAnchors, anchors, anchored, history, stamps };
}

interface OpenedHistory {
  readonly epochs: EpochHistory;
  readonly anchors: AnchorStore;
  readonly anchored: AnchoredHeads;
  readonly stamps: EpochStamps;
}

/** Each epoch log has epochs and anchors of its own: their numbers count within it. */
async function openHistory(
  { dataDirectory, indexKeyOf, options: { chain } }: NodeAnchoringParts,
  reader: LogReader,
): Promise<OpenedHistory> {
  const place = (name: string): string => join(dataDirectory, name, reader.handle);
  for (const name of ['anchors', 'epoch-index'])
    await makeDirectoryDurably(join(dataDirectory, name));
  const epochs = await EpochHistory.open({
    epochs: reader,
    headsDirectory: place('epochs'),
    indexDirectory: place('epoch-index'),
    indexKeyOf,
  });
  try {
    const anchors = await AnchorStore.open(place('anchors'), lastEpoch(reader) === null);
    const anchored = await AnchoredHeads.open({ chain, anchors, history: epochs });
    const store = await StampStore.open(place('stamps'));
    const stamps = await EpochStamps.open({ store, history: epochs });
    return { epochs, anchors, anchored, stamps };
  } catch (cause) {
    await epochs.close();
    throw cause;
  }
}
