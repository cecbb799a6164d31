/**
 * Signature acceptance (EN 319 102-1 §5.2.8): what the signature must say, whether its times agree, and
 * that nothing in it is left without a check.
 */
import type { UnixMillis } from '../../base/brand.js';
import { equalBytes } from '../../base/bytes.js';
import type { SignerInfo } from '../cms-signed-data.js';
import type { CertificatePath } from '../path-verdict.js';
import type { ProofOfExistence } from '../proof-of-existence.js';
import type { Refusal } from '../signature-report.js';
import type { ValidationPolicy } from '../validation-policy.js';
import { allowsPath } from './signing-certificate.js';
import type { ValidatedTimeStamp } from './time-stamp-validation.js';

export function refuseAcceptance(
  { signedAttributes }: SignerInfo,
  { certificates }: CertificatePath,
  best: ProofOfExistence,
  unchecked: readonly string[],
  policy: ValidationPolicy,
): Refusal | null {
  const { signingTime, signingCertificates } = signedAttributes;
  if (signingTime === null && policy.requireSigningTime)
    return constraint('The signed attributes lack the signing time.');
  if (!allowsPath(signingCertificates, certificates))
    return constraint('The path uses a certificate that the signed attributes do not allow.');
  if (isTooLate(signingTime, best, policy))
    return constraint('The first time-stamp is later after the claimed time than the policy allows.');
  if (unchecked.length > 0 && policy.unchecked === 'refused')
    return constraint(`It carries what no check covers: ${unchecked.join('; ')}.`);
  return null;
}

/** §5.5.4 step 5; a delay is one between the claimed time and a time-stamp. */
function isTooLate(
  signingTime: UnixMillis | null,
  { time, by }: ProofOfExistence,
  { timeStampDelayMillis }: ValidationPolicy,
): boolean {
  if (timeStampDelayMillis === null || by !== 'signature-time-stamp') return false;
  return signingTime === null || signingTime + timeStampDelayMillis < time;
}

/**
 * §5.5.4 step 4 (e), RFC 3161 §2.4.2: a time-stamp over others is not older than they are, each taken
 * with its accuracy.
 */
export function refuseOrder(timeStamps: readonly ValidatedTimeStamp[]): Refusal | null {
  const passed = timeStamps.filter(({ hasPassed }) => hasPassed);
  for (const later of passed)
    for (const earlier of passed)
      if (covers(later, earlier) && latest(later) < earliest(earlier))
        return {
          subIndication: 'TIMESTAMP_ORDER_FAILURE',
          says: 'A time-stamp says that it is older than another that it covers.',
        };
  return null;
}

function covers(later: ValidatedTimeStamp, { carried: { token } }: ValidatedTimeStamp): boolean {
  return (
    token !== null && later.covers.timeStamps.some((hash) => equalBytes(hash, token.sha256))
  );
}

function earliest({ carried: { token } }: ValidatedTimeStamp): number {
  return token === null ? Infinity : token.info.genTime - (token.info.accuracyMillis ?? 0);
}

function latest({ carried: { token } }: ValidatedTimeStamp): number {
  return token === null ? Infinity : token.info.genTime + (token.info.accuracyMillis ?? 0);
}

function constraint(says: string): Refusal {
  return { subIndication: 'SIG_CONSTRAINTS_FAILURE', says };
}
