/** The certificate extensions this version reads (RFC 5280 §4.2, RFC 3739), and a list of the rest. */
import { DerFields } from './der-fields.js';
import type { DerNode } from './der-reader.js';
import { contextPrimitiveTag, contextTag, TAG } from './der-tag.js';
import {
  readBoolean,
  readExplicit,
  readNamedBits,
  readNested,
  readOctetString,
  readOid,
  readSequence,
  readSmallInteger,
} from './der-values.js';
import { OID } from './oids.js';
import { SigningError } from './signing-error.js';

/** RFC 5280 §4.2.1.3; the number is the bit. */
export const KEY_USAGE = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
} as const;
export type KeyUsage = keyof typeof KEY_USAGE;

export interface BasicConstraints {
  readonly ca: boolean;
  /** How many certificates that are not self-issued may follow, the last one not counted. */
  readonly pathLength: number | null;
}

/** A field is null where the certificate has no such extension. */
export interface CertificateExtensions {
  readonly basicConstraints: BasicConstraints | null;
  readonly keyUsage: ReadonlySet<KeyUsage> | null;
  readonly extKeyUsage: readonly string[] | null;
  readonly subjectKeyIdentifier: Uint8Array | null;
  readonly authorityKeyIdentifier: Uint8Array | null;
  /** The ids of the qualified-certificate statements; what they claim is not judged here. */
  readonly qcStatements: readonly string[];
  /** OIDs of critical extensions that this version does not process: a path must not use it. */
  readonly unknownCriticalExtensions: readonly string[];
  /**
   * OIDs of the extensions that narrow what a path may do and are not evaluated in this version
   * (name and policy constraints). A path through them cannot be called valid, critical or not.
   */
  readonly unevaluatedConstraints: readonly string[];
}

/** `extensions` is absent in a certificate that has none. @throws SigningError DER_MALFORMED. */
export function readExtensions(extensions: DerNode | undefined): CertificateExtensions {
  const all = new Map<string, Extension>();
  if (extensions !== undefined)
    for (const node of readSequence(readExplicit(extensions, contextTag(3)))) {
      const extension = readExtension(node);
      // RFC 5280 §4.2: at most one of each; two would mean whatever the reader likes.
      if (all.has(extension.oid)) throw malformed('an extension occurs twice');
      all.set(extension.oid, extension);
    }
  const value = (oid: string): DerNode | null => {
    const extension = all.get(oid);
    return extension === undefined ? null : readNested(extension.value);
  };
  return {
    basicConstraints: ifPresent(value(OID.basicConstraints), readBasicConstraints),
    keyUsage: ifPresent(value(OID.keyUsage), readKeyUsage),
    extKeyUsage: ifPresent(value(OID.extKeyUsage), readExtKeyUsage),
    subjectKeyIdentifier: ifPresent(value(OID.subjectKeyIdentifier), readOctetString),
    authorityKeyIdentifier: ifPresent(value(OID.authorityKeyIdentifier), readKeyIdentifier),
    qcStatements: ifPresent(value(OID.qcStatements), readStatementIds) ?? [],
    unknownCriticalExtensions: [...all.values()]
      .filter(({ oid, isCritical }) => isCritical && !PROCESSED.has(oid))
      .map(({ oid }) => oid),
    unevaluatedConstraints: [...all.keys()].filter((oid) => CONSTRAINTS.has(oid)),
  };
}

interface Extension {
  readonly oid: string;
  readonly isCritical: boolean;
  /** OCTET STRING around the DER of the extension's own type. */
  readonly value: DerNode;
}

/** Not qcStatements: where they are critical, each of them must be understood (RFC 3739 §3.2.6). */
const PROCESSED: ReadonlySet<string> = new Set([
  OID.basicConstraints,
  OID.keyUsage,
  OID.extKeyUsage,
  OID.subjectKeyIdentifier,
  OID.authorityKeyIdentifier,
]);
const CONSTRAINTS: ReadonlySet<string> = new Set([
  OID.nameConstraints,
  OID.policyConstraints,
  OID.inhibitAnyPolicy,
]);

function readExtension(node: DerNode): Extension {
  const fields = DerFields.of(node);
  const oid = readOid(fields.next());
  const critical = fields.optional(TAG.boolean);
  const value = fields.next();
  fields.end();
  return { oid, isCritical: critical !== undefined && readBoolean(critical), value };
}

function readBasicConstraints(node: DerNode): BasicConstraints {
  const fields = DerFields.of(node);
  const ca = fields.optional(TAG.boolean);
  const pathLength = fields.optional(TAG.integer);
  fields.end();
  return {
    ca: ca !== undefined && readBoolean(ca),
    pathLength: pathLength === undefined ? null : readSmallInteger(pathLength),
  };
}

function readKeyUsage(node: DerNode): ReadonlySet<KeyUsage> {
  const bits = readNamedBits(node);
  const usages = Object.keys(KEY_USAGE) as KeyUsage[];
  return new Set(usages.filter((usage) => bits.has(KEY_USAGE[usage])));
}

function readExtKeyUsage(node: DerNode): readonly string[] {
  const purposes = readSequence(node).map(readOid);
  if (purposes.length === 0) throw malformed('an extended key usage is empty');
  return purposes;
}

function readKeyIdentifier(node: DerNode): Uint8Array | null {
  const fields = DerFields.of(node);
  const keyIdentifier = fields.optional(contextPrimitiveTag(0));
  // authorityCertIssuer and authorityCertSerialNumber: a hint for searching that we do not need.
  fields.optional(contextTag(1));
  fields.optional(contextPrimitiveTag(2));
  fields.end();
  return keyIdentifier === undefined
    ? null
    : readOctetString(keyIdentifier, contextPrimitiveTag(0));
}

function readStatementIds(node: DerNode): readonly string[] {
  return readSequence(node).map((statement) => {
    const fields = DerFields.of(statement);
    const id = readOid(fields.next());
    fields.optionalAny();
    fields.end();
    return id;
  });
}

function ifPresent<T>(node: DerNode | null, read: (node: DerNode) => T): T | null {
  return node === null ? null : read(node);
}

function malformed(reason: string): SigningError {
  return new SigningError('DER_MALFORMED', reason);
}
