/**
 * Writes X.509 v3 certificates (RFC 5280 §4.1), in two steps as `cades-builder` does, for the
 * authorities that we run ourselves. What is asked for is written, sensible or not.
 */
import type { UnixMillis } from '../base/brand.js';
import { sha256 } from '../base/hash.js';
import type { SignatureAlgorithm } from './algorithms.js';
import { type BasicConstraints, KEY_USAGE, type KeyUsage } from './certificate-extensions.js';
import { DerFields } from './der-fields.js';
import { readDer } from './der-reader.js';
import { contextPrimitiveTag } from './der-tag.js';
import { readBitString } from './der-values.js';
import {
  der,
  derBitString,
  derBoolean,
  derExplicit,
  derInteger,
  derNamedBits,
  derOctetString,
  derOid,
  derSequence,
  derTime,
} from './der-writer.js';
import { OID } from './oids.js';

export interface CertificateTemplate {
  /** Positive, as a big-endian magnitude. */
  readonly serialNumber: Uint8Array;
  /** DER of the Names. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** Cut to whole seconds. */
  readonly notBefore: UnixMillis;
  readonly notAfter: UnixMillis;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly extensions: readonly Extension[];
  readonly signatureAlgorithm: SignatureAlgorithm;
}

export interface Extension {
  readonly oid: string;
  readonly isCritical: boolean;
  /** DER of the extension's own type. */
  readonly value: Uint8Array;
}

/** The TBSCertificate, to be signed with the issuer's key. */
export function certificateToBeSigned(template: CertificateTemplate): Uint8Array {
  return derSequence(
    derExplicit(0, derInteger(2)),
    derInteger(template.serialNumber),
    template.signatureAlgorithm.identifier,
    template.issuer,
    derSequence(derTime(template.notBefore), derTime(template.notAfter)),
    template.subject,
    template.subjectPublicKeyInfo,
    derExplicit(3, derSequence(...template.extensions.map(derExtension))),
  );
}

export function completeCertificate(
  toBeSigned: Uint8Array,
  signatureAlgorithm: SignatureAlgorithm,
  signatureValue: Uint8Array,
): Uint8Array {
  return derSequence(toBeSigned, signatureAlgorithm.identifier, derBitString(signatureValue));
}

export function basicConstraints({ ca, pathLength }: BasicConstraints): Extension {
  const fields = [
    ...(ca ? [derBoolean(true)] : []),
    ...(pathLength === null ? [] : [derInteger(pathLength)]),
  ];
  return { oid: OID.basicConstraints, isCritical: true, value: derSequence(...fields) };
}

export function keyUsage(...usages: readonly KeyUsage[]): Extension {
  const value = derNamedBits(usages.map((usage) => KEY_USAGE[usage]));
  return { oid: OID.keyUsage, isCritical: true, value };
}

export function extendedKeyUsage({
  isCritical,
  purposes,
}: {
  readonly isCritical: boolean;
  readonly purposes: readonly string[];
}): Extension {
  return { oid: OID.extKeyUsage, isCritical, value: derSequence(...purposes.map(derOid)) };
}

export function subjectKeyIdentifier(subjectPublicKeyInfo: Uint8Array): Extension {
  const value = derOctetString(keyIdentifier(subjectPublicKeyInfo));
  return { oid: OID.subjectKeyIdentifier, isCritical: false, value };
}

export function authorityKeyIdentifier(issuerPublicKeyInfo: Uint8Array): Extension {
  const value = derSequence(der(contextPrimitiveTag(0), keyIdentifier(issuerPublicKeyInfo)));
  return { oid: OID.authorityKeyIdentifier, isCritical: false, value };
}

/** One of `extensions`, in a certificate as in a CRL. */
export function derExtension({ oid, isCritical, value }: Extension): Uint8Array {
  const critical = isCritical ? derBoolean(true) : new Uint8Array();
  return derSequence(derOid(oid), critical, derOctetString(value));
}

/** RFC 7093 §2 method 1: the leftmost 160 bits of the SHA-256 of the key, no SHA-1. */
function keyIdentifier(subjectPublicKeyInfo: Uint8Array): Uint8Array {
  const fields = DerFields.of(readDer(subjectPublicKeyInfo));
  fields.next();
  const key = readBitString(fields.next());
  return sha256(key).subarray(0, 20);
}
