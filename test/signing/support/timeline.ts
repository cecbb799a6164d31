/**
 * A small world with a timeline: a signer, those above it, three time-stamping authorities one after the
 * other, and what each of them publishes when. Instants are said as `days(n)`, from the signature on.
 */
import type { UnixMillis } from '../../../src/base/brand.js';
import { utf8 } from '../../../src/base/bytes.js';
import {
  prepareArchiveTimeStamp,
  withArchiveTimeStamp,
} from '../../../src/signing/archive-time-stamp.js';
import {
  signatureImprint,
  withSignatureTimeStamp,
  withValidationData,
} from '../../../src/signing/cades-levels.js';
import type { BroughtEvidence } from '../../../src/signing/cades-validator.js';
import { type Extension, keyUsage } from '../../../src/signing/certificate-builder.js';
import { parseCertificateList } from '../../../src/signing/certificate-list.js';
import { parseSignedData } from '../../../src/signing/cms-signed-data.js';
import { der, derExplicit, derSequence } from '../../../src/signing/der-writer.js';
import { digestOf, DIGESTS } from '../../../src/signing/digest-algorithms.js';
import { OID } from '../../../src/signing/oids.js';
import {
  encodeTimeStampRequest,
  parseTimeStampRequest,
} from '../../../src/signing/time-stamp-request.js';
import { parseTimeStampToken } from '../../../src/signing/time-stamp-token.js';
import { type TrustAnchor, trustAnchorFrom } from '../../../src/signing/trust-anchor.js';
import { type Identity, issueCa, issueTo, newKey, NOW, signCades } from './test-pki.js';
import { crlBytes } from './test-revocation.js';
import { extendedKeyUsage, issuerOf, stampedBy } from './time-stamping.js';

const DAY = 86_400_000;

/** The signature is made on day 0, at NOW. */
export function days(count: number): UnixMillis {
  return (NOW + Math.round(count * DAY)) as UnixMillis;
}

export const YEAR = 365;

/** CRL distribution point with one URL: the certificate offers revocation. */
export const OFFERS_REVOCATION: Extension = {
  oid: OID.cRLDistributionPoints,
  isCritical: false,
  value: derSequence(
    derSequence(derExplicit(0, derExplicit(0, der(0x86, utf8('http://crl.example/a.crl'))))),
  ),
};

const strong = newKey('P-384');

export const root = issueCa({
  name: 'Root',
  privateKey: strong,
  algorithm: 'ecdsa-sha384',
  notBefore: days(-3 * YEAR),
  notAfter: days(40 * YEAR),
});

export const sub = issueCa({
  name: 'Sub',
  issuer: root,
  algorithm: 'ecdsa-sha384',
  serialNumber: 2,
  notBefore: days(-YEAR),
  notAfter: days(10 * YEAR),
});

export const signer = issueTo({
  name: 'Ada Lovelace',
  issuer: sub,
  serialNumber: 7,
  notBefore: days(-100),
  notAfter: days(YEAR),
  extensions: [keyUsage('nonRepudiation'), OFFERS_REVOCATION],
});

/** Stamps signatures; its certificate ends after three years. */
export const firstTsa = tsa('First time', 11, 'P-256', -YEAR, 3 * YEAR);
/** Stamps archives; strong, until year 8. */
export const secondTsa = tsa('Second time', 12, 'P-384', -YEAR, 8 * YEAR);
/** For renewal; from year 6 on. */
export const thirdTsa = tsa('Third time', 13, 'P-384', 6 * YEAR, 20 * YEAR);

function tsa(
  name: string,
  serialNumber: number,
  kind: 'P-256' | 'P-384',
  from: number,
  until: number,
): Identity {
  return issueTo({
    name,
    issuer: root,
    serialNumber,
    algorithm: 'ecdsa-sha384',
    privateKey: newKey(kind),
    notBefore: days(from),
    notAfter: days(until),
    extensions: [
      keyUsage('digitalSignature'),
      extendedKeyUsage([OID.timeStamping]),
      OFFERS_REVOCATION,
    ],
  });
}

export const anchors: readonly TrustAnchor[] = [trustAnchorFrom(root.certificate)];
export const content = utf8('what is signed');

export interface Revoked {
  readonly who: Identity;
  readonly at: UnixMillis;
  /** CRLReason. */
  readonly reason?: number;
}

/** What happens to certificates in a world; each CRL has what has happened by then. */
export type Events = readonly Revoked[];

/** Next update after a week for leaves' CRLs, after thirty days for the root's. */
export function crl(issuer: Identity, at: UnixMillis, events: Events = []): Uint8Array {
  return crlBytes({
    issuer,
    thisUpdate: at,
    nextUpdate: (at + (issuer === root ? 30 : 7) * DAY) as UnixMillis,
    revoked: events
      .filter(
        ({ who, at: revokedAt }) =>
          revokedAt <= at && issuedBy(who) === issuer && who.certificate.notAfter >= at,
      )
      .map(({ who: { certificate }, ...event }) => ({ certificate, ...event })),
  });
}

function issuedBy(who: Identity): Identity {
  return who === signer ? sub : root;
}

/** The newest of all CRLs, as a validator with a network gets them; the sub's only while it lives. */
export function freshEvidence(at: UnixMillis, events: Events = []): BroughtEvidence {
  const isSubAlive =
    at <= sub.certificate.notAfter && !events.some((each) => each.who === sub && each.at <= at);
  const crls = [crl(root, at, events), ...(isSubAlive ? [crl(sub, at, events)] : [])];
  return { certificates: [], crls: crls.map(parseCertificateList), ocspResponses: [] };
}

export const LEVELS = ['B-B', 'B-T', 'B-LT', 'B-LTA', 'renewed'] as const;
export type Level = (typeof LEVELS)[number];

/** When each thing is put in: a minute, an hour, two hours, seven years after. */
export const STAMPED = days(1 / 1440);
export const COLLECTED = days(1 / 24);
export const ARCHIVED = days(2 / 24);
export const RENEWED = days(7 * YEAR);

/** The same signature, raised as it would be in a world in which these things happen. */
export function signatureAt(level: Level, events: Events = []): Uint8Array {
  let cms = signCades(signer, content, { chain: [sub] });
  if (level === 'B-B') return cms;
  cms = timeStamp(cms, firstTsa, STAMPED);
  if (level === 'B-T') return cms;
  cms = withValidationData(cms, {
    certificates: [firstTsa.certificate.der],
    crls: [crl(root, COLLECTED, events), crl(sub, COLLECTED, events)],
    ocspResponses: [],
  });
  if (level === 'B-LT') return cms;
  cms = archive(cms, secondTsa, ARCHIVED);
  if (level === 'B-LTA') return cms;
  cms = withValidationData(cms, {
    certificates: [secondTsa.certificate.der],
    crls: [crl(root, RENEWED, events)],
    ocspResponses: [],
  });
  return archive(cms, thirdTsa, RENEWED);
}

export function timeStamp(cms: Uint8Array, authority: Identity, at: UnixMillis): Uint8Array {
  const hash = signatureImprint(parseSignedData(cms), DIGESTS.sha256);
  return withSignatureTimeStamp(cms, token(authority, hash, at));
}

export function archive(cms: Uint8Array, authority: Identity, at: UnixMillis): Uint8Array {
  const digest = DIGESTS.sha256;
  const { imprint, hashIndex } = prepareArchiveTimeStamp(cms, digestOf(digest, content), digest);
  return withArchiveTimeStamp(cms, token(authority, imprint, at), hashIndex);
}

export function token(
  authority: Identity,
  hash: Uint8Array,
  at: UnixMillis,
): ReturnType<typeof parseTimeStampToken> {
  const isStrong = authority.privateKey.asymmetricKeyDetails?.namedCurve === 'secp384r1';
  const issuer = issuerOf(authority, { algorithm: isStrong ? 'ecdsa-sha384' : 'ecdsa-sha256' });
  const request = parseTimeStampRequest(
    encodeTimeStampRequest({ digest: 'sha256', hash, nonce: null }),
  );
  return parseTimeStampToken(stampedBy(authority, issuer, request, at));
}
