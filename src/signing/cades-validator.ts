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
  acceptsSignature,
  ALGORITHM_POLICY_2026_11,
  type AlgorithmPolicy,
} from './algorithm-policy.js';
import {
  readCmsSignatureAlgorithm,
  type SignatureAlgorithm,
  verifySignature,
} from './algorithms.js';
import { validateCertificatePath } from './certificate-path.js';
import { usageFlaw } from './certificate-usage.js';
import { type Certificate, publicKeyOf } from './certificate.js';
import { parseSignedData, type SignedData, type SignerInfo } from './cms-signed-data.js';
import { derBytes, derContent } from './der-reader.js';
import { isDevelopmentName } from './development-mark.js';
import { type DigestName, digestOf, DIGESTS, readDigestAlgorithm } from './digest-algorithms.js';
import { displayName } from './distinguished-name.js';
import { refuseAcceptance } from './internal/signature-acceptance.js';
import { identifySigningCertificate, summarize } from './internal/signing-certificate.js';
import { OID } from './oids.js';
import type { InvalidPath } from './path-verdict.js';
import type { PublicKey } from './public-key.js';
import { isRefusal, type Refusal, ReportWriter, type SignatureReport } from './signature-report.js';
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

/** Never throws for what a stranger has sent: a CMS that cannot be read is a FORMAT_FAILURE. */
export function validateCades(request: CadesRequest): SignatureReport {
  const { content, anchors, at, policy = ALGORITHM_POLICY_2026_11 } = request;
  const report = new ReportWriter(at, policy.id);

  const signedData = readDetached(request.cms);
  if (isRefusal(signedData)) return report.refused('format', signedData);
  const { signer, certificates } = signedData;
  const { signingTime } = signer.signedAttributes;
  if (signingTime !== null) report.learnt({ claimedSigningTime: formatInstant(signingTime) });
  report.passed('format', 'It is a detached signature of one signer, in DER.');

  const certificate = identifySigningCertificate(signedData, at, policy);
  if (isRefusal(certificate)) return report.refused('signing-certificate', certificate);
  report.learnt({ signer: summarize(certificate), development: isDevelopment([certificate]) });
  report.passed(
    'signing-certificate',
    'The signed attributes name the certificate that it carries.',
  );

  const means = signingMeans(signer, certificate, at, policy);
  if (isRefusal(means)) return report.refused('algorithms', means);
  report.learnt({ algorithm: means.algorithm.name });
  report.passed('algorithms', 'Digest, signature algorithm and key are accepted by the policy.');

  const mismatch = compareContent(signer, means.algorithm, content);
  if (mismatch !== null) return report.refused('message-digest', mismatch);
  report.passed('message-digest', 'The content has the digest that was signed.');

  const forgery = checkSignatureValue(signer, means);
  if (forgery !== null) return report.refused('signature-value', forgery);
  report.learnt({ intact: true });
  report.passed('signature-value', "The certificate's key has signed these attributes.");

  const intermediates = certificates.filter((other) => other !== certificate);
  const path = validateCertificatePath({ target: certificate, intermediates, anchors, at, policy });
  if (path.kind === 'invalid') return report.refused('certificate-path', refusePath(path));
  report.learnt({
    trustAnchor: displayName(path.anchor.subject),
    development: isDevelopment(path.certificates),
  });
  report.passed(
    'certificate-path',
    'The certificate leads to a trust anchor; revocation is not checked.',
  );

  const flaw = usageFlaw(certificate);
  if (flaw !== null) return report.refused('certificate-usage', chainConstraint(flaw));
  report.passed('certificate-usage', 'The certificate allows its key to sign documents.');

  const unacceptable = refuseAcceptance(signedData, path);
  if (unacceptable !== null) return report.refused('signature-acceptance', unacceptable);
  report.passed('signature-acceptance', 'Nothing in the signature is left without a check.');
  return report.complete();
}

function readDetached(cms: Uint8Array): SignedData | Refusal {
  let signedData: SignedData;
  try {
    signedData = parseSignedData(cms);
  } catch (cause) {
    if (!(cause instanceof SigningError)) throw cause;
    return formatFailure(`It is not a signature that can be read: ${cause.message}.`);
  }
  const { contentType, content, signer } = signedData;
  if (content !== null) return formatFailure('It carries its own content; it must be detached.');
  if (contentType !== OID.data) return formatFailure('Its content type is not id-data.');
  if (signer.signedAttributes.contentType !== contentType)
    return formatFailure('The signed content type is not the one that it states.');
  return signedData;
}

/** What the signature was made with. */
interface SigningMeans {
  readonly algorithm: SignatureAlgorithm;
  readonly key: PublicKey;
}

function signingMeans(
  signer: SignerInfo,
  certificate: Certificate,
  at: UnixMillis,
  policy: AlgorithmPolicy,
): SigningMeans | Refusal {
  const refused = (says: string): Refusal => {
    return { subIndication: 'CRYPTO_CONSTRAINTS_FAILURE', says };
  };
  try {
    const digest = readDigestAlgorithm(signer.digestAlgorithm);
    const algorithm = readCmsSignatureAlgorithm(signer.signatureAlgorithm, digest);
    const key = publicKeyOf(certificate);
    // Content hashed with one algorithm and attributes with another: as weak as the weaker.
    if (algorithm.digest !== digest)
      return refused('Content and attributes use different digests.');
    if (!acceptsSignature(policy, algorithm, key, at))
      return refused('The algorithm or the size of the key is not accepted by the policy.');
    return { algorithm, key };
  } catch (cause) {
    if (!(cause instanceof SigningError)) throw cause;
    return refused(`The algorithm or key is not supported: ${cause.message}.`);
  }
}

function compareContent(
  signer: SignerInfo,
  algorithm: SignatureAlgorithm,
  content: Uint8Array | ContentDigest,
): Refusal | null {
  let digest: Uint8Array;
  if (content instanceof Uint8Array) digest = digestOf(algorithm.digest, content);
  else {
    assert(content.digest.length === DIGESTS[content.algorithm].length, 'a digest of its length');
    if (content.algorithm !== algorithm.digest.name)
      return {
        subIndication: 'SIGNED_DATA_NOT_FOUND',
        says: `The content is known by ${content.algorithm}, the signature is over ${algorithm.digest.name}.`,
      };
    digest = content.digest;
  }
  return equalBytes(digest, signer.signedAttributes.messageDigest)
    ? null
    : { subIndication: 'HASH_FAILURE', says: 'The content is not the one that was signed.' };
}

function checkSignatureValue(
  { signedAttributes, signature, digestAlgorithm, signatureAlgorithm }: SignerInfo,
  { algorithm, key }: SigningMeans,
): Refusal | null {
  const refused = (says: string): Refusal => ({ subIndication: 'SIG_CRYPTO_FAILURE', says });
  if (!verifySignature(algorithm, key, signedAttributes.toBeSigned, signature))
    return refused("The certificate's key has not signed these attributes.");
  const protection = signedAttributes.algorithmProtection;
  const isProtected =
    protection === null ||
    (equalBytes(derBytes(protection.digestAlgorithm), derBytes(digestAlgorithm)) &&
      // The copy is under an IMPLICIT tag, so its contents are compared.
      equalBytes(derContent(protection.signatureAlgorithm), derContent(signatureAlgorithm)));
  return isProtected
    ? null
    : refused('The algorithms are not the ones that were signed (RFC 6211).');
}

/**
 * EN 319 102-1 §5.2.6.4: a certificate out of its dates says nothing of a signature that may have
 * been made before; only one that existed before the signer's certificate did is certainly bad.
 */
function refusePath({ reason, detail, certificateIndex }: InvalidPath): Refusal {
  const says =
    certificateIndex === null
      ? `No trust: ${detail}.`
      : `${certificateIndex === 0 ? "The signer's certificate" : `Certificate ${certificateIndex} above the signer's`} ${detail}.`;
  assert(
    reason !== 'REVOKED' && reason !== 'REVOKED_CA' && reason !== 'TRY_LATER',
    'no answer about revocation, which was not asked for',
  );
  const isOutOfBounds =
    reason === 'EXPIRED' || (reason === 'NOT_YET_VALID' && certificateIndex !== 0);
  return { subIndication: isOutOfBounds ? 'OUT_OF_BOUNDS_NO_POE' : reason, says };
}

function isDevelopment(certificates: readonly Certificate[]): boolean {
  return certificates.some(
    ({ subject, issuer }) => isDevelopmentName(subject) || isDevelopmentName(issuer),
  );
}

function chainConstraint(flaw: string): Refusal {
  return { subIndication: 'CHAIN_CONSTRAINTS_FAILURE', says: `The signer's certificate ${flaw}.` };
}

function formatFailure(says: string): Refusal {
  return { subIndication: 'FORMAT_FAILURE', says };
}
