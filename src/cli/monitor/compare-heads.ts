/** How a head that is shown goes with the largest that is known: by the node’s own proof, else by the tiles of both. */
import { toHex } from '../../base/bytes.js';
import { type Divergence, findDivergence } from '../../evidence/misbehaviour/find-divergence.js';
import type { Checkpoint } from '../../tlog/checkpoint.js';
import { verifyConsistency } from '../../tlog/consistency-proof.js';
import { isSame } from './known-log.js';
import type { RemoteLog } from './remote-log.js';
import { signedBy, type VerifiedHead } from './verified-head.js';

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
    : await decided(
        await findDivergence(
          // Where it was shown, only the bindings are left to compare.
          isShown ? { ...best.view, fetchTile: null } : best.view,
          isShown ? { ...seen.view, fetchTile: null } : seen.view,
          seen.log,
        ),
        ...(seen.head.size < best.head.size ? ([seen, best] as const) : ([best, seen] as const)),
      );
  return { isNewKey, isShown, divergence };
}

/**
 * Where there are no tiles, by what the one that shows the larger head shows of the size of the smaller: its proof that it
 * went on, or another head of that size, signed too. @throws CliError if it cannot be reached.
 */
export async function decided(
  divergence: Divergence,
  smaller: Pick<VerifiedHead, 'head' | 'view'>,
  larger: VerifiedHead,
): Promise<Divergence> {
  const { remote, log } = larger;
  if (divergence.kind !== 'undecided' || remote?.headAt === undefined) return divergence;
  if (await continues(smaller, larger, remote)) return { kind: 'consistent' };
  const other = await remote.headAt(smaller.head.size);
  if (other === null) return divergence;
  const { checkpoint } = smaller.view;
  const alone = { checkpoint: signedBy(other, log), fetchTile: null };
  const found = await findDivergence({ checkpoint, fetchTile: null }, alone, log);
  return found.kind === 'misbehaviour' ? found : divergence;
}

/** By the node's own proof: one question where tiles would be several. */
export async function continues(
  best: { readonly head: Pick<Checkpoint, 'size' | 'rootHash'> },
  seen: { readonly head: Pick<Checkpoint, 'size' | 'rootHash'> },
  remote: Pick<RemoteLog, 'consistency'>,
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
