/** CRLs and OCSP responses made to order, and certificates that name the places where they are to be had. */
import type { UnixMillis } from '../../../src/base/brand.js';
import { utf8 } from '../../../src/base/bytes.js';
import { createSignature, SIGNATURE_ALGORITHMS } from '../../../src/signing/algorithms.js';
import {
  authorityKeyIdentifier,
  type Extension,
} from '../../../src/signing/certificate-builder.js';
import {
  certificateListToBeSigned,
  completeCertificateList,
  type RevokedCertificate,
} from '../../../src/signing/certificate-list-builder.js';
import type { Certificate } from '../../../src/signing/certificate.js';
import { contextPrimitiveTag, contextTag } from '../../../src/signing/der-tag.js';
import { der, derOctetString, derOid, derSequence } from '../../../src/signing/der-writer.js';
import { OID } from '../../../src/signing/oids.js';
import type { Identity } from '../../signing/support/test-pki.js';
import { crlBytes, ocspBytes } from '../../signing/support/test-revocation.js';

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
  return crlBytes({
    issuer,
    thisUpdate: at as UnixMillis,
    nextUpdate: (at + DAY_MILLIS) as UnixMillis,
    number: 2,
    baseNumber: 1,
    revoked: revoked.map(({ serialNumber, at: since }) => {
      return { certificate: { serialNumber }, at: since };
    }),
    extensions: [authorityKeyIdentifier(issuer.certificate.subjectPublicKeyInfo)],
  });
}

/** That `about` is good, by its issuer itself. */
export function ocspOf(
  issuer: Identity,
  about: Certificate,
  { at, nonce }: { at: number; nonce?: Uint8Array },
): Uint8Array {
  return ocspBytes({
    responder: issuer,
    issuer,
    certificate: about,
    by: 'name',
    producedAt: at as UnixMillis,
    nextUpdate: (at + DAY_MILLIS) as UnixMillis,
    extensions:
      nonce === undefined
        ? []
        : [{ oid: OID.ocspNonce, isCritical: false, value: derOctetString(nonce) }],
  });
}

function uri(url: string): Uint8Array {
  return der(contextPrimitiveTag(6), utf8(url));
}
