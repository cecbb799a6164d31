/** What all blocks of one validation share. Everything in it may be hostile but policy and anchors. */
import type { UnixMillis } from '../../base/brand.js';
import type { Certificate } from '../certificate.js';
import type { ProofsOfExistence } from '../proof-of-existence.js';
import type { PublicKeyCache } from '../public-key-cache.js';
import type { RevocationEvidence } from '../revocation.js';
import type { TrustAnchor, TrustPurpose } from '../trust-anchor.js';
import type { ValidationBudget } from '../validation-budget.js';
import type { ValidationPolicy } from '../validation-policy.js';
import type { CertificatesBySubject } from './relevant-certificates.js';

export interface ValidationContext {
  readonly policy: ValidationPolicy;
  readonly anchors: readonly TrustAnchor[];
  readonly validationTime: UnixMillis;
  /** From the signature, its time-stamps and the caller; each once. */
  readonly certificates: readonly Certificate[];
  readonly bySubject: CertificatesBySubject;
  readonly evidence: RevocationEvidence;
  readonly proofs: ProofsOfExistence;
  readonly keys: PublicKeyCache;
  /** For all of it together. */
  readonly budget: ValidationBudget;
}

/** A certificate to be judged, and since when what it signed is known to have existed. */
export interface Judged {
  readonly certificate: Certificate;
  readonly purpose: TrustPurpose;
  readonly existedAt: UnixMillis;
}
