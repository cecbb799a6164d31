/**
 * What is known of the certificates of one path: up to when the algorithms count by which each was
 * signed, and which answers there are about its revocation.
 */
import type { UnixMillis } from '../../base/brand.js';
import { equalBytes } from '../../base/bytes.js';
import { type AcceptanceEnd, signatureEnd } from '../algorithm-policy.js';
import type { SignatureAlgorithm } from '../algorithms.js';
import { publicKeyOf } from '../certificate.js';
import type { CertificatePath } from '../path-verdict.js';
import type { PublicKey } from '../public-key.js';
import { isFresh, revocationStatuses } from '../revocation-status.js';
import type { RevocationStatus } from '../revocation.js';
import type { ValidationContext } from './validation-context.js';

/** Of the signature on the certificate at `index`. */
export function certificateEnd(
  { policy }: ValidationContext,
  path: CertificatePath,
  index: number,
): AcceptanceEnd {
  const algorithm = path.certificates[index]?.signatureAlgorithm ?? null;
  return algorithm === null
    ? 'never'
    : signatureEnd(policy.algorithms, algorithm, keyAbove(path, index));
}

/** The key that signed the certificate at `index`. */
function keyAbove({ certificates, anchor }: CertificatePath, index: number): PublicKey {
  const issuer = certificates[index + 1];
  return issuer === undefined ? anchor.publicKey : publicKeyOf(issuer);
}

/** Authenticated answers about the certificate at `index`, newest first, stale ones too. */
export function statusesOf(
  context: ValidationContext,
  path: CertificatePath,
  index: number,
): readonly RevocationStatus[] {
  const { anchors, certificates: intermediates, evidence, policy } = context;
  return revocationStatuses(path, index, {
    anchors,
    intermediates,
    evidence,
    policy: policy.algorithms,
  });
}

/** Of the signatures on the CRLs or the OCSP response that the answer rests on. */
export function statusEnd(
  { evidence, policy }: ValidationContext,
  status: RevocationStatus,
  { anchor }: CertificatePath,
): AcceptanceEnd {
  const [signer] = status.issuerPath;
  const key = signer === undefined ? anchor.publicKey : publicKeyOf(signer);
  const files: readonly { sha256: Uint8Array; signatureAlgorithm: SignatureAlgorithm | null }[] =
    status.source === 'crl' ? evidence.crls : evidence.ocspResponses;
  let end: AcceptanceEnd = null;
  for (const hash of status.evidence) {
    const algorithm = files.find(({ sha256 }) => equalBytes(sha256, hash))?.signatureAlgorithm;
    const own =
      algorithm === null || algorithm === undefined
        ? 'never'
        : signatureEnd(policy.algorithms, algorithm, key);
    if (own === 'never') return 'never';
    if (own !== null && (end === null || own < end)) end = own;
  }
  return end;
}

/** EN 319 102-1 §5.2.5. What was made later than the instant asked for is fresh whatever its age. */
export function isFreshAt(
  { policy }: ValidationContext,
  status: RevocationStatus,
  at: UnixMillis,
): boolean {
  return status.issuedAt >= at || isFresh(status, at, policy.maxRevocationAgeMillis ?? undefined);
}

/** The last instant at which it is fresh. */
export function freshUntil({ policy }: ValidationContext, status: RevocationStatus): UnixMillis {
  const { issuedAt, thisUpdate, nextUpdate } = status;
  const own = nextUpdate === null ? 0 : nextUpdate - thisUpdate;
  return (issuedAt + Math.max(0, policy.maxRevocationAgeMillis ?? own)) as UnixMillis;
}
