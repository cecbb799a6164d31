/**
 * How OCSP names a certificate and a responder (RFC 6960 §4.1.1, §4.2.2.3): by hashes of the issuer's name
 * and key. SHA-1 is among them. Nothing is relied on here: a name that somebody forged leads to an answer
 * whose signature is checked, and which is about another certificate than the one that it was given for
 * only if one issuer had two certificates of the same serial number.
 */
import { createHash } from 'node:crypto';
import { equalBytes } from '../base/bytes.js';
import type { Certificate } from './certificate.js';
import { DerFields } from './der-fields.js';
import { type DerNode, readDer } from './der-reader.js';
import { TAG } from './der-tag.js';
import {
  readBitString,
  readIntegerBytes,
  readNull,
  readOctetString,
  readOid,
} from './der-values.js';
import { der, derNull, derOctetString, derOid, derSequence } from './der-writer.js';
import { OID } from './oids.js';

export type IdentifierHash = 'sha1' | 'sha256' | 'sha384' | 'sha512';

export interface OcspCertificateId {
  /** Null for a hash that we do not know: the answer is about nothing that we can name. */
  readonly hash: IdentifierHash | null;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  readonly serialNumber: Uint8Array;
}

/** @throws SigningError DER_MALFORMED. */
export function readCertificateId(node: DerNode): OcspCertificateId {
  const fields = DerFields.of(node);
  const algorithm = DerFields.of(fields.next());
  const oid = readOid(algorithm.next());
  const parameters = algorithm.optional(TAG.null);
  if (parameters !== undefined) readNull(parameters);
  algorithm.end();
  const issuerNameHash = readOctetString(fields.next());
  const issuerKeyHash = readOctetString(fields.next());
  const serialNumber = readIntegerBytes(fields.next());
  fields.end();
  const hash = IDENTIFIER_HASHES.find((name) => OID[name] === oid) ?? null;
  return { hash, issuerNameHash, issuerKeyHash, serialNumber };
}

/** CertID of `certificate`; the key is the issuer's SubjectPublicKeyInfo. */
export function encodeCertificateId(
  hash: IdentifierHash,
  certificate: Certificate,
  issuerPublicKeyInfo: Uint8Array,
): Uint8Array {
  return derSequence(
    derSequence(derOid(OID[hash]), derNull()),
    derOctetString(identifierHash(hash, certificate.issuer.der)),
    derOctetString(publicKeyHash(hash, issuerPublicKeyInfo)),
    der(TAG.integer, certificate.serialNumber),
  );
}

/** Whether `id` is of this certificate of the issuer with this SubjectPublicKeyInfo. */
export function isIdOf(
  id: OcspCertificateId,
  certificate: Certificate,
  issuerPublicKeyInfo: Uint8Array,
): boolean {
  return (
    id.hash !== null &&
    equalBytes(id.serialNumber, certificate.serialNumber) &&
    equalBytes(id.issuerNameHash, identifierHash(id.hash, certificate.issuer.der)) &&
    equalBytes(id.issuerKeyHash, publicKeyHash(id.hash, issuerPublicKeyInfo))
  );
}

/** The hash of the contents of the BIT STRING, without its count of unused bits. */
export function publicKeyHash(hash: IdentifierHash, subjectPublicKeyInfo: Uint8Array): Uint8Array {
  const fields = DerFields.of(readDer(subjectPublicKeyInfo));
  fields.next();
  return identifierHash(hash, readBitString(fields.next()));
}

const IDENTIFIER_HASHES: readonly IdentifierHash[] = ['sha1', 'sha256', 'sha384', 'sha512'];

function identifierHash(hash: IdentifierHash, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(hash).update(bytes).digest());
}
