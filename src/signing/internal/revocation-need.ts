/** Whether an answer about a certificate is needed, and why not where it is not. */
import type { Certificate } from '../certificate.js';
import type { CertificateRevocation, RevocationStatus } from '../revocation.js';
import type { ValidationContext } from './validation-context.js';

/** Null where an answer is needed. */
export function isOffered(
  { policy }: ValidationContext,
  certificate: Certificate | undefined,
  statuses: readonly RevocationStatus[],
): CertificateRevocation | null {
  if (certificate === undefined) return null;
  const { ocspNoCheck, crlDistributionPoints, ocspResponders } = certificate.extensions;
  if (ocspNoCheck) return { kind: 'not-checked', why: 'ocsp-nocheck' };
  const speaksOf =
    statuses.length > 0 || crlDistributionPoints.length > 0 || ocspResponders.length > 0;
  return policy.revocation === 'required' || speaksOf
    ? null
    : { kind: 'not-checked', why: 'not-offered' };
}
