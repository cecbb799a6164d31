/** From what a replica has seen to a file that a stranger can check (docs/formats/misbehaviour.md), where that can be. */
import { equalBytes } from '../../base/bytes.js';
import { proveCoreFork, signatureIn } from '../../evidence/misbehaviour/core-fork.js';
import { findDivergence } from '../../evidence/misbehaviour/find-divergence.js';
import type { CoreTree } from '../../evidence/misbehaviour/misbehaviour-file.js';
import type { LogSegment, ReplicaConflict, ReplicaLog } from '../../ledger/replica-log.js';
import { isSameKey, type SignedHead } from './known-log.js';

/**
 * Whether two signed heads of a log contradict each other by themselves: a replica's own and that of another peer.
 *
 * @returns the proof; null where nothing is shown: of two sizes heads alone seldom show anything, and two keys prove
 * nothing of each other.
 */
export async function proofFromHeads(
  one: SignedHead,
  other: SignedHead,
): Promise<Uint8Array | null> {
  if (!isSameKey(one.key, other.key) || isPlainlyAlike(one, other)) return null;
  const found = await findDivergence(
    { checkpoint: one.note, fetchTile: null },
    { checkpoint: other.note, fetchTile: null },
    { key: one.key },
  );
  return found.kind === 'misbehaviour' ? found.proof : null;
}

/** Heads that have been verified one by one, as they are said with every block: nothing is verified again to see no contradiction. */
function isPlainlyAlike(one: SignedHead, other: SignedHead): boolean {
  const [a, b] = [one.binding, other.binding];
  if (one.size !== other.size)
    return Math.sign(one.size - other.size) === Math.sign(a.length - b.length);
  return (
    a.length === b.length &&
    equalBytes(one.rootHash, other.rootHash) &&
    equalBytes(a.treeHash, b.treeHash)
  );
}

/** That the Hypercore which a head names was signed over another tree than the head says. */
export async function proofFromTree(
  head: SignedHead,
  segment: LogSegment,
  log: ReplicaLog,
): Promise<Uint8Array | null> {
  const { length } = head.binding;
  const tree = coreTree(await log.proofFrom(length));
  return tree === null ? null : proveCoreFork({ ...head, core: segment, length, trees: [tree] });
}

/** That the Hypercore which a head names was signed twice, the second time as somebody else showed. */
export async function proofFromConflict(
  head: SignedHead,
  { segment, length, proof }: ReplicaConflict,
  log: ReplicaLog,
): Promise<Uint8Array | null> {
  const [ours, theirs] = [coreTree(await log.proofFrom(length)), coreTree(proof)];
  if (ours === null || theirs === null) return null;
  return proveCoreFork({ ...head, core: segment, length, trees: [ours, theirs] });
}

function coreTree({ fork, upgrade }: ReplicaConflict['proof']): CoreTree | null {
  const { nodes, additionalNodes } = upgrade;
  const signature = signatureIn(upgrade.signature);
  const all = [...nodes, ...additionalNodes].map(({ hash, index, size }) => ({
    hash,
    index,
    size,
  }));
  return signature === null ? null : { fork, nodes: all, signature };
}
