/** CRLs and OCSP responses made to order, good and bad, written by our own writer. */
import type { UnixMillis } from '../../../src/base/brand.js';
import { utf8 } from '../../../src/base/bytes.js';
import { formatInstant } from '../../../src/base/time.js';
import {
  createSignature,
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithm,
} from '../../../src/signing/algorithms.js';
import type { Extension } from '../../../src/signing/certificate-builder.js';
import {
  type CertificateList,
  parseCertificateList,
} from '../../../src/signing/certificate-list.js';
import type { Certificate } from '../../../src/signing/certificate.js';
import { contextPrimitiveTag, contextTag, TAG } from '../../../src/signing/der-tag.js';
import {
  der,
  derBitString,
  derBoolean,
  derExplicit,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
  derTime,
} from '../../../src/signing/der-writer.js';
import {
  encodeCertificateId,
  type IdentifierHash,
  publicKeyHash,
} from '../../../src/signing/ocsp-certificate-id.js';
import { type OcspResponse, parseOcspResponse } from '../../../src/signing/ocsp-response.js';
import { OID } from '../../../src/signing/oids.js';
import { type Identity, NOW } from './test-pki.js';

export const HOUR_MILLIS = 3_600_000;

export function hoursFromNow(hours: number): UnixMillis {
  return (NOW + hours * HOUR_MILLIS) as UnixMillis;
}

export interface CrlOrder {
  readonly issuer: Identity;
  /** DER of another name than the signer's. */
  readonly issuerName?: Uint8Array;
  readonly thisUpdate?: UnixMillis;
  readonly nextUpdate?: UnixMillis | null;
  readonly revoked?: readonly Revoked[];
  readonly number?: number;
  readonly baseNumber?: number;
  readonly extensions?: readonly Extension[];
}

export interface Revoked {
  readonly certificate: Pick<Certificate, 'serialNumber'>;
  readonly at?: UnixMillis;
  /** CRLReason by its number. */
  readonly reason?: number;
  readonly extensions?: readonly Extension[];
}

export function crlBytes(order: CrlOrder): Uint8Array {
  const { issuer, thisUpdate = hoursFromNow(-1), nextUpdate = hoursFromNow(23) } = order;
  const { revoked = [], number = 1, baseNumber, extensions = [] } = order;
  const all: readonly Extension[] = [
    { oid: OID.cRLNumber, isCritical: false, value: derInteger(number) },
    ...(baseNumber === undefined
      ? []
      : [{ oid: OID.deltaCRLIndicator, isCritical: true, value: derInteger(baseNumber) }]),
    ...extensions,
  ];
  const toBeSigned = derSequence(
    derInteger(1),
    algorithmOf(issuer).identifier,
    order.issuerName ?? issuer.certificate.subject.der,
    derTime(thisUpdate),
    ...(nextUpdate === null ? [] : [derTime(nextUpdate)]),
    ...(revoked.length === 0 ? [] : [derSequence(...revoked.map(entry))]),
    derExplicit(0, derSequence(...all.map(extension))),
  );
  return signed(issuer, toBeSigned);
}

export function crl(order: CrlOrder): CertificateList {
  return parseCertificateList(crlBytes(order));
}

/** Value of an issuingDistributionPoint whose fields are given as they are encoded. */
export function issuedFor(...fields: readonly Uint8Array[]): Extension {
  return { oid: OID.issuingDistributionPoint, isCritical: true, value: derSequence(...fields) };
}

/** `[number] IMPLICIT BOOLEAN TRUE`. */
export function flag(number: number): Uint8Array {
  return der(contextPrimitiveTag(number), Uint8Array.of(0xff));
}

export interface OcspOrder {
  /** Who signs. */
  readonly responder: Identity;
  /** Who issued what is asked about. */
  readonly issuer: Identity;
  readonly certificate: Certificate;
  readonly status?: 'good' | 'unknown' | { readonly at: UnixMillis; readonly reason?: number };
  readonly producedAt?: UnixMillis;
  readonly thisUpdate?: UnixMillis;
  readonly nextUpdate?: UnixMillis | null;
  readonly hash?: IdentifierHash;
  readonly by?: 'name' | 'key';
  /** Those that the response carries. */
  readonly certificates?: readonly Identity[];
  readonly extensions?: readonly Extension[];
  readonly answerExtensions?: readonly Extension[];
}

export function ocspBytes(order: OcspOrder): Uint8Array {
  const bytes = derSequence(derOid(OID.ocspBasic), derOctetString(basicOcspBytes(order)));
  return derSequence(der(TAG.enumerated, Uint8Array.of(0)), derExplicit(0, bytes));
}

/** BasicOCSPResponse by itself. */
export function basicOcspBytes(order: OcspOrder): Uint8Array {
  const { responder, issuer, certificate, by = 'key', hash = 'sha1', status = 'good' } = order;
  const { producedAt = hoursFromNow(-1), thisUpdate = producedAt } = order;
  const { nextUpdate = hoursFromNow(23), certificates = [], extensions = [] } = order;
  const { answerExtensions = [] } = order;
  const answer = derSequence(
    encodeCertificateId(hash, certificate, issuer.certificate.subjectPublicKeyInfo),
    statusBytes(status),
    generalizedTime(thisUpdate),
    ...(nextUpdate === null ? [] : [derExplicit(0, generalizedTime(nextUpdate))]),
    ...optionalExtensions(answerExtensions),
  );
  const data = derSequence(
    by === 'name'
      ? derExplicit(1, responder.certificate.subject.der)
      : derExplicit(
          2,
          derOctetString(publicKeyHash('sha1', responder.certificate.subjectPublicKeyInfo)),
        ),
    generalizedTime(producedAt),
    derSequence(answer),
    ...optionalExtensions(extensions),
  );
  const carried =
    certificates.length === 0
      ? []
      : [derExplicit(0, derSequence(...certificates.map((each) => each.certificate.der)))];
  return signed(responder, data, ...carried);
}

export function ocsp(order: OcspOrder): OcspResponse {
  return parseOcspResponse(ocspBytes(order));
}

function signed(
  { privateKey }: Pick<Identity, 'privateKey'>,
  toBeSigned: Uint8Array,
  ...behind: readonly Uint8Array[]
): Uint8Array {
  const algorithm = algorithmOf({ privateKey });
  const value = createSignature(algorithm, privateKey, toBeSigned);
  return derSequence(toBeSigned, algorithm.identifier, derBitString(value), ...behind);
}

function algorithmOf({ privateKey }: Pick<Identity, 'privateKey'>): SignatureAlgorithm {
  const isP384 = privateKey.asymmetricKeyDetails?.namedCurve === 'secp384r1';
  return SIGNATURE_ALGORITHMS[isP384 ? 'ecdsa-sha384' : 'ecdsa-sha256'];
}

function entry({
  certificate,
  at = hoursFromNow(-48),
  reason,
  extensions = [],
}: Revoked): Uint8Array {
  const all = [
    ...(reason === undefined
      ? []
      : [
          {
            oid: OID.reasonCode,
            isCritical: false,
            value: der(TAG.enumerated, Uint8Array.of(reason)),
          },
        ]),
    ...extensions,
  ];
  return derSequence(
    der(TAG.integer, certificate.serialNumber),
    derTime(at),
    ...(all.length === 0 ? [] : [derSequence(...all.map(extension))]),
  );
}

function statusBytes(status: NonNullable<OcspOrder['status']>): Uint8Array {
  if (status === 'good') return der(contextPrimitiveTag(0));
  if (status === 'unknown') return der(contextPrimitiveTag(2));
  const { at, reason } = status;
  const why =
    reason === undefined ? [] : [derExplicit(0, der(TAG.enumerated, Uint8Array.of(reason)))];
  return der(contextTag(1), generalizedTime(at), ...why);
}

function optionalExtensions(extensions: readonly Extension[]): readonly Uint8Array[] {
  return extensions.length === 0 ? [] : [derExplicit(1, derSequence(...extensions.map(extension)))];
}

function extension({ oid, isCritical, value }: Extension): Uint8Array {
  const critical = isCritical ? [derBoolean(true)] : [];
  return derSequence(derOid(oid), ...critical, derOctetString(value));
}

function generalizedTime(at: UnixMillis): Uint8Array {
  return der(TAG.generalizedTime, utf8(formatInstant(at).replace(/[-:T]|\.\d{3}/g, '')));
}
