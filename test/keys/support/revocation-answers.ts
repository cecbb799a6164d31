/** CRLs and OCSP responses made to order, and certificates that name the places where they are to be had. */
import type { UnixMillis } from '../../../src/base/brand.js';
import { utf8 } from '../../../src/base/bytes.js';
import { formatInstant } from '../../../src/base/time.js';
import { createSignature, SIGNATURE_ALGORITHMS } from '../../../src/signing/algorithms.js';
import {
  authorityKeyIdentifier,
  derExtension,
  type Extension,
} from '../../../src/signing/certificate-builder.js';
import {
  certificateListToBeSigned,
  completeCertificateList,
  type RevokedCertificate,
} from '../../../src/signing/certificate-list-builder.js';
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
import { encodeCertificateId } from '../../../src/signing/ocsp-certificate-id.js';
import { OID } from '../../../src/signing/oids.js';
import type { Identity } from '../../signing/support/test-pki.js';

export const DAY_MILLIS = 86_400_000;
const ALGORITHM = SIGNATURE_ALGORITHMS['ecdsa-sha256'];

export function ocspPlace(url: string): Extension {
  const value = derSequence(derSequence(derOid(OID.accessOcsp), uri(url)));
  return { oid: OID.authorityInfoAccess, isCritical: false, value };
}

export function deltaPlaces(...urls: readonly string[]): Extension {
  return { ...crlPlaces(...urls), oid: OID.freshestCRL };
}

export function crlPlaces(...urls: readonly string[]): Extension {
  const value = derSequence(
    ...urls.map((url) => derSequence(der(contextTag(0), der(contextTag(0), uri(url))))),
  );
  return { oid: OID.cRLDistributionPoints, isCritical: false, value };
}

export function crlOf(
  issuer: Identity,
  { at, revoked = [], days = 1 }: { at: number; revoked?: RevokedCertificate[]; days?: number },
): Uint8Array {
  const toBeSigned = certificateListToBeSigned({
    issuer: issuer.certificate.subject.der,
    issuerPublicKeyInfo: issuer.certificate.subjectPublicKeyInfo,
    thisUpdate: at as UnixMillis,
    nextUpdate: (at + days * DAY_MILLIS) as UnixMillis,
    number: 1,
    revoked,
    signatureAlgorithm: ALGORITHM,
  });
  const value = createSignature(ALGORITHM, issuer.privateKey, toBeSigned);
  return completeCertificateList(toBeSigned, ALGORITHM, value);
}

/** A delta CRL, of number 2, to the list of number 1 that `crlOf` makes. */
export function deltaCrlOf(
  issuer: Identity,
  { at, revoked }: { readonly at: number; readonly revoked: readonly RevokedCertificate[] },
): Uint8Array {
  const extension = (oid: string, isCritical: boolean, value: Uint8Array): Uint8Array =>
    derSequence(
      derOid(oid),
      isCritical ? derBoolean(true) : new Uint8Array(),
      derOctetString(value),
    );
  const toBeSigned = derSequence(
    derInteger(1),
    ALGORITHM.identifier,
    issuer.certificate.subject.der,
    derTime(at as UnixMillis),
    derTime((at + DAY_MILLIS) as UnixMillis),
    derSequence(
      ...revoked.map(({ serialNumber, at: since }) =>
        derSequence(der(TAG.integer, serialNumber), derTime(since)),
      ),
    ),
    derExplicit(
      0,
      derSequence(
        derExtension(authorityKeyIdentifier(issuer.certificate.subjectPublicKeyInfo)),
        extension(OID.cRLNumber, false, derInteger(2)),
        extension(OID.deltaCRLIndicator, true, derInteger(1)),
      ),
    ),
  );
  const value = createSignature(ALGORITHM, issuer.privateKey, toBeSigned);
  return completeCertificateList(toBeSigned, ALGORITHM, value);
}

/** That `about` is good, by its issuer itself. */
export function ocspOf(
  issuer: Identity,
  about: Certificate,
  { at, nonce }: { at: number; nonce?: Uint8Array },
): Uint8Array {
  const single = derSequence(
    encodeCertificateId('sha1', about, issuer.certificate.subjectPublicKeyInfo),
    der(contextPrimitiveTag(0)),
    time(at),
    derExplicit(0, time(at + DAY_MILLIS)),
  );
  const extensions =
    nonce === undefined
      ? new Uint8Array()
      : derExplicit(
          1,
          derSequence(derSequence(derOid(OID.ocspNonce), derOctetString(derOctetString(nonce)))),
        );
  const data = derSequence(
    derExplicit(1, issuer.certificate.subject.der),
    time(at),
    derSequence(single),
    extensions,
  );
  const value = createSignature(ALGORITHM, issuer.privateKey, data);
  const basic = derSequence(data, ALGORITHM.identifier, derBitString(value));
  return derSequence(
    der(TAG.enumerated, Uint8Array.of(0)),
    derExplicit(0, derSequence(derOid(OID.ocspBasic), derOctetString(basic))),
  );
}

function uri(url: string): Uint8Array {
  return der(contextPrimitiveTag(6), utf8(url));
}

function time(at: number): Uint8Array {
  const digits = formatInstant(at as UnixMillis).replace(/[-:T]|\.\d{3}/g, '');
  return der(TAG.generalizedTime, utf8(digits));
}
