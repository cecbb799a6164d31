/**
 * Which certificate signed (EN 319 102-1 §5.2.3): the one that both the unsigned identifier and
 * the signed signing-certificate-v2 attribute name. Only the second is covered by the signature.
 */
import { equalBytes } from '../../base/bytes.js';
import { type AcceptanceEnd, type AlgorithmPolicy, digestEnd } from '../algorithm-policy.js';
import type { Certificate } from '../certificate.js';
import type { SignerIdentifier, SignerInfo } from '../cms-signed-data.js';
import {
  type DigestAlgorithm,
  digestOf,
  DIGESTS,
  readDigestAlgorithm,
} from '../digest-algorithms.js';
import type { Refusal } from '../signature-report.js';
import type { CounterSignedAttributes, EssCertId } from '../signed-attributes.js';
import { SigningError } from '../signing-error.js';

export interface IdentifiedCertificate {
  readonly certificate: Certificate;
  /** Up to when the digest that names it is accepted. */
  readonly end: Exclude<AcceptanceEnd, 'never'>;
}

/** A signature, or a counter-signature with the certificates of what it confirms. */
interface CertificatesAndSigner {
  readonly certificates: readonly Certificate[];
  readonly signer: SignerInfo<CounterSignedAttributes>;
}

export function identifySigningCertificate(
  { certificates, signer }: CertificatesAndSigner,
  policy: AlgorithmPolicy,
): IdentifiedCertificate | Refusal {
  const [id] = signer.signedAttributes.signingCertificates ?? [];
  if (id === undefined)
    return {
      subIndication: 'SIG_CONSTRAINTS_FAILURE',
      says: 'The signed attributes do not say which certificate signed (signing-certificate-v2).',
    };
  const digest = digestOfId(id);
  const end = digest === null ? 'never' : digestEnd(policy, digest.name);
  if (digest === null || end === 'never')
    return {
      subIndication: 'CRYPTO_CONSTRAINTS_FAILURE',
      says: 'The certificate is named by a digest that is not accepted.',
    };
  const certificate = certificates.find(
    (candidate) => identifies(signer.identifier, candidate) && isNamedBy(id, digest, candidate),
  );
  if (certificate === undefined)
    return {
      subIndication: 'NO_SIGNING_CERTIFICATE_FOUND',
      says: 'No certificate in the signature is the one that its signed attributes name.',
    };
  return { certificate, end };
}

/**
 * RFC 5035 §4: where the attribute names more than the signer's certificate, the path may use no
 * other ones.
 */
export function allowsPath(
  ids: readonly EssCertId[] | null,
  path: readonly Certificate[],
): boolean {
  if (ids === null || ids.length < 2) return true;
  return path.every((certificate) =>
    ids.some((id) => {
      const digest = digestOfId(id);
      return digest !== null && isNamedBy(id, digest, certificate);
    }),
  );
}

/** Null for one that is not in our table. */
export function digestOfId({ hashAlgorithm }: EssCertId): DigestAlgorithm | null {
  if (hashAlgorithm === null) return DIGESTS.sha256;
  try {
    return readDigestAlgorithm(hashAlgorithm);
  } catch (cause) {
    if (cause instanceof SigningError) return null;
    throw cause;
  }
}

/** The unsigned identifier of the signer alone. */
export function identifies(identifier: SignerIdentifier, certificate: Certificate): boolean {
  if (identifier.kind === 'subject-key-identifier') {
    const { subjectKeyIdentifier } = certificate.extensions;
    return (
      subjectKeyIdentifier !== null &&
      equalBytes(subjectKeyIdentifier, identifier.subjectKeyIdentifier)
    );
  }
  return (
    equalBytes(identifier.issuer, certificate.issuer.der) &&
    equalBytes(identifier.serialNumber, certificate.serialNumber)
  );
}

export function isNamedBy(
  id: EssCertId,
  digest: DigestAlgorithm,
  certificate: Certificate,
): boolean {
  const { certHash, issuerSerial } = id;
  const isHash = equalBytes(digestOf(digest, certificate.der), certHash);
  if (!isHash || issuerSerial === null) return isHash;
  return (
    equalBytes(issuerSerial.issuer, certificate.issuer.der) &&
    equalBytes(issuerSerial.serialNumber, certificate.serialNumber)
  );
}
