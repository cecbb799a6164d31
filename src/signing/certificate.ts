/**
 * X.509 v3 certificates (RFC 5280 §4.1), read from DER. Reading says nothing about trust: a
 * certificate is a claim until `certificate-path` has found who stands behind it.
 */
import type { UnixMillis } from '../base/brand.js';
import { equalBytes } from '../base/bytes.js';
import { sha256 } from '../base/hash.js';
import { type IssuerAlgorithm, knownSignatureAlgorithm, verifySignature } from './algorithms.js';
import { type CertificateExtensions, readExtensions } from './certificate-extensions.js';
import { DerFields } from './der-fields.js';
import { derBytes, type DerNode, readDer } from './der-reader.js';
import { contextPrimitiveTag, contextTag } from './der-tag.js';
import {
  readBitString,
  readExplicit,
  readIntegerBytes,
  readSmallInteger,
  readTime,
} from './der-values.js';
import { type DistinguishedName, readName, sameName } from './distinguished-name.js';
import { parsePublicKey, type PublicKey, type SigningKeyKind } from './public-key.js';
import { parsing, SigningError } from './signing-error.js';

/** What X.509 signs, and with what. */
export interface SignedByIssuer {
  readonly toBeSigned: Uint8Array;
  /** Null if it is not in our table: the document can be read, but nobody vouches for it. */
  readonly signatureAlgorithm: IssuerAlgorithm | null;
  readonly signatureValue: Uint8Array;
}

export interface Certificate extends SignedByIssuer {
  /** The bytes as they were read; every comparison and hash is over these. */
  readonly der: Uint8Array;
  readonly sha256: Uint8Array;
  /** Contents octets of the INTEGER: may start with 00, and in old certificates be negative. */
  readonly serialNumber: Uint8Array;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly notBefore: UnixMillis;
  /** Inclusive. */
  readonly notAfter: UnixMillis;
  /** DER; a certificate with a key that we cannot use is still readable. See `publicKeyOf`. */
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly extensions: CertificateExtensions;
}

/** @throws SigningError CERTIFICATE_MALFORMED. */
export function parseCertificate(der: Uint8Array): Certificate {
  return parsing('CERTIFICATE_MALFORMED', 'certificate', () => certificateFrom(readDer(der)));
}

/** A certificate inside something else that has been read. @throws as `parseCertificate`. */
export function certificateFrom(node: DerNode): Certificate {
  return parsing('CERTIFICATE_MALFORMED', 'certificate', () => {
    const fields = DerFields.of(node);
    const tbs = fields.next();
    const signatureAlgorithm = fields.next();
    const signatureValue = readBitString(fields.next());
    fields.end();
    return { ...readToBeSigned(tbs, signatureAlgorithm), ...wholeOf(node), signatureValue };
  });
}

/** @throws SigningError KEY_UNSUPPORTED. */
export function publicKeyOf(certificate: Certificate): PublicKey {
  return parsePublicKey(certificate.subjectPublicKeyInfo);
}

/** The same, of whoever is to sign now. @throws SigningError KEY_UNSUPPORTED, of a kind of key that is only checked too. */
export function signingKeyOf(certificate: Certificate): PublicKey & { kind: SigningKeyKind } {
  const { kind, ...rest } = publicKeyOf(certificate);
  if (kind === 'dsa')
    throw new SigningError('KEY_UNSUPPORTED', 'nobody signs with DSA here: use an EC or RSA key');
  return { ...rest, kind };
}

/**
 * Whether `issuerKey` signed this certificate, CRL or OCSP response: the mathematics only. Not looked at: names, dates,
 * the strength of the algorithm, and whether the issuer may issue.
 */
export function isSignedBy(signed: SignedByIssuer, issuerKey: PublicKey): boolean {
  const { signatureAlgorithm, toBeSigned, signatureValue } = signed;
  return (
    signatureAlgorithm !== null &&
    verifySignature(signatureAlgorithm, issuerKey, toBeSigned, signatureValue)
  );
}

/** RFC 5280 §6.1: issuer and subject are the same name, as in a root or a key roll-over. */
export function isSelfIssued(certificate: Certificate): boolean {
  return sameName(certificate.issuer, certificate.subject);
}

const VERSION_3 = 2;

function wholeOf(node: DerNode): Pick<Certificate, 'der' | 'sha256'> {
  const der = derBytes(node);
  return { der, sha256: sha256(der) };
}

function readToBeSigned(
  tbs: DerNode,
  signatureAlgorithm: DerNode,
): Omit<Certificate, 'der' | 'sha256' | 'signatureValue'> {
  const fields = DerFields.of(tbs);
  const version = fields.optional(contextTag(0));
  if (version === undefined || readSmallInteger(readExplicit(version, contextTag(0))) !== VERSION_3)
    throw new SigningError('CERTIFICATE_MALFORMED', 'certificate: not X.509 version 3');
  const serialNumber = readIntegerBytes(fields.next());
  const signature = fields.next();
  // RFC 5280 §4.1.1.2. The outer copy is not signed; this is what covers it.
  if (!equalBytes(derBytes(signature), derBytes(signatureAlgorithm)))
    throw new SigningError(
      'CERTIFICATE_MALFORMED',
      'certificate: the two signature algorithms differ',
    );
  const issuer = readName(fields.next());
  const validity = DerFields.of(fields.next());
  const notBefore = readTime(validity.next());
  const notAfter = readTime(validity.next());
  validity.end();
  const subject = readName(fields.next());
  const subjectPublicKeyInfo = derBytes(fields.next());
  // issuerUniqueID and subjectUniqueID: obsolete (RFC 5280 §4.1.2.8) and without meaning here.
  fields.optional(contextPrimitiveTag(1));
  fields.optional(contextPrimitiveTag(2));
  const extensions = readExtensions(fields.optional(contextTag(3)));
  fields.end();
  return {
    serialNumber,
    issuer,
    subject,
    notBefore,
    notAfter,
    subjectPublicKeyInfo,
    extensions,
    toBeSigned: derBytes(tbs),
    signatureAlgorithm: knownSignatureAlgorithm(signature),
  };
}
