/**
 * What a signature was made with, and whether the mathematics hold (EN 319 102-1 §5.2.7): digest of the
 * content, signature value, and the signed copy of the algorithms. No dates and no trust.
 */
import { equalBytes } from '../../base/bytes.js';
import { type AcceptanceEnd, type AlgorithmPolicy, signatureEnd } from '../algorithm-policy.js';
import {
  readCmsSignatureAlgorithm,
  type SignatureAlgorithm,
  verifySignature,
} from '../algorithms.js';
import type { Certificate } from '../certificate.js';
import type { SignerInfo } from '../cms-signed-data.js';
import { type ContentDigest, contentDigestUnder } from '../content-digest.js';
import { derBytes, derContent } from '../der-reader.js';
import { readDigestAlgorithm } from '../digest-algorithms.js';
import { PublicKeyCache } from '../public-key-cache.js';
import type { PublicKey } from '../public-key.js';
import type { Refusal } from '../signature-report.js';
import type { CounterSignedAttributes } from '../signed-attributes.js';
import { SigningError } from '../signing-error.js';

/** Of a signature or of a counter-signature. */
type AnySigner = SignerInfo<CounterSignedAttributes>;

export interface SigningMeans {
  readonly algorithm: SignatureAlgorithm;
  readonly key: PublicKey;
  /** Up to when the policy accepts algorithm and key. */
  readonly end: Exclude<AcceptanceEnd, 'never'>;
}

/** Refuses what the policy has never accepted; what it accepts no more is for `algorithm-dates`. */
export function signingMeans(
  signer: AnySigner,
  certificate: Certificate,
  policy: AlgorithmPolicy,
  keys = new PublicKeyCache(),
): SigningMeans | Refusal {
  const refused = (says: string): Refusal => {
    return { subIndication: 'CRYPTO_CONSTRAINTS_FAILURE', says };
  };
  try {
    const digest = readDigestAlgorithm(signer.digestAlgorithm);
    const algorithm = readCmsSignatureAlgorithm(signer.signatureAlgorithm, digest);
    const key = keys.keyOf(certificate);
    // Content hashed with one algorithm and attributes with another: as weak as the weaker.
    if (algorithm.digest !== digest)
      return refused('Content and attributes use different digests.');
    const end = signatureEnd(policy, algorithm, key);
    if (end === 'never')
      return refused('The algorithm or the size of the key is not accepted by the policy.');
    return { algorithm, key, end };
  } catch (cause) {
    if (!(cause instanceof SigningError)) throw cause;
    return refused(`The algorithm or key is not supported: ${cause.message}.`);
  }
}

export function compareContent(
  signer: AnySigner,
  algorithm: SignatureAlgorithm,
  content: Uint8Array | ContentDigest,
): Refusal | null {
  const digest = contentDigestUnder(content, algorithm.digest);
  if (digest === null)
    return {
      subIndication: 'SIGNED_DATA_NOT_FOUND',
      says: `The content is not known by ${algorithm.digest.name}, which the signature is over.`,
    };
  return equalBytes(digest, signer.signedAttributes.messageDigest)
    ? null
    : { subIndication: 'HASH_FAILURE', says: 'The content is not the one that was signed.' };
}

export function checkSignatureValue(
  { signedAttributes, signature, digestAlgorithm, signatureAlgorithm }: AnySigner,
  { algorithm, key }: Pick<SigningMeans, 'algorithm' | 'key'>,
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
