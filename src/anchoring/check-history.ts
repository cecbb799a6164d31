/**
 * What an epoch log and its anchors say, held against the logs themselves: the heads of each epoch make
 * the map that the epoch commits to, each head is one that its log had, each anchor carries a head that
 * the epoch log had. For `fsck`; opening looks at the newest alone.
 */
import type { LeafIndex } from '../base/brand.js';
import { equalBytes, toHex } from '../base/bytes.js';
import { digestToHex } from '../base/hex-digest.js';
import { verifyAnchorProof, type VerifiedAnchor } from '../evidence/bitcoin/anchor-proof.js';
import { parseBlockHeader } from '../evidence/bitcoin/block-header.js';
import { CHAINS } from '../evidence/chains.js';
import { parseHeadStatement } from '../evidence/head-statement.js';
import type { LogReader } from '../ledger/log-reader.js';
import { parseStatement } from '../records/parse-statement.js';
import type { AnchorStore } from './anchor-store.js';
import type { ChainSource } from './chain-source.js';
import { lastEpoch } from './epoch-log.js';
import { type EpochHead, epochMaps, type IndexKeyOf } from './epoch-maps.js';
import type { EpochStore } from './epoch-store.js';

export interface CheckedHistory {
  readonly epochs: LogReader;
  readonly heads: EpochStore;
  readonly anchors: AnchorStore;
  readonly indexKeyOf: IndexKeyOf;
  /** All logs of the node by handle. */
  readonly logs: ReadonlyMap<string, CheckedLog>;
  /** The chain, where it is the node's own. */
  readonly ownChain: ChainSource | null;
}

export interface CheckedLog {
  readonly reader: LogReader;
  /** Went on in another log after a loss: what it showed may be longer than what it has. */
  readonly isClosed: boolean;
}

/** @throws AnchoringError, BitcoinProofError for a file that cannot be taken at all. */
export async function* historyProblems(history: CheckedHistory): AsyncGenerator<string> {
  const { epochs, heads: store, logs } = history;
  const seen = new Set<string>();
  for (let epoch = 1; epoch <= (lastEpoch(epochs) ?? 0); epoch++) {
    const heads = await store.read(epoch);
    if (!(await areCommitted(history, epoch as LeafIndex, heads)))
      yield `the stored heads of epoch ${epoch} are not those that the epoch commits to: restore them`;
    for (const head of heads) {
      const name = toHex(head.statement);
      if (!seen.has(name) && !(await isHeadOf(logs.get(head.log), head)))
        yield `${head.origin} never had the head that epoch ${epoch} took of it`;
      seen.add(name);
    }
  }
  yield* anchorProblems(history);
}

async function areCommitted(
  { epochs, indexKeyOf }: CheckedHistory,
  epoch: LeafIndex,
  heads: readonly EpochHead[],
): Promise<boolean> {
  const statement = parseStatement((await epochs.entry(epoch)).statement);
  if (statement.kind !== 'epoch' || statement.heads !== heads.length) return false;
  const { tenants } = epochMaps(epoch, heads, indexKeyOf);
  return digestToHex(tenants.hash) === statement.tenants;
}

async function isHeadOf(log: CheckedLog | undefined, { statement }: EpochHead): Promise<boolean> {
  if (log === undefined) return false;
  const { size, rootHash } = parseHeadStatement(statement);
  if (size > log.reader.head.size) return log.isClosed;
  return equalBytes(await log.reader.rootAt(size), rootHash);
}

async function* anchorProblems(history: CheckedHistory): AsyncGenerator<string> {
  const { anchors, epochs, ownChain } = history;
  for (const size of anchors.settledSizes) {
    const anchor = await verified(anchors, size);
    const { payload } = anchor;
    const isHead =
      payload.size === size &&
      (size > epochs.head.size
        ? (history.logs.get(epochs.handle)?.isClosed ?? false)
        : equalBytes(await epochs.rootAt(size), payload.rootHash));
    if (!isHead) yield `the anchor of ${size} epochs carries a head that the epoch log never had`;
    if (ownChain !== null && !(await holds(ownChain, anchor)))
      yield `the development chain does not hold the anchor of ${size} epochs: restore \`devchain\``;
  }
}

/** By the proof's own network: whether that is the one configured is for the verifier of a file. */
async function verified(
  anchors: AnchorStore,
  size: AnchorStore['settledSizes'][number],
): Promise<VerifiedAnchor> {
  const { proof } = await anchors.readSettled(size);
  const chain = Object.values(CHAINS).find(({ network }) => network.name === proof.network);
  const { network } = chain ?? CHAINS.devchain;
  return verifyAnchorProof(proof, { network, requiredConfirmations: 1, pinnedHeaders: [] });
}

async function holds(chain: ChainSource, { height, blockHash }: VerifiedAnchor): Promise<boolean> {
  if ((await chain.tip()).height < height) return false;
  return parseBlockHeader(await chain.headerAt(height)).hash === blockHash;
}
