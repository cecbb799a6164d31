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
import type { LogReader } from '../ledger/log-reader.js';
import { parseStatement } from '../records/parse-statement.js';
import type { EpochStatement } from '../records/statement.js';
import type { AnchorStore } from './anchor-store.js';
import type { ChainSource } from './chain-source.js';
import { type EpochChange, parseTaken } from './epoch-changes.js';
import type { IndexKeyOf } from './epoch-maps.js';
import { EpochState } from './epoch-state.js';
import { namingProblem } from './named-chain.js';
import { type EpochLogParts, FIRST_EPOCH, readEpochs } from './read-epoch.js';

export interface CheckedHistory extends EpochLogParts {
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

/** @throws AnchoringError, BitcoinProofError for what cannot be taken at all. */
export async function* historyProblems(history: CheckedHistory): AsyncGenerator<string> {
  const state = new EpochState(history.indexKeyOf);
  const seen = new Set<string>();
  let before: EpochStatement | null = null;
  for await (const read of readEpochs(history, FIRST_EPOCH)) {
    const { epoch, format, statement, changes } = read;
    const naming = namingProblem(before, statement);
    if (naming !== null) yield `epoch ${epoch} ${naming}`;
    before = statement;
    if (statement.heads !== undefined && statement.heads !== changes.length)
      yield `epoch ${epoch} counts ${statement.heads} heads, and ${changes.length} are stored`;
    if (digestToHex(state.apply(epoch, format, changes).tenants) !== statement.tenants)
      yield `the heads of epoch ${epoch} are not those that the epoch commits to: restore them`;
    for (const change of changes) {
      const name = change.log + toHex(change.statement);
      if (!seen.has(name) && !(await isTrueOf(history.logs.get(change.log), change)))
        yield `epoch ${epoch} took something of the log ${change.log} that it never had`;
      // Format 1 takes each head again in every epoch.
      if (format === 1) seen.add(name);
    }
  }
  yield* anchorProblems(history);
}

async function isTrueOf(log: CheckedLog | undefined, { statement }: EpochChange): Promise<boolean> {
  if (log === undefined) return false;
  const taken = parseTaken(statement);
  if (taken.kind === 'closing') return log.isClosed;
  const { size, rootHash } = taken;
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
    if (isHead && !(await isNamed(epochs, anchor)))
      yield `the anchor of ${size} epochs is in a chain of anchors that the epoch log does not name`;
    if (ownChain !== null && !(await holds(ownChain, anchor)))
      yield `the development chain does not hold the anchor of ${size} epochs: restore \`devchain\``;
  }
}

/** Entries of a log that lost some, and epochs of earlier versions, do not say. */
async function isNamed(
  epochs: LogReader,
  { payload, chainScript }: VerifiedAnchor,
): Promise<boolean> {
  if (payload.size > epochs.head.size) return true;
  const statement = parseStatement((await epochs.entry((payload.size - 1) as LeafIndex)).statement);
  if (statement.kind !== 'epoch' || statement.anchorScript === undefined) return true;
  return statement.anchorScript === toHex(chainScript);
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
