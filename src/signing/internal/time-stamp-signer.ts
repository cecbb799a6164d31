/**
 * Which certificate signed a time-stamp token, and whether the mathematics hold. Apart from the checks of
 * signatures on documents, because the authorities of real life name their certificate by SHA-1 as well.
 */
import type { UnixMillis } from '../../base/brand.js';
import { equalBytes } from '../../base/bytes.js';
import { acceptsDigest, acceptsSignature, type AlgorithmPolicy } from '../algorithm-policy.js';
import { readCmsSignatureAlgorithm, type SignatureAlgorithm } from '../algorithms.js';
import type { Certificate } from '../certificate.js';
import type { SignedData, SignerInfo } from '../cms-signed-data.js';
import { type DigestAlgorithm, digestOf, readDigestAlgorithm } from '../digest-algorithms.js';
import { sha1Identifier } from '../identifier-digest.js';
import type { PublicKeyCache } from '../public-key-cache.js';
import type { PublicKey } from '../public-key.js';
import type { Refusal } from '../signature-report.js';
import type { EssCertIdBySha1 } from '../signed-attributes.js';
import { SigningError } from '../signing-error.js';
import { checkSignatureValue } from './cryptographic-verification.js';
import { digestOfId, identifies, isNamedBy } from './signing-certificate.js';

/** @param others certificates from elsewhere; a token need not carry its own (RFC 3161 §2.4.1). */
export function identifyAuthority(
  { certificates, signer }: SignedData,
  others: readonly Certificate[],
  policy: AlgorithmPolicy,
  at: UnixMillis,
): Certificate | Refusal {
  const { signingCertificates, signingCertificatesBySha1 } = signer.signedAttributes;
  const [id] = signingCertificates ?? [];
  const [idBySha1] = signingCertificatesBySha1 ?? [];
  if (id === undefined && idBySha1 === undefined)
    return {
      subIndication: 'SIG_CONSTRAINTS_FAILURE',
      says: 'The signed attributes do not say which certificate signed (signing-certificate).',
    };
  const digest = id === undefined ? null : digestOfId(id);
  if (id !== undefined && (digest === null || !acceptsDigest(policy, digest.name, at)))
    return {
      subIndication: 'CRYPTO_CONSTRAINTS_FAILURE',
      says: 'The certificate is named by a digest that is not accepted.',
    };
  const isNamed = (candidate: Certificate): boolean =>
    (id === undefined || digest === null || isNamedBy(id, digest, candidate)) &&
    (idBySha1 === undefined || isNamedBySha1(idBySha1, candidate));
  const certificate = [...certificates, ...others].find(
    (candidate) => identifies(signer.identifier, candidate) && isNamed(candidate),
  );
  return (
    certificate ?? {
      subIndication: 'NO_SIGNING_CERTIFICATE_FOUND',
      says: 'No certificate is the one that the signed attributes name.',
    }
  );
}

/** What the token was signed with. */
export interface TokenMeans {
  /** Of the signed content. Another one than the algorithm's may be used; both must be accepted. */
  readonly digest: DigestAlgorithm;
  readonly algorithm: SignatureAlgorithm;
  readonly key: PublicKey;
}

export function tokenMeans(
  signer: SignerInfo,
  certificate: Certificate,
  policy: AlgorithmPolicy,
  at: UnixMillis,
  keys: PublicKeyCache,
): TokenMeans | Refusal {
  const refused = (says: string): Refusal => {
    return { subIndication: 'CRYPTO_CONSTRAINTS_FAILURE', says };
  };
  try {
    const digest = readDigestAlgorithm(signer.digestAlgorithm);
    const algorithm = readCmsSignatureAlgorithm(signer.signatureAlgorithm, digest);
    const key = keys.keyOf(certificate);
    return acceptsDigest(policy, digest.name, at) && acceptsSignature(policy, algorithm, key, at)
      ? { digest, algorithm, key }
      : refused('The algorithm or the size of the key is not accepted by the policy.');
  } catch (cause) {
    if (!(cause instanceof SigningError)) throw cause;
    return refused(`The algorithm or key is not supported: ${cause.message}.`);
  }
}

/** That `content` is what was signed, by this key, with these algorithms. */
export function tokenForgery(
  signer: SignerInfo,
  means: TokenMeans,
  content: Uint8Array,
): Refusal | null {
  if (!equalBytes(digestOf(means.digest, content), signer.signedAttributes.messageDigest))
    return { subIndication: 'HASH_FAILURE', says: 'What the token says is not what was signed.' };
  return checkSignatureValue(signer, means);
}

function isNamedBySha1({ certHash, issuerSerial }: EssCertIdBySha1, of: Certificate): boolean {
  return (
    equalBytes(sha1Identifier(of.der), certHash) &&
    (issuerSerial === null ||
      (equalBytes(issuerSerial.issuer, of.issuer.der) &&
        equalBytes(issuerSerial.serialNumber, of.serialNumber)))
  );
}
