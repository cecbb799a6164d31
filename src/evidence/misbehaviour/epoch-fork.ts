/** That an epoch does not continue the one that was seen before it: its own path shows what the log was just before it. */
import { equalBytes } from '../../base/bytes.js';
import { NO_TRUST } from '../trust.js';
import type { KnownLog } from './find-divergence.js';
import { formatMisbehaviour } from './format-misbehaviour.js';
import { rootBeforeEpoch, type SeenEpoch } from './seen-epoch.js';
import { verifyMisbehaviour } from './verify-misbehaviour.js';

export type EpochStep =
  | { readonly kind: 'continues' }
  /** Of the kind `beginning`. */
  | { readonly kind: 'misbehaviour'; readonly proof: Uint8Array }
  /** It does not continue it, and two keys signed: that proves nothing of either. */
  | { readonly kind: 'unproven' };

/** @param next whose index is the size of `before`'s tree. */
export function stepBetween(
  before: SeenEpoch,
  next: SeenEpoch,
  { key, recovery }: KnownLog,
): EpochStep {
  const root = rootBeforeEpoch(next);
  if (root !== null && equalBytes(root, before.head.rootHash)) return { kind: 'continues' };
  const proof = formatMisbehaviour({
    checkpoints: [before.checkpoint, next.checkpoint],
    key,
    ...(recovery !== undefined && { recovery }),
    shows: { kind: 'beginning', inclusion: next.inclusion, leafHash: next.leafHash },
  });
  const { result } = verifyMisbehaviour(proof, { ...NO_TRUST, logs: [key] });
  return result === 'proven' ? { kind: 'misbehaviour', proof } : { kind: 'unproven' };
}
