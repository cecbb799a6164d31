/**
 * The certificate extensions that every reader of a certificate needs (RFC 5280 §4.2), and the others
 * unread: what narrows a path, or says where revocation is found, is read by whoever asks for it.
 */
import { DerFields } from './der-fields.js';
import type { DerNode } from './der-reader.js';
import { contextPrimitiveTag, contextTag, TAG } from './der-tag.js';
import {
  readBoolean,
  readExplicit,
  readNamedBits,
  readOctetString,
  readOid,
  readSequence,
  readSmallInteger,
} from './der-values.js';
import {
  type ExtensionList,
  extensionValue,
  NO_EXTENSIONS,
  readExtensionList,
  unknownCritical,
} from './extension-list.js';
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
  /** The ids of the qualified-certificate statements; see `qc-statements` for what they claim. */
  readonly qcStatements: readonly string[];
  /** OIDs of critical extensions that this version does not process: a path must not use it. */
  readonly unknownCriticalExtensions: readonly string[];
  readonly all: ExtensionList;
}

/** `extensions` is absent in a certificate that has none. @throws SigningError DER_MALFORMED. */
export function readExtensions(extensions: DerNode | undefined): CertificateExtensions {
  const all =
    extensions === undefined
      ? NO_EXTENSIONS
      : readExtensionList(readExplicit(extensions, contextTag(3)));
  const qcStatements = extensionValue(all, OID.qcStatements, readStatementIds) ?? [];
  return {
    basicConstraints: extensionValue(all, OID.basicConstraints, readBasicConstraints),
    keyUsage: extensionValue(all, OID.keyUsage, readKeyUsage),
    extKeyUsage: extensionValue(all, OID.extKeyUsage, readExtKeyUsage),
    subjectKeyIdentifier: extensionValue(all, OID.subjectKeyIdentifier, readOctetString),
    authorityKeyIdentifier: extensionValue(all, OID.authorityKeyIdentifier, readKeyIdentifier),
    qcStatements,
    unknownCriticalExtensions: unknownCritical(all, understoodWith(qcStatements)),
    all,
  };
}

/** What is processed here or by the path validation; whether it is kept is for that to say. */
const PROCESSED: ReadonlySet<string> = new Set([
  OID.basicConstraints,
  OID.keyUsage,
  OID.extKeyUsage,
  OID.subjectKeyIdentifier,
  OID.authorityKeyIdentifier,
  OID.subjectAltName,
  OID.nameConstraints,
  OID.certificatePolicies,
  OID.policyMappings,
  OID.policyConstraints,
  OID.inhibitAnyPolicy,
  OID.cRLDistributionPoints,
  OID.freshestCRL,
  OID.authorityInfoAccess,
  OID.ocspNoCheck,
  OID.noRevAvail,
  OID.validityAssuredShortTerm,
]);
const PROCESSED_WITH_STATEMENTS: ReadonlySet<string> = new Set([...PROCESSED, OID.qcStatements]);

/** RFC 3739 §3.2.6: where the statements are critical, each of them must be understood. */
function understoodWith(statements: readonly string[]): ReadonlySet<string> {
  return statements.every((id) => UNDERSTOOD_STATEMENTS.has(id))
    ? PROCESSED_WITH_STATEMENTS
    : PROCESSED;
}

/** What `qc-statements` reads. */
const UNDERSTOOD_STATEMENTS: ReadonlySet<string> = new Set([
  OID.qcSyntaxV1,
  OID.qcSyntaxV2,
  OID.qcCompliance,
  OID.qcLimitValue,
  OID.qcRetentionPeriod,
  OID.qcSscd,
  OID.qcPds,
  OID.qcType,
  OID.qcCcLegislation,
  OID.qcIdentMethod,
  OID.qcQscdLegislation,
]);

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

/** Of an authorityKeyIdentifier, in certificates and in CRLs. */
export function readKeyIdentifier(node: DerNode): Uint8Array | null {
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

function malformed(reason: string): SigningError {
  return new SigningError('DER_MALFORMED', reason);
}
