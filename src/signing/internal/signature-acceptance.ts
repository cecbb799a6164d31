/**
 * Signature acceptance (EN 319 102-1 §5.2.8): what the signature must say, whether its times agree, and
 * that nothing in it is left without a check.
 */
import type { UnixMillis } from '../../base/brand.js';
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
    return constraint(
      'The first time-stamp is later after the claimed time than the policy allows.',
    );
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

/** §5.5.4 step 4 (e): of two time-stamps, one over the other, the older says that it is younger. */
export function refuseOrder(timeStamps: readonly ValidatedTimeStamp[]): Refusal | null {
  const disorder = timeStamps.find(
    ({ report }) => report.subIndication === 'TIMESTAMP_ORDER_FAILURE',
  );
  return disorder === undefined
    ? null
    : {
        subIndication: 'TIMESTAMP_ORDER_FAILURE',
        says: 'A time-stamp says that it is younger than another that covers it.',
      };
}

function constraint(says: string): Refusal {
  return { subIndication: 'SIG_CONSTRAINTS_FAILURE', says };
}
