/**
 * OCSP responses (RFC 6960 §4.2), read from DER: those that are successful and of the basic type, since no
 * other says anything about a certificate. Reading says nothing about trust: who signed, and whether that
 * one may speak of a certificate, is for `revocation-status`.
 */
import type { UnixMillis } from '../base/brand.js';
import { sha256 } from '../base/hash.js';
import { knownSignatureAlgorithm } from './algorithms.js';
import { type Certificate, certificateFrom, type SignedByIssuer } from './certificate.js';
import { DerFields } from './der-fields.js';
import { derBytes, type DerNode, readDer } from './der-reader.js';
import { contextPrimitiveTag, contextTag } from './der-tag.js';
import {
  readBitString,
  readEnumerated,
  readExplicit,
  readNested,
  readNull,
  readOctetString,
  readOid,
  readSequence,
  readSmallInteger,
  readTime,
} from './der-values.js';
import { type DistinguishedName, readName } from './distinguished-name.js';
import {
  type ExtensionList,
  extensionValue,
  NO_EXTENSIONS,
  readExtensionList,
  unknownCritical,
} from './extension-list.js';
import { type OcspCertificateId, readCertificateId } from './ocsp-certificate-id.js';
import { OID } from './oids.js';
import { reasonName } from './revocation-reason.js';
import { parsing, SigningError } from './signing-error.js';

export interface OcspResponse extends SignedByIssuer {
  /** The OCSPResponse as it was read. */
  readonly der: Uint8Array;
  readonly sha256: Uint8Array;
  readonly responder: ResponderId;
  readonly producedAt: UnixMillis;
  readonly answers: readonly OcspAnswer[];
  /** Contents of the nonce's OCTET STRING, null if there is none. */
  readonly nonce: Uint8Array | null;
  /** OIDs of critical extensions that are not understood: the response must not be used. */
  readonly unknownCriticalExtensions: readonly string[];
  /** What the responder brings along; hostile until a signature has used it. */
  readonly certificates: readonly Certificate[];
}

export type ResponderId =
  | { readonly kind: 'name'; readonly name: DistinguishedName }
  /** SHA-1 of its public key. */
  | { readonly kind: 'key'; readonly hash: Uint8Array };

export interface OcspAnswer {
  readonly certificateId: OcspCertificateId;
  readonly status: OcspCertificateStatus;
  readonly thisUpdate: UnixMillis;
  readonly nextUpdate: UnixMillis | null;
  /** Certificates that expired since then are still answered for (RFC 6960 §4.4.4). */
  readonly archiveCutoff: UnixMillis | null;
  readonly unknownCriticalExtensions: readonly string[];
}

export type OcspCertificateStatus =
  | { readonly kind: 'good' }
  | { readonly kind: 'revoked'; readonly at: UnixMillis; readonly reason: string | null }
  /** The responder does not know the certificate: no answer. */
  | { readonly kind: 'unknown' };

export const MAX_OCSP_ANSWERS = 32;
export const MAX_OCSP_CERTIFICATES = 8;

/** @throws SigningError OCSP_MALFORMED, also for a response that says that it has no answer. */
export function parseOcspResponse(der: Uint8Array): OcspResponse {
  return parsing('OCSP_MALFORMED', 'OCSP response', () => ocspResponseFrom(readDer(der)));
}

/** An OCSPResponse inside something else that has been read. @throws as `parseOcspResponse`. */
export function ocspResponseFrom(node: DerNode): OcspResponse {
  return parsing('OCSP_MALFORMED', 'OCSP response', () => {
    const fields = DerFields.of(node);
    const status = readEnumerated(fields.next());
    if (status !== SUCCESSFUL)
      throw malformed(`the responder has no answer (${FAILURES[status] ?? 'unknown reason'})`);
    const bytes = DerFields.of(readExplicit(fields.next(), contextTag(0)));
    fields.end();
    if (readOid(bytes.next()) !== OID.ocspBasic) throw malformed('not of the basic type');
    const basic = readNested(bytes.next());
    bytes.end();
    const der = derBytes(node);
    return { ...readBasicResponse(basic), der, sha256: sha256(der) };
  });
}

const SUCCESSFUL = 0;
/** OCSPResponseStatus, RFC 6960 §4.2.1. */
const FAILURES: Readonly<Record<number, string>> = {
  1: 'malformedRequest',
  2: 'internalError',
  3: 'tryLater',
  5: 'sigRequired',
  6: 'unauthorized',
};

function readBasicResponse(node: DerNode): Omit<OcspResponse, 'der' | 'sha256'> {
  const fields = DerFields.of(node);
  const data = fields.next();
  const signatureAlgorithm = knownSignatureAlgorithm(fields.next());
  const signatureValue = readBitString(fields.next());
  const certificates = fields.optional(contextTag(0));
  fields.end();
  return {
    ...readResponseData(data),
    toBeSigned: derBytes(data),
    signatureAlgorithm,
    signatureValue,
    certificates:
      certificates === undefined ? [] : readCertificates(readExplicit(certificates, contextTag(0))),
  };
}

function readCertificates(node: DerNode): readonly Certificate[] {
  const elements = readSequence(node);
  // Counted before any is read: reading is what costs.
  if (elements.length > MAX_OCSP_CERTIFICATES)
    throw malformed(`more than ${MAX_OCSP_CERTIFICATES} certificates`);
  return elements.map(certificateFrom);
}

function readResponseData(
  node: DerNode,
): Pick<
  OcspResponse,
  'responder' | 'producedAt' | 'answers' | 'nonce' | 'unknownCriticalExtensions'
> {
  const fields = DerFields.of(node);
  const version = fields.optional(contextTag(0));
  // DER leaves the default out, and some responders do not.
  if (version !== undefined && readSmallInteger(readExplicit(version, contextTag(0))) !== 0)
    throw malformed('not version 1');
  const responder = readResponder(fields.next());
  const producedAt = readTime(fields.next());
  const answers = readSequence(fields.next());
  const extensions = readOptionalExtensions(fields.optional(contextTag(1)));
  fields.end();
  if (answers.length > MAX_OCSP_ANSWERS) throw malformed(`more than ${MAX_OCSP_ANSWERS} answers`);
  return {
    responder,
    producedAt,
    answers: answers.map(readAnswer),
    nonce: extensionValue(extensions, OID.ocspNonce, (nonce) => readOctetString(nonce)),
    unknownCriticalExtensions: unknownCritical(extensions, PROCESSED),
  };
}

const PROCESSED: ReadonlySet<string> = new Set([OID.ocspNonce]);
const PROCESSED_OF_ANSWER: ReadonlySet<string> = new Set([OID.ocspArchiveCutoff]);

function readResponder(node: DerNode): ResponderId {
  if (node.tag === contextTag(1))
    return { kind: 'name', name: readName(readExplicit(node, contextTag(1))) };
  return { kind: 'key', hash: readOctetString(readExplicit(node, contextTag(2))) };
}

function readAnswer(node: DerNode): OcspAnswer {
  const fields = DerFields.of(node);
  const certificateId = readCertificateId(fields.next());
  const status = readStatus(fields.next());
  const thisUpdate = readTime(fields.next());
  const nextUpdate = fields.optional(contextTag(0));
  const extensions = readOptionalExtensions(fields.optional(contextTag(1)));
  fields.end();
  return {
    certificateId,
    status,
    thisUpdate,
    nextUpdate: nextUpdate === undefined ? null : readTime(readExplicit(nextUpdate, contextTag(0))),
    archiveCutoff: extensionValue(extensions, OID.ocspArchiveCutoff, readTime),
    unknownCriticalExtensions: unknownCritical(extensions, PROCESSED_OF_ANSWER),
  };
}

function readStatus(node: DerNode): OcspCertificateStatus {
  switch (node.tag) {
    case contextPrimitiveTag(0):
      readNull(node, contextPrimitiveTag(0));
      return { kind: 'good' };
    case contextTag(1): {
      const fields = DerFields.of(node, contextTag(1));
      const at = readTime(fields.next());
      const reason = fields.optional(contextTag(0));
      fields.end();
      return {
        kind: 'revoked',
        at,
        reason:
          reason === undefined
            ? null
            : reasonName(readEnumerated(readExplicit(reason, contextTag(0)))),
      };
    }
    default:
      readNull(node, contextPrimitiveTag(2));
      return { kind: 'unknown' };
  }
}

function readOptionalExtensions(node: DerNode | undefined): ExtensionList {
  return node === undefined ? NO_EXTENSIONS : readExtensionList(readExplicit(node, contextTag(1)));
}

function malformed(reason: string): SigningError {
  return new SigningError('OCSP_MALFORMED', `OCSP response: ${reason}`);
}
