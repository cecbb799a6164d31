/** What the SignerInfos of signatures and of time-stamp tokens have in common, encoded. */
import type { SignatureAlgorithm } from '../algorithms.js';
import type { Certificate } from '../certificate.js';
import { contextTag, TAG } from '../der-tag.js';
import {
  der,
  derExplicit,
  derInteger,
  derOctetString,
  derSequence,
  derSetOf,
} from '../der-writer.js';

/** @param type DER of the OID. */
export function attribute(type: Uint8Array, value: Uint8Array): Uint8Array {
  return derSequence(type, derSetOf([value]));
}

/** RFC 5035 §4, with the default hash, SHA-256, left out as DER asks. */
export function signingCertificateV2({ sha256, issuer, serialNumber }: Certificate): Uint8Array {
  const generalNames = derSequence(derExplicit(4, issuer.der));
  const issuerSerial = derSequence(generalNames, der(TAG.integer, serialNumber));
  const essCertId = derSequence(derOctetString(sha256), issuerSerial);
  return derSequence(derSequence(essCertId));
}

/**
 * RFC 6211. Without it SignerInfo.signatureAlgorithm is not signed, and RSA signatures have two
 * encodings: sha256WithRSAEncryption and rsaEncryption differ in one byte and mean the same.
 */
export function algorithmProtection({ digest, identifier }: SignatureAlgorithm): Uint8Array {
  const implicit = Uint8Array.from(identifier);
  implicit[0] = contextTag(1);
  return derSequence(digest.identifier, implicit);
}

/** version, sid and digestAlgorithm of SignerInfo: all that stands before the signed attributes. */
export function signerInfoHead(
  { issuer, serialNumber }: Certificate,
  { digest }: SignatureAlgorithm,
): readonly Uint8Array[] {
  return [
    derInteger(1),
    derSequence(issuer.der, der(TAG.integer, serialNumber)),
    digest.identifier,
  ];
}

/** @param toBeSigned the signed attributes as a SET OF, in which form they are signed (RFC 5652 §5.4). */
export function signerInfo(
  head: readonly Uint8Array[],
  toBeSigned: Uint8Array,
  { identifier }: SignatureAlgorithm,
  signatureValue: Uint8Array,
): Uint8Array {
  const signedAttributes = Uint8Array.from(toBeSigned);
  signedAttributes[0] = contextTag(0);
  return derSequence(...head, signedAttributes, identifier, derOctetString(signatureValue));
}
