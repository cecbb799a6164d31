/**
 * What is known of the certificates of one path: up to when the algorithms count by which each was
 * signed, and which answers there are about its revocation.
 */
import type { UnixMillis } from '../../base/brand.js';
import { equalBytes } from '../../base/bytes.js';
import { type AcceptanceEnd, earlierEnd, signatureEnd } from '../algorithm-policy.js';
import type { SignedByIssuer } from '../certificate.js';
import type { CertificatePath } from '../path-verdict.js';
import type { PublicKey } from '../public-key.js';
import { isFresh, revocationStatuses } from '../revocation-status.js';
import type { RevocationStatus } from '../revocation.js';
import { issuerKeyOf } from './inquiry.js';
import { certificatesAtHand } from './relevant-certificates.js';
import type { ValidationContext } from './validation-context.js';

/** Of the signature on the certificate at `index`. */
export function certificateEnd(
  context: ValidationContext,
  path: CertificatePath,
  index: number,
): AcceptanceEnd {
  const certificate = path.certificates[index];
  const key = issuerKeyOf(path, index, context.budget);
  return certificate === undefined ? 'never' : endOf(context, certificate, key);
}

/**
 * Authenticated answers about the certificate at `index`, newest first, stale ones too.
 *
 * @param at an instant at which their algorithms were accepted and their signers not revoked.
 */
export function statusesOf(
  context: ValidationContext,
  path: CertificatePath,
  index: number,
  at: UnixMillis,
): readonly RevocationStatus[] {
  const { evidence, policy, budget } = context;
  const intermediates = certificatesAtHand(context, path.certificates[index]);
  return revocationStatuses(path, index, {
    evidence,
    intermediates,
    at,
    policy: policy.algorithms,
    budget,
  });
}

/** Of the signatures on the CRLs or the OCSP response that the answer rests on. */
export function statusEnd(
  context: ValidationContext,
  status: RevocationStatus,
  { anchor }: CertificatePath,
): AcceptanceEnd {
  const { evidence, budget } = context;
  const [signer] = status.issuerPath;
  const key = signer === undefined ? anchor.publicKey : budget.keyOf(signer);
  const files = status.source === 'crl' ? evidence.crls : evidence.ocspResponses;
  let end: AcceptanceEnd = null;
  for (const hash of status.evidence) {
    const file = files.find(({ sha256 }) => equalBytes(sha256, hash));
    end = earlierEnd(end, file === undefined ? 'never' : endOf(context, file, key));
  }
  return end;
}

function endOf(
  { policy }: ValidationContext,
  { signatureAlgorithm }: SignedByIssuer,
  key: PublicKey | null,
): AcceptanceEnd {
  return signatureAlgorithm === null || key === null
    ? 'never'
    : signatureEnd(policy.algorithms, signatureAlgorithm, key);
}

/** EN 319 102-1 §5.2.5, by the rules of the policy. */
export function isFreshAt(
  { policy }: ValidationContext,
  status: RevocationStatus,
  at: UnixMillis,
): boolean {
  return isFresh(status, at, policy.maxRevocationAgeMillis ?? undefined);
}

/** The last instant at which it is fresh. */
export function freshUntil(
  { policy: { maxRevocationAgeMillis } }: ValidationContext,
  { issuedAt, nextUpdate }: RevocationStatus,
): UnixMillis {
  const last =
    maxRevocationAgeMillis === null ? (nextUpdate ?? issuedAt) : issuedAt + maxRevocationAgeMillis;
  return Math.max(issuedAt, last) as UnixMillis;
}
