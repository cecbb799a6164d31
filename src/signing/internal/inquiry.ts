/** What is at hand where somebody asks about the revocation of a certificate on a path. */
import type { UnixMillis } from '../../base/brand.js';
import { acceptsSignature, type AlgorithmPolicy } from '../algorithm-policy.js';
import type { CertificateList } from '../certificate-list.js';
import type { Certificate, SignedByIssuer } from '../certificate.js';
import type { OcspResponse } from '../ocsp-response.js';
import type { CertificatePath } from '../path-verdict.js';
import type { PublicKey } from '../public-key.js';
import type { RevocationEvidence } from '../revocation.js';
import type { ValidationBudget } from '../validation-budget.js';
import type { CertificatePool } from './certificate-pool.js';

export interface Inquiry {
  readonly evidence: RevocationEvidence;
  /** Where signers of the evidence are looked for. */
  readonly pool: CertificatePool;
  /** Algorithms must be accepted then. */
  readonly at: UnixMillis;
  readonly policy: AlgorithmPolicy;
  readonly budget: ValidationBudget;
  /**
   * Whether the evidence at hand says that the first certificate of this path, which signed `signed`, is
   * revoked. What it signed is not asked about it.
   */
  isKnownRevoked(path: CertificatePath, signed: CertificateList | OcspResponse): boolean;
}

/** The key that signed a certificate of a path, or null if it is of a kind that we cannot use. */
export function issuerKeyOf(
  { certificates, anchor }: CertificatePath,
  index: number,
  budget: ValidationBudget,
): PublicKey | null {
  const issuer = certificates[index + 1];
  return issuer === undefined ? anchor.publicKey : budget.keyOf(issuer);
}

/** SubjectPublicKeyInfo of the same. */
export function issuerKeyInfoOf(
  { certificates, anchor }: CertificatePath,
  index: number,
): Uint8Array {
  return certificates[index + 1]?.subjectPublicKeyInfo ?? anchor.subjectPublicKeyInfo;
}

/** Signed by this key, with an algorithm that is accepted. */
export function isSoundlySigned(
  { policy, at, budget }: Inquiry,
  signed: SignedByIssuer,
  key: PublicKey,
): boolean {
  return (
    signed.signatureAlgorithm !== null &&
    acceptsSignature(policy, signed.signatureAlgorithm, key, at) &&
    budget.isSignedBy(signed, key)
  );
}

/** Whether all of these certificates were within their dates. */
export function areCurrent(certificates: readonly Certificate[], at: UnixMillis): boolean {
  return certificates.every(({ notBefore, notAfter }) => notBefore <= at && at <= notAfter);
}
