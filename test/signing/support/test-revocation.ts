/** CRLs (RFC 5280 §5.1) and OCSP responses (RFC 6960 §4.2.1) of honest authorities. */
import { createHash } from 'node:crypto';
import type { UnixMillis } from '../../../src/base/brand.js';
import { utf8 } from '../../../src/base/bytes.js';
import { formatInstant } from '../../../src/base/time.js';
import { createSignature, SIGNATURE_ALGORITHMS } from '../../../src/signing/algorithms.js';
import { TAG } from '../../../src/signing/der-tag.js';
import {
  der,
  derBitString,
  derExplicit,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derTime,
} from '../../../src/signing/der-writer.js';
import { OID } from '../../../src/signing/oids.js';
import { type Identity, NOW, YEAR_MILLIS } from './test-pki.js';

const ALGORITHM = SIGNATURE_ALGORITHMS['ecdsa-sha256'];

/** @param revoked serial numbers. */
export function issueCrl(
  issuer: Identity,
  { revoked = [], at = NOW, number = 1 }: CrlOrder = {},
): Uint8Array {
  const entries = revoked.map((serial) => derSequence(derInteger(serial), derTime(at)));
  const extension = derSequence(derOid('2.5.29.20'), derOctetString(derInteger(number)));
  const toBeSigned = derSequence(
    derInteger(1),
    ALGORITHM.identifier,
    issuer.certificate.subject.der,
    derTime(at),
    derTime((at + YEAR_MILLIS) as UnixMillis),
    ...(entries.length === 0 ? [] : [derSequence(...entries)]),
    derExplicit(0, derSequence(extension)),
  );
  return signed(issuer, toBeSigned);
}

interface CrlOrder {
  readonly revoked?: readonly number[];
  readonly at?: UnixMillis;
  readonly number?: number;
}

/** That `of`, which `issuer` has issued, is good; said by the issuer itself. */
export function issueOcspResponse(issuer: Identity, of: Identity, at = NOW): Uint8Array {
  return derSequence(
    der(TAG.enumerated, Uint8Array.of(0)),
    derExplicit(0, derSequence(derOid(OID.ocspBasic), derOctetString(basicOcsp(issuer, of, at)))),
  );
}

/** BasicOCSPResponse by itself. */
export function basicOcsp(issuer: Identity, of: Identity, at = NOW): Uint8Array {
  const sha1 = (bytes: Uint8Array): Uint8Array =>
    new Uint8Array(createHash('sha1').update(bytes).digest());
  const { subject, subjectPublicKeyInfo } = issuer.certificate;
  const certificateId = derSequence(
    derSequence(derOid('1.3.14.3.2.26'), derNull()),
    derOctetString(sha1(subject.der)),
    // Of the BIT STRING's bits: an EC key on P-256 is the last 65 bytes.
    derOctetString(sha1(subjectPublicKeyInfo.subarray(-65))),
    der(TAG.integer, of.certificate.serialNumber),
  );
  const time = generalizedTime(at);
  const single = derSequence(certificateId, der(0x80), time);
  const toBeSigned = derSequence(derExplicit(1, subject.der), time, derSequence(single));
  return signed(issuer, toBeSigned);
}

function signed({ privateKey }: Identity, toBeSigned: Uint8Array): Uint8Array {
  const value = createSignature(ALGORITHM, privateKey, toBeSigned);
  return derSequence(toBeSigned, ALGORITHM.identifier, derBitString(value));
}

function generalizedTime(at: UnixMillis): Uint8Array {
  return der(TAG.generalizedTime, utf8(formatInstant(at).replace(/[-:T]|\.\d{3}/g, '')));
}
