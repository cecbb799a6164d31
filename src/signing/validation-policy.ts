/**
 * By which rules a signature is validated (the constraints of EN 319 102-1 §5.1.4). Data with a date and
 * a name: both stand in every report, so that a verdict can be given again by the rules of its day.
 */
import type { UnixMillis } from '../base/brand.js';
import { ALGORITHM_POLICY_2026_11_29 } from './algorithm-policies/2026-11-29.js';
import { ALGORITHM_POLICY_2026_11, type AlgorithmPolicy } from './algorithm-policy.js';

export interface ValidationPolicy {
  /** Stable; a change of any rule is a new policy with a new date. */
  readonly id: string;
  readonly algorithms: AlgorithmPolicy;
  /**
   * `where-offered`: a certificate that names a CRL or an OCSP responder, or of which evidence is at
   * hand, needs a fresh answer; one without passes, and the report says so. `required`: each needs one.
   * `not-asked`: nobody wants to know.
   */
  readonly revocation: 'required' | 'where-offered' | 'not-asked';
  /** Null: as long as the answer says of itself (EN 319 102-1 §5.2.5). */
  readonly maxRevocationAgeMillis: number | null;
  /** How long after the claimed signing time the first time-stamp may be; null: as long as one likes. */
  readonly timeStampDelayMillis: number | null;
  /** Whether the signing time must be among the signed attributes, as CAdES baseline asks. */
  readonly requireSigningTime: boolean;
  /**
   * Up to when an answer about a certificate counts that is no longer fresh. EN 319 102-1 §5.6.2.2 goes
   * back to when it was made: a CRL of the morning then says nothing of a signature of the afternoon,
   * though it was the newest there was. `last-fresh` goes back to the last instant at which the same
   * answer would have been accepted by the ordinary validation.
   */
  readonly slideTo: 'last-fresh' | 'issuance';
  /** What becomes of a signature that carries something of which nothing is known; see `docs/formats`. */
  readonly unchecked: 'refused' | 'listed';
}

export const VALIDATION_POLICY: ValidationPolicy = {
  id: 'chirograph-validation/2026-11-29',
  algorithms: ALGORITHM_POLICY_2026_11_29,
  revocation: 'where-offered',
  maxRevocationAgeMillis: null,
  timeStampDelayMillis: null,
  requireSigningTime: true,
  slideTo: 'last-fresh',
  unchecked: 'refused',
};

/** To the letter of the standard, and no certificate without an answer about it. */
export const STRICT_VALIDATION_POLICY: ValidationPolicy = {
  ...VALIDATION_POLICY,
  id: 'chirograph-validation-strict/2026-11-29',
  revocation: 'required',
  slideTo: 'issuance',
};

/**
 * Of what we have signed ourselves, before it leaves: nothing can have been answered about it yet, and
 * whether our own certificate has been revoked is not what a fault in key or encoder would change.
 */
export const SELF_CHECK_POLICY: ValidationPolicy = {
  ...VALIDATION_POLICY,
  id: 'chirograph-self-check/2026-11-29',
  revocation: 'not-asked',
};

/** From the first instant at which each was the one applied, oldest first. */
export const ALGORITHM_POLICIES: readonly { from: UnixMillis; policy: AlgorithmPolicy }[] = [
  // 2026-11-23 and 2026-11-29, at midnight UTC.
  { from: 1_795_392_000_000 as UnixMillis, policy: ALGORITHM_POLICY_2026_11 },
  { from: 1_795_910_400_000 as UnixMillis, policy: ALGORITHM_POLICY_2026_11_29 },
];

/** The algorithms that a verdict given at this instant was given by; the first for all before. */
export function algorithmPolicyOf(instant: UnixMillis): AlgorithmPolicy {
  const [first, ...later] = ALGORITHM_POLICIES;
  const found = later.findLast(({ from }) => from <= instant) ?? first;
  return found?.policy ?? ALGORITHM_POLICY_2026_11;
}
