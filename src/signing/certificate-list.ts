/**
 * Certificate revocation lists (RFC 5280 §5), read from DER. Entries are not read one by one: a list has
 * tens of thousands, and what is asked for is one (`internal/crl-entries`). Reading says nothing about
 * trust: who signed a list, and whether that one may speak of a certificate, is for `revocation-status`.
 */
import type { UnixMillis } from '../base/brand.js';
import { equalBytes } from '../base/bytes.js';
import { sha256 } from '../base/hash.js';
import { knownSignatureAlgorithm } from './algorithms.js';
import { readKeyIdentifier } from './certificate-extensions.js';
import type { SignedByIssuer } from './certificate.js';
import { DerFields } from './der-fields.js';
import { derBytes, type DerLimits, type DerNode, readDer } from './der-reader.js';
import { contextTag, TAG } from './der-tag.js';
import {
  readBitString,
  readExplicit,
  readIntegerBytes,
  readSmallInteger,
  readTime,
} from './der-values.js';
import { type DistinguishedName, readName } from './distinguished-name.js';
import {
  type IssuingDistributionPoint,
  readIssuingDistributionPoint,
} from './distribution-points.js';
import {
  type ExtensionList,
  extensionValue,
  NO_EXTENSIONS,
  readExtensionList,
  unknownCritical,
} from './extension-list.js';
import { OID } from './oids.js';
import { parsing, SigningError } from './signing-error.js';

export interface CertificateList extends SignedByIssuer {
  readonly der: Uint8Array;
  readonly sha256: Uint8Array;
  readonly issuer: DistinguishedName;
  readonly thisUpdate: UnixMillis;
  readonly nextUpdate: UnixMillis | null;
  /** Which key signed, if it says. */
  readonly authorityKeyIdentifier: Uint8Array | null;
  /** Contents octets of the INTEGER, at most 20 (RFC 5280 §5.2.3). */
  readonly number: Uint8Array | null;
  /** Of a delta CRL: the number of the complete one that it adds to. */
  readonly baseNumber: Uint8Array | null;
  readonly scope: IssuingDistributionPoint | null;
  /** The same as encoded: a delta CRL must have that of its base (RFC 5280 §6.3.3 (c)). */
  readonly scopeBytes: Uint8Array | null;
  /** Certificates that expired since then are still listed (X.509 §9.5.2.7). */
  readonly expiredCertificatesSince: UnixMillis | null;
  /** OIDs of critical extensions that are not understood: the list must not be used. */
  readonly unknownCriticalExtensions: readonly string[];
  /** SEQUENCE OF the entries, none of them read; null if nothing is revoked. */
  readonly entries: DerNode | null;
}

/** Forty thousand entries and more; see docs/formats/certificate-path.md for what reading them costs. */
export const CRL_LIMITS: DerLimits = { maxBytes: 2_097_152, maxNodes: 1_048_576, maxDepth: 32 };

/** @throws SigningError CRL_MALFORMED. */
export function parseCertificateList(der: Uint8Array): CertificateList {
  return parsing('CRL_MALFORMED', 'CRL', () => certificateListFrom(readDer(der, CRL_LIMITS)));
}

/** A list inside something else that has been read. @throws as `parseCertificateList`. */
export function certificateListFrom(node: DerNode): CertificateList {
  return parsing('CRL_MALFORMED', 'CRL', () => {
    const fields = DerFields.of(node);
    const tbs = fields.next();
    const signatureAlgorithm = fields.next();
    const signatureValue = readBitString(fields.next());
    fields.end();
    const der = derBytes(node);
    return {
      ...readToBeSigned(tbs, signatureAlgorithm),
      der,
      sha256: sha256(der),
      toBeSigned: derBytes(tbs),
      signatureValue,
    };
  });
}

const VERSION_2 = 1;
const MAX_NUMBER_BYTES = 20;

function readToBeSigned(
  tbs: DerNode,
  signatureAlgorithm: DerNode,
): Omit<CertificateList, 'der' | 'sha256' | 'toBeSigned' | 'signatureValue'> {
  const fields = DerFields.of(tbs);
  const version = fields.optional(TAG.integer);
  if (version !== undefined && readSmallInteger(version) !== VERSION_2)
    throw malformed('not version 1 or 2');
  const signature = fields.next();
  // RFC 5280 §5.1.1.2. The outer copy is not signed; this is what covers it.
  if (!equalBytes(derBytes(signature), derBytes(signatureAlgorithm)))
    throw malformed('the two signature algorithms differ');
  const issuer = readName(fields.next());
  const thisUpdate = readTime(fields.next());
  const nextUpdate = fields.optional(TAG.utcTime) ?? fields.optional(TAG.generalizedTime);
  const entries = fields.optional(TAG.sequence);
  const extensions = fields.optional(contextTag(0));
  fields.end();
  if (extensions !== undefined && version === undefined)
    throw malformed('version 1 has no extensions');
  return {
    issuer,
    thisUpdate,
    nextUpdate: nextUpdate === undefined ? null : readTime(nextUpdate),
    entries: entries ?? null,
    signatureAlgorithm: knownSignatureAlgorithm(signature),
    ...readExtensions(extensions),
  };
}

function readExtensions(
  node: DerNode | undefined,
): Pick<
  CertificateList,
  | 'authorityKeyIdentifier'
  | 'number'
  | 'baseNumber'
  | 'scope'
  | 'scopeBytes'
  | 'expiredCertificatesSince'
  | 'unknownCriticalExtensions'
> {
  const all: ExtensionList =
    node === undefined ? NO_EXTENSIONS : readExtensionList(readExplicit(node, contextTag(0)));
  return {
    authorityKeyIdentifier: extensionValue(all, OID.authorityKeyIdentifier, readKeyIdentifier),
    number: extensionValue(all, OID.cRLNumber, readNumber),
    baseNumber: extensionValue(all, OID.deltaCRLIndicator, readNumber),
    scope: extensionValue(all, OID.issuingDistributionPoint, readIssuingDistributionPoint),
    scopeBytes: extensionValue(all, OID.issuingDistributionPoint, derBytes),
    expiredCertificatesSince: extensionValue(all, OID.expiredCertsOnCRL, readTime),
    unknownCriticalExtensions: unknownCritical(all, PROCESSED),
  };
}

const PROCESSED: ReadonlySet<string> = new Set([
  OID.authorityKeyIdentifier,
  OID.cRLNumber,
  OID.deltaCRLIndicator,
  OID.issuingDistributionPoint,
  OID.freshestCRL,
  OID.authorityInfoAccess,
  OID.expiredCertsOnCRL,
]);

function readNumber(node: DerNode): Uint8Array {
  const bytes = readIntegerBytes(node);
  if (bytes.length > MAX_NUMBER_BYTES || (bytes[0] ?? 0) >= 0x80)
    throw malformed('a CRL number is negative or longer than 20 octets');
  return bytes;
}

function malformed(reason: string): SigningError {
  return new SigningError('CRL_MALFORMED', `CRL: ${reason}`);
}
