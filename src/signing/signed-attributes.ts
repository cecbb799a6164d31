/**
 * The signed attributes of a CMS signer (RFC 5652 §5.3 and §11, RFC 5035, RFC 6211). RFC 5652 §5.4
 * demands DER of them, and their order is checked here: a signature over a set that is written in
 * another order would be valid for some readers and not for others.
 */
import type { UnixMillis } from '../base/brand.js';
import { DerFields } from './der-fields.js';
import { assertSetOrder, derBytes, type DerNode } from './der-reader.js';
import { contextTag, TAG } from './der-tag.js';
import {
  readIntegerBytes,
  readOctetString,
  readOid,
  readSequence,
  readSetOf,
  readTime,
} from './der-values.js';
import { OID } from './oids.js';
import { SigningError } from './signing-error.js';

export interface SignedAttributes {
  /** What the signature value is over: the attributes as a SET OF, tag 31 (RFC 5652 §5.4). */
  readonly toBeSigned: Uint8Array;
  readonly contentType: string;
  readonly messageDigest: Uint8Array;
  /** What the signer says; no proof of when. */
  readonly signingTime: UnixMillis | null;
  /** signing-certificate-v2: the signer's first, then those that limit the path. */
  readonly signingCertificates: readonly EssCertId[] | null;
  /** signing-certificate, which version 2 has replaced and time-stamping authorities still write. */
  readonly signingCertificatesBySha1: readonly EssCertIdBySha1[] | null;
  readonly algorithmProtection: AlgorithmProtection | null;
}

/** ESSCertIDv2 (RFC 5035 §4). */
export interface EssCertId {
  /** AlgorithmIdentifier; null is the default, SHA-256. */
  readonly hashAlgorithm: DerNode | null;
  readonly certHash: Uint8Array;
  readonly issuerSerial: IssuerSerial | null;
}

/** ESSCertID (RFC 2634 §5.4.1): a SHA-1, which identifies and proves nothing. */
export interface EssCertIdBySha1 {
  readonly certHash: Uint8Array;
  readonly issuerSerial: IssuerSerial | null;
}

export interface IssuerSerial {
  /** DER of the Name. */
  readonly issuer: Uint8Array;
  readonly serialNumber: Uint8Array;
}

/** RFC 6211: a signed copy of two fields that the signature would not cover. */
export interface AlgorithmProtection {
  /** Contents octets' DER of the AlgorithmIdentifiers, for comparison. */
  readonly digestAlgorithm: DerNode;
  /** Under `[1] IMPLICIT`. */
  readonly signatureAlgorithm: DerNode;
}

/** @throws SigningError CMS_MALFORMED, DER_MALFORMED. */
export function readSignedAttributes(node: DerNode): SignedAttributes {
  const attributes = readAttributes(node);
  const value = <T>(oid: string, read: (value: DerNode) => T): T | null => {
    const values = attributes.get(oid);
    return values === undefined ? null : read(onlyValue(values));
  };
  const contentType = value(OID.contentType, readOid);
  const messageDigest = value(OID.messageDigest, readOctetString);
  if (contentType === null || messageDigest === null)
    throw malformed('content-type or message-digest is missing (RFC 5652 §5.3)');
  return {
    toBeSigned: asUniversalSet(node),
    contentType,
    messageDigest,
    signingTime: value(OID.signingTime, readTime),
    signingCertificates: value(OID.signingCertificateV2, (node) =>
      readSigningCertificate(node, readEssCertId),
    ),
    signingCertificatesBySha1: value(OID.signingCertificate, (node) =>
      readSigningCertificate(node, readEssCertIdBySha1),
    ),
    algorithmProtection: value(OID.cmsAlgorithmProtection, readAlgorithmProtection),
  };
}

/** Signatures in the wild carry four to eight. */
const MAX_ATTRIBUTES = 32;

function readAttributes(node: DerNode): ReadonlyMap<string, readonly DerNode[]> {
  const elements = readSequence(node, contextTag(0));
  if (elements.length > MAX_ATTRIBUTES)
    throw malformed(`more than ${MAX_ATTRIBUTES} signed attributes`);
  assertSetOrder(elements);
  const attributes = new Map<string, readonly DerNode[]>();
  for (const element of elements) {
    const fields = DerFields.of(element);
    const type = readOid(fields.next());
    const values = readSetOf(fields.next());
    fields.end();
    if (attributes.has(type)) throw malformed('a signed attribute occurs twice');
    attributes.set(type, values);
  }
  return attributes;
}

function onlyValue(values: readonly DerNode[]): DerNode {
  const [value, ...more] = values;
  if (value === undefined || more.length > 0)
    throw malformed('a signed attribute does not have exactly one value');
  return value;
}

function asUniversalSet(node: DerNode): Uint8Array {
  const bytes = Uint8Array.from(derBytes(node));
  bytes[0] = TAG.set;
  return bytes;
}

/** SigningCertificate and SigningCertificateV2 (RFC 5035 §5.4.1, §3) differ in their ids alone. */
function readSigningCertificate<T>(node: DerNode, readId: (node: DerNode) => T): readonly T[] {
  const fields = DerFields.of(node);
  const ids = readSequence(fields.next()).map(readId);
  // Certificate policies that the signer wishes applied; signed, and none is applied here.
  fields.optional(TAG.sequence);
  fields.end();
  if (ids.length === 0) throw malformed('a signing-certificate attribute names no certificate');
  return ids;
}

function readEssCertId(node: DerNode): EssCertId {
  const fields = DerFields.of(node);
  const hashAlgorithm = fields.optional(TAG.sequence) ?? null;
  const certHash = readOctetString(fields.next());
  const issuerSerial = fields.optional(TAG.sequence);
  fields.end();
  return {
    hashAlgorithm,
    certHash,
    issuerSerial: issuerSerial === undefined ? null : readIssuerSerial(issuerSerial),
  };
}

function readEssCertIdBySha1(node: DerNode): EssCertIdBySha1 {
  const fields = DerFields.of(node);
  const certHash = readOctetString(fields.next());
  const issuerSerial = fields.optional(TAG.sequence);
  fields.end();
  return {
    certHash,
    issuerSerial: issuerSerial === undefined ? null : readIssuerSerial(issuerSerial),
  };
}

/** IssuerSerial (RFC 5035 §5): the issuer is one directoryName. */
function readIssuerSerial(node: DerNode): IssuerSerial {
  const fields = DerFields.of(node);
  const names = DerFields.of(fields.next());
  const directoryName = DerFields.of(names.next(), contextTag(4));
  const issuer = derBytes(directoryName.next());
  directoryName.end();
  names.end();
  const serialNumber = readIntegerBytes(fields.next());
  fields.end();
  return { issuer, serialNumber };
}

function readAlgorithmProtection(node: DerNode): AlgorithmProtection {
  const fields = DerFields.of(node);
  const digestAlgorithm = fields.next();
  const signatureAlgorithm = fields.next();
  fields.end();
  readSequence(digestAlgorithm);
  readSequence(signatureAlgorithm, contextTag(1));
  return { digestAlgorithm, signatureAlgorithm };
}

function malformed(reason: string): SigningError {
  return new SigningError('CMS_MALFORMED', `CMS: ${reason}`);
}
