/**
 * Counter-signatures (RFC 5652 §11.4, EN 319 122-1 §5.2.7): SignerInfos in an unsigned attribute,
 * each over the signature value that it confirms. They are read and checked here; none is written.
 */
import { type AcceptanceEnd, type AlgorithmPolicy, earlierEnd } from './algorithm-policy.js';
import type { SignatureAlgorithm } from './algorithms.js';
import type { Certificate } from './certificate.js';
import { readSignerInfo, type SignedData, type SignerInfo } from './cms-signed-data.js';
import type { DerNode } from './der-reader.js';
import {
  checkSignatureValue,
  compareContent,
  signingMeans,
} from './internal/cryptographic-verification.js';
import { identifySigningCertificate } from './internal/signing-certificate.js';
import { isRefusal, type Refusal } from './signature-report.js';
import { type CounterSignedAttributes, readCounterSignedAttributes } from './signed-attributes.js';
import { parsing, SigningError } from './signing-error.js';

/** Its own unsigned attributes, other counter-signatures among them, are not followed. */
export type CounterSignature = SignerInfo<CounterSignedAttributes>;

/** One that a key has made over this very signature. Nobody has vouched for whose key that is. */
export interface GenuineCounterSignature {
  readonly certificate: Certificate;
  readonly algorithm: SignatureAlgorithm;
  /** Up to when the policy accepts what it was made with. */
  readonly end: AcceptanceEnd;
}

/**
 * @param node a value of the attribute countersignature.
 * @throws SigningError CMS_MALFORMED.
 */
export function counterSignatureFrom(node: DerNode): CounterSignature {
  return parsing('CMS_MALFORMED', 'counter-signature', () => {
    const { signer } = readSignerInfo(node, readCounterSignedAttributes);
    const { signingCertificates, signingCertificatesBySha1 } = signer.signedAttributes;
    if (signingCertificates !== null && signingCertificatesBySha1 !== null)
      throw new SigningError('CMS_MALFORMED', 'two attributes name the signing certificate');
    return signer;
  });
}

/**
 * Everything but trust and time: the certificate that is named, among those of the signature that is
 * confirmed, the algorithms, and the mathematics. Never throws for what a stranger has sent.
 */
export function checkCounterSignature(
  counterSignature: CounterSignature,
  { certificates, signer }: SignedData,
  policy: AlgorithmPolicy,
): GenuineCounterSignature | Refusal {
  const identified = identifySigningCertificate({ certificates, signer: counterSignature }, policy);
  if (isRefusal(identified)) return identified;
  const { certificate } = identified;
  const means = signingMeans(counterSignature, certificate, policy);
  if (isRefusal(means)) return means;
  const mismatch = compareContent(counterSignature, means.algorithm, signer.signature);
  if (mismatch !== null) return { ...mismatch, says: 'It is not this signature that it confirms.' };
  const end = earlierEnd(identified.end, means.end);
  return (
    checkSignatureValue(counterSignature, means) ?? { certificate, algorithm: means.algorithm, end }
  );
}
