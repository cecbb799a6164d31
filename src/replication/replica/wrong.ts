/** What the signed heads of a log say that cannot be, beside each other and beside the blocks: and what shows it to others. */
import { equalBytes } from '../../base/bytes.js';
import type { LogSegment, ReplicaConflict, ReplicaLog } from '../../ledger/replica-log.js';
import { rootHash } from '../../tlog/compact-range.js';
import type { AlarmCode } from './alarm.js';
import type { SignedHead } from './known-log.js';
import type { CheckedHead } from './log-copy.js';
import { proofFromConflict, proofFromHeads, proofFromTree } from './prove.js';

export interface Wrong {
  readonly code: AlarmCode;
  readonly detail: string;
  readonly proof: Uint8Array | null;
}

/** Of a head by itself, and beside others. */
export async function wrongBeside(
  head: SignedHead,
  others: readonly SignedHead[],
): Promise<Wrong | null> {
  for (const other of others) {
    // One note does not contradict itself: it is what members tell each other at rest.
    if (other.note === head.note) continue;
    const proof = await proofFromHeads(other, head);
    const detail = `two heads of ${head.size} and ${other.size}`;
    if (proof !== null) return { code: 'misbehaviour', detail, proof };
  }
  const { fork } = head.binding;
  if (fork !== 0)
    return { code: 'cut', detail: `its Hypercore was cut ${fork} times`, proof: null };
  return null;
}

/** That a head is over the Hypercore that its blocks lie in. */
export function wrongCore({ binding }: SignedHead, log: ReplicaLog): Wrong | null {
  return equalBytes(binding.discoveryKey, log.discoveryKeyAt(binding.length))
    ? null
    : { code: 'head-differs', detail: 'it is over another Hypercore', proof: null };
}

/** That a head has the tree that its Hypercore has there. */
export async function wrongTree(head: SignedHead, log: ReplicaLog): Promise<Wrong | null> {
  const { length, treeHash } = head.binding;
  return equalBytes(await log.treeHash(length), treeHash) ? null : otherTree(head, log);
}

/** That a head has the entries which its blocks hold; for those who may read them. */
export function wrongEntries({ head, walk }: CheckedHead): Wrong | null {
  const { size } = walk.tree;
  if (size === head.size && equalBytes(rootHash(walk.tree), head.rootHash)) return null;
  const detail = `the signed head of ${head.size} is another than ${walk.length} blocks with ${size} entries make`;
  return { code: 'head-differs', detail, proof: null };
}

/** Hypercore has found two signatures: what of it can be shown depends on a head that names that Hypercore. */
export async function wrongSignatures(
  conflict: ReplicaConflict,
  heads: readonly SignedHead[],
  log: ReplicaLog,
): Promise<Wrong> {
  const named = heads.find(({ binding }) => segmentAt(log, binding.length) === conflict.segment);
  const proof = named === undefined ? null : await proofFromConflict(named, conflict, log);
  const detail = `two histories of ${conflict.length} blocks were signed`;
  return { code: proof === null ? 'conflict' : 'misbehaviour', detail, proof };
}

async function otherTree(head: SignedHead, log: ReplicaLog): Promise<Wrong> {
  const detail = `its Hypercore has another tree at ${head.binding.length} than the signed head says`;
  const proof = await proofFromTree(head, segmentAt(log, head.binding.length), log);
  return { code: proof === null ? 'head-differs' : 'misbehaviour', detail, proof };
}

function segmentAt({ segments }: ReplicaLog, length: number): LogSegment {
  const found = segments.findLast(({ begins }) => (begins?.length ?? 0) < length) ?? segments[0];
  if (found === undefined) throw new Error('a log without a Hypercore');
  return found;
}
