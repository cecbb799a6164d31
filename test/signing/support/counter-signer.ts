/** Counter-signatures (RFC 5652 §11.4) of honest signers; `edit` makes them of others. */
import { createSignature, SIGNATURE_ALGORITHMS } from '../../../src/signing/algorithms.js';
import { contextTag, TAG } from '../../../src/signing/der-tag.js';
import {
  der,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
} from '../../../src/signing/der-writer.js';
import { digestOf } from '../../../src/signing/digest-algorithms.js';
import { OID } from '../../../src/signing/oids.js';
import type { Identity } from './test-pki.js';

/** The attributes of a counter-signature, type and value, in any order. */
export type CounterAttributes = Map<string, Uint8Array>;

/** @returns DER of the SignerInfo over `signature`, a signature value. */
export function counterSign(
  { certificate, privateKey }: Identity,
  signature: Uint8Array,
  edit: (attributes: CounterAttributes) => unknown = () => undefined,
): Uint8Array {
  const algorithm = SIGNATURE_ALGORITHMS['ecdsa-sha256'];
  const essCertId = derSequence(derOctetString(certificate.sha256));
  const attributes: CounterAttributes = new Map([
    [OID.messageDigest, derOctetString(digestOf(algorithm.digest, signature))],
    [OID.signingCertificateV2, derSequence(derSequence(essCertId))],
  ]);
  edit(attributes);
  const toBeSigned = derSetOf(
    [...attributes].map(([type, value]) => derSequence(derOid(type), derSetOf([value]))),
  );
  const signedAttributes = Uint8Array.from(toBeSigned);
  signedAttributes[0] = contextTag(0);
  return derSequence(
    derInteger(1),
    derSequence(certificate.issuer.der, der(TAG.integer, certificate.serialNumber)),
    algorithm.digest.identifier,
    signedAttributes,
    algorithm.identifier,
    derOctetString(createSignature(algorithm, privateKey, toBeSigned)),
  );
}
