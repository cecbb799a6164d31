/**
 * Holds what a later epoch says of a log against what an earlier one said, and makes the proof of misbehaviour where
 * the later cannot follow. Nobody is accused of what was not verified, and by nothing that a third party would not take.
 */
import type { LeafIndex, Sha256Digest, TreeSize } from '../../base/brand.js';
import { equalBytes } from '../../base/bytes.js';
import { assert } from '../../base/errors.js';
import { verifyConsistency } from '../../tlog/consistency-proof.js';
import { grownInclusion } from '../../tlog/grown-inclusion.js';
import { verifyInclusion } from '../../tlog/inclusion-proof.js';
import type { TileId } from '../../tlog/tile.js';
import { TlogError } from '../../tlog/tlog-error.js';
import { EvidenceError } from '../evidence-error.js';
import type { HeadStatement } from '../head-statement.js';
import { rootBefore } from '../internal/root-before.js';
import { NO_TRUST } from '../trust.js';
import type { KnownLog } from './find-divergence.js';
import { formatMisbehaviour } from './format-misbehaviour.js';
import { bindingsConflict } from './internal/binding-conflict.js';
import { HashSource } from './internal/hash-source.js';
import { type LogInEpoch, saidOfLog } from './log-in-epoch.js';
import type { EpochContradiction, EpochWithHead, LeafInTree } from './misbehaviour-file.js';
import type { SeenEpoch } from './seen-epoch.js';
import { verifyMisbehaviour } from './verify-misbehaviour.js';

/** What one epoch says of a log. */
export interface EpochOfLog {
  readonly epoch: SeenEpoch;
  readonly log: LogInEpoch;
}

/** Where the hashes come from; whatever these throw is passed on. */
export interface EpochWays {
  /** Of the epoch log; null where none is given. */
  readonly epochs: (from: number, to: number) => Promise<readonly Sha256Digest[] | null>;
  /** Of the log itself; null where none is given. */
  readonly consistency: (from: number, to: number) => Promise<readonly Sha256Digest[] | null>;
  readonly fetchTile: (tile: TileId) => Promise<Uint8Array>;
}

export type EpochDivergence =
  | { readonly kind: 'consistent' }
  | { readonly kind: 'misbehaviour'; readonly proof: Uint8Array; readonly why: string }
  /** It cannot be, and there are no hashes to prove it by. */
  | { readonly kind: 'unproven'; readonly why: string };

/**
 * @param earlier of an epoch that `later`'s tree was shown to continue.
 * @param log the epoch log.
 * @throws EvidenceError, TlogError for what does not follow from the epoch's root; and whatever the ways throw.
 */
export async function findEpochDivergence(
  earlier: EpochOfLog,
  later: EpochOfLog,
  log: KnownLog,
  ways: EpochWays,
): Promise<EpochDivergence> {
  requireOneLog(earlier.log, later.log);
  const before = saidOfLog(earlier.epoch.content, earlier.log);
  const after = saidOfLog(later.epoch.content, later.log);
  if (before.kind === 'closing') return stillClosed(earlier, later);
  if (before.kind !== 'head' || after.kind === 'closing') return { kind: 'consistent' };
  const accuse = (why: string, growth?: LeafInTree): Promise<EpochDivergence> =>
    proven(earlier, later, log, ways, why, growth);
  if (after.kind === 'absent') return accuse('the log is gone, without having been closed');
  if (after.kind === 'tenant-absent') return accuse('its tenant is gone, and the log with it');
  if (after.size < before.size) return accuse(`its head goes back to ${after.size} entries`);
  if (after.size === before.size && !equalBytes(before.rootHash, after.rootHash))
    return accuse(`it has another root of ${after.size} entries`);
  if (conflict(before, after)) return accuse('its heads cannot be bound to one Hypercore');
  if (after.size === before.size || before.size === 0) return { kind: 'consistent' };
  const growth = await growthOf(before, after, ways);
  if (growth === 'shown') return { kind: 'consistent' };
  return growth === null
    ? { kind: 'unproven', why: `nothing shows that ${after.size} entries continue ${before.size}` }
    : accuse(`its ${after.size} entries do not continue the ${before.size} before`, growth);
}

/** Under another handle a log that is there could be shown to be absent. */
function requireOneLog(one: LogInEpoch, other: LogInEpoch): void {
  const isOne =
    one.origin === other.origin &&
    equalBytes(one.handle, other.handle) &&
    equalBytes(one.tenant.handle, other.tenant.handle);
  if (!isOne)
    throw new EvidenceError('EVIDENCE_MALFORMED', 'two epochs name one log by two handles');
}

/** A closing statement stands for ever. That it does not is no proof of format 1, which knows heads alone. */
function stillClosed({ log: before }: EpochOfLog, { log: after }: EpochOfLog): EpochDivergence {
  const [one, other] = [before.taken, after.taken];
  return one !== null && other !== null && equalBytes(one.statement, other.statement)
    ? { kind: 'consistent' }
    : { kind: 'unproven', why: 'the log had ended, and its closing statement is gone' };
}

function conflict(before: HeadStatement, after: HeadStatement): boolean {
  const bound = (head: HeadStatement) => ({ size: head.size, binding: head });
  return bindingsConflict(bound(before), bound(after));
}

/** The leaf that shows another beginning; null where nothing shows anything. */
async function growthOf(
  before: HeadStatement,
  after: HeadStatement,
  { consistency, fetchTile }: EpochWays,
): Promise<LeafInTree | 'shown' | null> {
  const [from, to] = [before.size, after.size];
  const proof = await consistency(from, to);
  const roots = { fromRoot: before.rootHash, toRoot: after.rootHash };
  if (proof !== null && verifyConsistency({ from, to, ...roots, proof })) return 'shown';
  const index = from as number as LeafIndex;
  const leaf = await leafOf(index, after, fetchTile);
  if (leaf === null) return null;
  const root = rootBefore(index, to, leaf.inclusion);
  assert(root !== null, 'a tree that has more entries than m had a root at m');
  return equalBytes(root, before.rootHash) ? 'shown' : leaf;
}

async function leafOf(
  index: LeafIndex,
  { size, rootHash }: { readonly size: TreeSize; readonly rootHash: Sha256Digest },
  fetchTile: EpochWays['fetchTile'],
): Promise<LeafInTree | null> {
  try {
    const source = new HashSource(size, fetchTile);
    const leafHash = await source.node({ height: 0, index });
    const inclusion = await source.inclusion(index);
    const isTrue = verifyInclusion({ leafHash, index, size, rootHash, proof: inclusion });
    return isTrue ? { leafHash, inclusion } : null;
  } catch (cause) {
    if (cause instanceof TlogError && cause.code === 'TILE_MALFORMED') return null;
    throw cause;
  }
}

async function proven(
  earlier: EpochOfLog,
  later: EpochOfLog,
  { key, recovery }: KnownLog,
  ways: EpochWays,
  why: string,
  growth?: LeafInTree,
): Promise<EpochDivergence> {
  const [from, to] = [earlier.epoch.head.size, later.epoch.head.size];
  // Both epochs stand under the later checkpoint.
  const between = await ways.epochs(from, to);
  if (between === null) return { kind: 'unproven', why: `${why}; the node withholds the proof` };
  const inclusion = grownInclusion(from, earlier.epoch.inclusion, between);
  const shows: EpochContradiction = {
    kind: 'epochs',
    earlier: withHead({ ...earlier, epoch: { ...earlier.epoch, inclusion } }),
    ...(growth !== undefined && { growth }),
    later: partOf(later),
    log: earlier.log.handle,
    tenant: earlier.log.tenant.handle,
  };
  const file = { checkpoints: [later.epoch.checkpoint], key, shows };
  const proof = formatMisbehaviour({ ...file, ...(recovery !== undefined && { recovery }) });
  const { result } = verifyMisbehaviour(proof, { ...NO_TRUST, logs: [key] });
  // What the node gave for the way of the earlier epoch may be false: then it is an alarm, and no proof.
  if (result !== 'proven') return { kind: 'unproven', why: `${why}; the proof is withheld` };
  return { kind: 'misbehaviour', proof, why };
}

function partOf(later: EpochOfLog): EpochContradiction['later'] {
  const { epoch, log } = later;
  const said = saidOfLog(epoch.content, log);
  if (said.kind === 'head') return withHead(later);
  const { inclusion, statement } = epoch;
  if (said.kind === 'tenant-absent')
    return { inclusion, statement, tenant: { proof: log.tenant.proof } };
  return { inclusion, statement, log: { proof: log.proof }, tenant: tenantOf(log) };
}

function withHead({ epoch, log }: EpochOfLog): EpochWithHead {
  const { inclusion, statement } = epoch;
  const { taken, proof } = log;
  assert(taken !== null, 'a head is shown');
  return {
    inclusion,
    statement,
    head: taken.statement,
    log: { proof, salt: taken.salt },
    tenant: tenantOf(log),
  };
}

function tenantOf({ tenant: { proof, root, salt } }: LogInEpoch): EpochWithHead['tenant'] {
  return { proof, root, ...(salt !== undefined && { salt }) };
}
