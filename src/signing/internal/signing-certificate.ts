/**
 * Which certificate signed (EN 319 102-1 §5.2.3): the one that both the unsigned identifier and
 * the signed signing-certificate-v2 attribute name. Only the second is covered by the signature.
 */
import type { UnixMillis } from '../../base/brand.js';
import { equalBytes, toHex } from '../../base/bytes.js';
import { acceptsDigest, type AlgorithmPolicy } from '../algorithm-policy.js';
import type { Certificate } from '../certificate.js';
import type { SignedData, SignerIdentifier } from '../cms-signed-data.js';
import {
  type DigestAlgorithm,
  digestOf,
  DIGESTS,
  readDigestAlgorithm,
} from '../digest-algorithms.js';
import { displayName, displayText, nameAttribute } from '../distinguished-name.js';
import type { Refusal, SignerSummary } from '../signature-report.js';
import type { EssCertId } from '../signed-attributes.js';
import { SigningError } from '../signing-error.js';

export function identifySigningCertificate(
  { certificates, signer }: SignedData,
  at: UnixMillis,
  policy: AlgorithmPolicy,
): Certificate | Refusal {
  const [id] = signer.signedAttributes.signingCertificates ?? [];
  if (id === undefined)
    return {
      subIndication: 'SIG_CONSTRAINTS_FAILURE',
      says: 'The signed attributes do not say which certificate signed (signing-certificate-v2).',
    };
  const digest = digestOfId(id);
  if (digest === null || !acceptsDigest(policy, digest.name, at))
    return {
      subIndication: 'CRYPTO_CONSTRAINTS_FAILURE',
      says: 'The certificate is named by a digest that is not accepted.',
    };
  const certificate = certificates.find(
    (candidate) => identifies(signer.identifier, candidate) && isNamedBy(id, digest, candidate),
  );
  return (
    certificate ?? {
      subIndication: 'NO_SIGNING_CERTIFICATE_FOUND',
      says: 'No certificate in the signature is the one that its signed attributes name.',
    }
  );
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

export function summarize(certificate: Certificate): SignerSummary {
  const { subject, issuer, serialNumber, sha256 } = certificate;
  const name = nameAttribute(subject, 'CN') ?? nameAttribute(subject, 'O');
  return {
    name: name === null ? displayName(subject) : displayText(name),
    subject: displayName(subject),
    issuer: displayName(issuer),
    serialNumber: toHex(serialNumber),
    certificateSha256: toHex(sha256),
  };
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
