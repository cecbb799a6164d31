/**
 * How a log came by another key: handovers that the recovery key signed, in the owner's own trust files, or that stand in the log itself,
 * in evidence for which the owner's roots vouch, or by the votes of a group for which the key that was known stands. Where one leads from the key that was known to the one that signs now, the change is
 * as it should be, and is named; where none does, it is an alarm.
 */
import { toHex } from '../../base/bytes.js';
import { knownHandovers } from '../../evidence/known-handovers.js';
import type { Trust } from '../../evidence/trust.js';
import type { Checkpoint } from '../../tlog/checkpoint.js';
import type { HandoverTerms } from '../../tlog/handover.js';
import { formatVerifierKey, type VerifierKey } from '../../tlog/note-key.js';

export interface KnownHandover extends HandoverTerms {
  /** Who gave it: the tenant's recovery key, the old key and the new one together, or the members of the log's group. */
  readonly by: 'recovery-key' | 'both-keys' | 'election';
}

export function pinnedHandovers(trust: Trust, origin: string): readonly KnownHandover[] {
  return knownHandovers(trust, origin).map(({ old, new: next, size, rootHash }) => ({
    ...{ old, new: next, size, rootHash, by: 'recovery-key' },
  }));
}

/** From one key to another, in their order; null if none leads there. */
export function handoversBetween(
  known: readonly KnownHandover[],
  from: VerifierKey,
  to: VerifierKey,
): readonly KnownHandover[] | null {
  const path: KnownHandover[] = [];
  const end = formatVerifierKey(to);
  // No key of a log is its key twice: more steps than handovers are a circle.
  for (let key = formatVerifierKey(from); key !== end && path.length <= known.length;) {
    const next = known.find(({ old }) => old === key);
    if (next === undefined) return null;
    path.push(next);
    key = next.new;
  }
  return path.length > 0 && path.length <= known.length ? path : null;
}

/**
 * What is wrong with a head by a key that has ended: nothing larger is taken from it than the handover names, and there no other tree.
 * Null if nothing is.
 */
export function whyEnded(
  known: readonly KnownHandover[],
  key: VerifierKey,
  { size, rootHash }: Checkpoint,
): string | null {
  const ended = known.find(({ old }) => old === formatVerifierKey(key));
  if (ended === undefined || size < ended.size) return null;
  if (size > ended.size)
    return `a head of ${size} entries is signed by a key that ended at ${ended.size}`;
  return toHex(rootHash) === ended.rootHash
    ? null
    : `the head of ${size} entries has another root than the one that was handed over`;
}
