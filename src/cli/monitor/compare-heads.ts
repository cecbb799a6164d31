/** How a head that is shown goes with the largest that is known: by the node’s own proof, else by the tiles of both. */
import { toHex } from '../../base/bytes.js';
import { type Divergence, findDivergence } from '../../evidence/misbehaviour/find-divergence.js';
import { verifyConsistency } from '../../tlog/consistency-proof.js';
import { isSame } from './known-log.js';
import type { RemoteLog } from './remote-log.js';
import type { VerifiedHead } from './verified-head.js';

export interface Comparison {
  /** Whether they are signed by two keys: then neither proves anything of the other. */
  readonly isNewKey: boolean;
  /** Whether the node’s own proof shows that it continues the largest. */
  readonly isShown: boolean;
  readonly divergence: Divergence;
}

/** @throws CliError if the node cannot be reached. */
export async function compareHeads(
  best: VerifiedHead,
  seen: VerifiedHead,
  remote: RemoteLog,
): Promise<Comparison> {
  const isNewKey = !isSame(best.log.key, seen.log.key);
  const isShown = seen.head.size > best.head.size && (await continues(best, seen, remote));
  const divergence = isNewKey
    ? acrossKeys(best, seen, isShown)
    : await findDivergence(
        // Where it was shown, only the bindings are left to compare.
        isShown ? { ...best.view, fetchTile: null } : best.view,
        isShown ? { ...seen.view, fetchTile: null } : seen.view,
        seen.log,
      );
  return { isNewKey, isShown, divergence };
}

/** By the node's own proof: one question where tiles would be several. */
async function continues(
  best: VerifiedHead,
  seen: VerifiedHead,
  remote: RemoteLog,
): Promise<boolean> {
  if (best.head.size === 0) return true;
  const proof = await remote.consistency(best.head.size, seen.head.size);
  return (
    proof !== null &&
    verifyConsistency({
      from: best.head.size,
      fromRoot: best.head.rootHash,
      to: seen.head.size,
      toRoot: seen.head.rootHash,
      proof,
    })
  );
}

/** What two keys signed proves nothing of either. */
function acrossKeys(
  { head: best }: VerifiedHead,
  { head: seen }: VerifiedHead,
  isShown: boolean,
): Divergence {
  const isOne = best.size === seen.size && toHex(best.rootHash) === toHex(seen.rootHash);
  return isShown || isOne ? { kind: 'consistent' } : { kind: 'undecided', reason: 'no-tiles' };
}
