/**
 * A path that is not good as of the instant of validation, in the words of EN 319 102-1 §5.1: what is
 * out of its dates, revoked or weak now may have been good before, and says so.
 */
import type { InvalidPath, PathFailureReason } from '../path-verdict.js';
import type { Refusal } from '../signature-report.js';
import type { SubIndication } from '../sub-indications.js';
import { certificateEnd, statusesOf } from './path-status.js';
import type { ValidationContext } from './validation-context.js';

/** §5.5.4 step 2: whether an earlier time of the signature could make it good. */
export function isRescuable(
  { anchors, validationTime }: ValidationContext,
  { reason, path }: InvalidPath,
): boolean {
  if (reason === 'NO_CERTIFICATE_CHAIN_FOUND')
    // The anchor may have been one until some time ago.
    return anchors.some(({ until }) => until !== null && until < validationTime);
  return path !== null && RESCUABLE.has(reason);
}

export function refusalOf(
  context: ValidationContext,
  failure: InvalidPath,
): { refusal: Refusal; isRevocation: boolean } {
  const { reason, detail, certificateIndex } = failure;
  const says =
    certificateIndex === null
      ? `No trust: ${detail}.`
      : `${certificateIndex === 0 ? "The signer's certificate" : `Certificate ${certificateIndex} above the signer's`} ${detail}.`;
  return {
    refusal: { subIndication: subIndicationOf(context, failure), says },
    isRevocation: REVOCATION.has(reason),
  };
}

const RESCUABLE: ReadonlySet<PathFailureReason> = new Set([
  'EXPIRED',
  'REVOKED',
  'REVOKED_CA',
  'TRY_LATER',
  'CRYPTO_CONSTRAINTS_FAILURE',
]);

const REVOCATION: ReadonlySet<PathFailureReason> = new Set(['REVOKED', 'REVOKED_CA', 'TRY_LATER']);

function subIndicationOf(context: ValidationContext, failure: InvalidPath): SubIndication {
  const { reason, certificateIndex, path } = failure;
  switch (reason) {
    case 'REVOKED':
      return 'REVOKED_NO_POE';
    case 'REVOKED_CA':
      return 'REVOKED_CA_NO_POE';
    case 'EXPIRED':
      // §5.2.6.4: the difference is whether anything speaks against the time before.
      return path !== null && certificateIndex === 0 && isKnownNotRevoked(context, failure)
        ? 'OUT_OF_BOUNDS_NOT_REVOKED'
        : 'OUT_OF_BOUNDS_NO_POE';
    case 'NOT_YET_VALID':
      // Only one that existed before the signer's certificate did is certainly bad.
      return certificateIndex === 0 ? reason : 'OUT_OF_BOUNDS_NO_POE';
    case 'CRYPTO_CONSTRAINTS_FAILURE':
      return hasBeenAccepted(context, failure) ? 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE' : reason;
    default:
      return reason;
  }
}

function isKnownNotRevoked(context: ValidationContext, { path }: InvalidPath): boolean {
  if (path === null) return false;
  const [newest] = statusesOf(context, path, 0, context.validationTime);
  return newest?.outcome.kind === 'good';
}

/** Everything in the path was within the policy once. */
function hasBeenAccepted(context: ValidationContext, { path }: InvalidPath): boolean {
  return (
    path?.certificates.every((_, index) => certificateEnd(context, path, index) !== 'never') ===
    true
  );
}
