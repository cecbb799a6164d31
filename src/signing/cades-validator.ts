/**
 * Validates a detached CAdES-B-B signature (EN 319 122-1) at one instant, after the blocks of
 * EN 319 102-1 §5.2: format, signing certificate, cryptography, X.509, acceptance. Pure and
 * deterministic; nothing is fetched and no clock is read.
 *
 * NOT checked in this version: revocation, time-stamps, signature policies, whether anything is
 * "qualified". What is present and not checked keeps the verdict from being TOTAL-PASSED.
 */
import type { UnixMillis } from '../base/brand.js';
import { equalBytes } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { formatInstant } from '../base/time.js';
import {
  acceptsDigest,
  acceptsSignature,
  ALGORITHM_POLICY_2026_11,
  type AlgorithmPolicy,
} from './algorithm-policy.js';
import {
  readCmsSignatureAlgorithm,
  type SignatureAlgorithm,
  verifySignature,
} from './algorithms.js';
import { type Certificate, publicKeyOf } from './certificate.js';
import { validateCertificatePath } from './certificate-path.js';
import { parseSignedData, type SignedData } from './cms-signed-data.js';
import {
  type DigestAlgorithm,
  type DigestName,
  digestOf,
  readDigestAlgorithm,
} from './digest-algorithms.js';
import { isDevelopmentName } from './development-mark.js';
import { displayName } from './distinguished-name.js';
import {
  identifySigningCertificate,
  namesOnly,
  summarize,
} from './internal/signing-certificate.js';
import { flawOfUsage, uncovered } from './internal/signature-acceptance.js';
import { OID } from './oids.js';
import type { ValidPath } from './path-verdict.js';
import type { PublicKey } from './public-key.js';
import { type Refusal, ReportWriter, type SignatureReport } from './signature-report.js';
import { SigningError } from './signing-error.js';
import type { TrustAnchor } from './trust-anchor.js';

/** A digest stands in for content that is large or elsewhere. */
export interface ContentDigest {
  readonly algorithm: DigestName;
  readonly digest: Uint8Array;
}

export interface CadesRequest {
  /** DER; may be hostile. */
  readonly cms: Uint8Array;
  readonly content: Uint8Array | ContentDigest;
  readonly anchors: readonly TrustAnchor[];
  /**
   * An instant at which the signature is known to have existed; where nothing better is known, now.
   * Not the claimed signing time, which proves nothing.
   */
  readonly at: UnixMillis;
  readonly policy?: AlgorithmPolicy;
}
