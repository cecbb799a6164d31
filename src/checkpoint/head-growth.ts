/** Whether a checkpoint goes on from the head that was cosigned (C2SP tlog-witness, "add-checkpoint"). */
import type { Sha256Digest, TreeSize } from '../base/brand.js';
import { equalBytes } from '../base/bytes.js';
import type { Checkpoint } from '../tlog/checkpoint.js';
import { verifyConsistency } from '../tlog/consistency-proof.js';
import { EMPTY_ROOT } from '../tlog/merkle-hash.js';

export interface TreeHead {
  readonly size: TreeSize;
  readonly rootHash: Sha256Digest;
}

/** Before the first checkpoint of a log. */
export const NO_HEAD: TreeHead = { size: 0 as TreeSize, rootHash: EMPTY_ROOT };

/** @param proof from the size of `head` to that of the checkpoint. */
export function goesOnFrom(
  head: TreeHead,
  { size, rootHash }: Pick<Checkpoint, 'size' | 'rootHash'>,
  proof: readonly Sha256Digest[],
): boolean {
  if (size === 0 && !equalBytes(rootHash, EMPTY_ROOT)) return false;
  // Every tree goes on from the empty one, so there is nothing to prove.
  if (head.size === 0) return proof.length === 0;
  return verifyConsistency({
    from: head.size,
    fromRoot: head.rootHash,
    to: size,
    toRoot: rootHash,
    proof,
  });
}

/** Whether both cannot be heads of one log. Of different sizes only a proof could tell. */
export function contradicts(one: TreeHead, other: TreeHead): boolean {
  return one.size === other.size && !equalBytes(one.rootHash, other.rootHash);
}
