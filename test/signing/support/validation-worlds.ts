/**
 * Levels against fates: what is said of a signature at each level in each world, written down by hand
 * from EN 319 102-1 and docs/formats/signature-validation.md.
 */
import type { UnixMillis } from '../../../src/base/brand.js';
import { withValidationData } from '../../../src/signing/cades-levels.js';
import type { CadesRequest, validateCades } from '../../../src/signing/cades-validator.js';
import { keyUsage } from '../../../src/signing/certificate-builder.js';
import { parseCertificateList } from '../../../src/signing/certificate-list.js';
import type { SignatureReport, SubIndication } from '../../../src/signing/signature-report.js';
import {
  VALIDATION_POLICY,
  type ValidationPolicy,
} from '../../../src/signing/validation-policy.js';
import { type Identity, issueTo } from './test-pki.js';
import {
  anchors,
  archive,
  ARCHIVED,
  COLLECTED,
  content,
  crl,
  days,
  type Events,
  firstTsa,
  freshEvidence,
  LEVELS,
  root,
  secondTsa,
  signatureAt,
  signer,
  STAMPED,
  sub,
  thirdTsa,
  YEAR,
} from './timeline.js';

/** `passed` with the level proven, or the sub-indication. */
export type Expected = 'B-B' | 'B-T' | 'B-LT' | 'B-LTA' | SubIndication;

export interface World {
  readonly name: string;
  readonly events?: Events;
  /** Of the validation. */
  readonly at: UnixMillis;
  /** Whether the validator brings the newest CRLs; without, it has what the signature carries. */
  readonly online: boolean;
  readonly policy?: ValidationPolicy;
  /** For B-B, B-T, B-LT, B-LTA and, once there has been a renewal, that. */
  readonly expected: readonly [Expected, Expected, Expected, Expected, Expected?];
}

const signerRevoked = (at: UnixMillis): Events => [{ who: signer, at, reason: 1 }];
const subRevoked: Events = [{ who: sub, at: days(100), reason: 2 }];
const firstTsaRevoked: Events = [{ who: firstTsa, at: days(60), reason: 1 }];
const secondTsaRevoked: Events = [{ who: secondTsa, at: days(2 * YEAR), reason: 1 }];

/** P-256 is given up after two years; the root and the later authorities have P-384. */
const P256_ENDED: ValidationPolicy = {
  ...VALIDATION_POLICY,
  algorithms: {
    ...VALIDATION_POLICY.algorithms,
    schemes: VALIDATION_POLICY.algorithms.schemes.map((row) =>
      row.keyKind === 'ec-p256' ? { ...row, until: days(2 * YEAR) } : row,
    ),
  },
};

const OUT = 'OUT_OF_BOUNDS_NO_POE';
const OUT_NR = 'OUT_OF_BOUNDS_NOT_REVOKED';
const LATER = 'TRY_LATER';
const NO_POE = 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE';

export const WORLDS: readonly World[] = [
  {
    name: 'the day after, with a network',
    at: days(1),
    online: true,
    expected: ['B-B', 'B-T', 'B-LT', 'B-LTA'],
  },
  {
    name: 'the day after, without one',
    at: days(1),
    online: false,
    expected: [LATER, LATER, 'B-LT', 'B-LTA'],
  },
  {
    name: 'half a year later, with a network',
    at: days(180),
    online: true,
    expected: ['B-B', 'B-T', 'B-LT', 'B-LTA'],
  },
  {
    // Nobody can say whether the authorities of the time-stamps have been revoked since.
    name: 'half a year later, without one',
    at: days(180),
    online: false,
    expected: [LATER, LATER, LATER, LATER],
  },
  {
    name: 'after the signer’s certificate has expired',
    at: days(400),
    online: true,
    expected: [OUT, OUT, 'B-LT', 'B-LTA'],
  },
  {
    name: 'after it was revoked, later than it signed',
    events: signerRevoked(days(30)),
    at: days(60),
    online: true,
    expected: ['REVOKED_NO_POE', 'B-T', 'B-LT', 'B-LTA'],
  },
  {
    name: 'after it was revoked between time-stamp and archive',
    events: signerRevoked(days(0.5 / 24)),
    at: days(1),
    online: true,
    expected: ['REVOKED_NO_POE', 'B-T', 'B-LT', 'B-LTA'],
  },
  {
    name: 'after it was revoked, before it signed',
    events: signerRevoked(days(-1)),
    at: days(1),
    online: true,
    expected: ['REVOKED_NO_POE', 'REVOKED_NO_POE', 'REVOKED_NO_POE', 'REVOKED_NO_POE'],
  },
  {
    name: 'after its authority was revoked',
    events: subRevoked,
    at: days(130),
    online: true,
    expected: ['REVOKED_CA_NO_POE', 'REVOKED_CA_NO_POE', 'REVOKED_CA_NO_POE', 'B-LTA'],
  },
  {
    name: 'after the first time-stamping authority has expired',
    at: days(4 * YEAR),
    online: true,
    expected: [OUT, OUT, OUT_NR, 'B-LTA'],
  },
  {
    name: 'after the first time-stamping authority was revoked, while the signer’s certificate is good',
    events: firstTsaRevoked,
    at: days(90),
    online: true,
    expected: ['B-B', 'B-B', 'B-B', 'B-LTA'],
  },
  {
    name: 'after the first time-stamping authority was revoked and the signer’s certificate expired',
    events: firstTsaRevoked,
    at: days(400),
    online: true,
    expected: [OUT, OUT, OUT_NR, 'B-LTA'],
  },
  {
    name: 'after the second time-stamping authority was revoked too',
    events: [...firstTsaRevoked, ...secondTsaRevoked],
    at: days(2 * YEAR + 100),
    online: true,
    expected: [OUT, OUT, OUT_NR, OUT_NR],
  },
  {
    name: 'after the second time-stamping authority has expired',
    at: days(9 * YEAR),
    online: true,
    expected: [OUT, OUT, OUT_NR, OUT_NR, 'B-LTA'],
  },
  {
    name: 'after the signer’s authority has expired',
    at: days(11 * YEAR),
    online: true,
    expected: [OUT, OUT, OUT, OUT, 'B-LTA'],
  },
  {
    name: 'after the algorithm was given up',
    at: days(2.5 * YEAR),
    online: true,
    policy: P256_ENDED,
    expected: [NO_POE, NO_POE, NO_POE, 'B-LTA'],
  },
];

/** What a validator says of each level in this world, in the words of the table. */
export function outcomesIn(world: World, validate: typeof validateCades): readonly Expected[] {
  return requestsOf(world).map((request) => outcomeOf(validate(request)));
}

const made = new Map<World, readonly CadesRequest[]>();

/** Signing takes longer than validating, and the same requests are put to every mutant. */
function requestsOf(world: World): readonly CadesRequest[] {
  const { at, online, events = [], policy = VALIDATION_POLICY, expected } = world;
  const requests =
    made.get(world) ??
    LEVELS.slice(0, expected.length).map((level) => ({
      cms: signatureAt(level, events),
      ...{ content, anchors, at, policy },
      ...(online ? { evidence: freshEvidence(at, events) } : {}),
    }));
  made.set(world, requests);
  return requests;
}

export function outcomeOf({ subIndication, level }: SignatureReport): Expected {
  return subIndication ?? level ?? 'B-B';
}

/** What the table has no column for. */
export interface Case {
  readonly name: string;
  readonly expected: Expected;
  readonly request: () => CadesRequest;
}

const dayAfter = { content, anchors, at: days(1), evidence: freshEvidence(days(1)) };

export const CASES: readonly Case[] = [
  {
    name: 'an answer that came after the archive time-stamp, when its authority has been revoked',
    expected: 'REVOKED_CA_NO_POE',
    request: () => ({
      cms: withValidationData(archive(signatureAt('B-T'), secondTsa, STAMPED), {
        certificates: [],
        crls: [crl(root, COLLECTED, subRevoked), crl(sub, COLLECTED, subRevoked)],
        ocspResponses: [],
      }),
      content,
      anchors,
      at: days(130),
      evidence: freshEvidence(days(130), subRevoked),
    }),
  },
  {
    name: 'an answer without a proof of its age, when its algorithm has been given up',
    expected: NO_POE,
    request: () => ({
      cms: signatureAt('B-LT'),
      ...{ content, anchors, policy: P256_ENDED, at: STAMPED, by: 'ledger' as const },
      validationTime: days(2.5 * YEAR),
      evidence: freshEvidence(days(2.5 * YEAR)),
    }),
  },
  {
    name: 'an answer without a proof of its age, when its authority has just expired',
    expected: OUT,
    request: () => ({
      cms: signatureAt('B-LT'),
      ...{ content, anchors, at: STAMPED, by: 'ledger' as const },
      validationTime: days(10 * YEAR + 10),
      evidence: freshEvidence(days(10 * YEAR - 1)),
    }),
  },
  {
    name: 'a signature recorded after its certificate has ended, on an answer that counts for long',
    expected: OUT_NR,
    request: () => ({
      cms: withValidationData(signatureAt('B-B'), {
        certificates: [],
        crls: [crl(root, COLLECTED), crl(sub, COLLECTED)],
        ocspResponses: [],
      }),
      ...{ content, anchors, at: days(YEAR + 5), by: 'ledger' as const },
      validationTime: days(YEAR + 35),
      evidence: freshEvidence(days(YEAR + 35)),
      policy: { ...VALIDATION_POLICY, maxRevocationAgeMillis: days(2 * YEAR) - days(0) },
    }),
  },
  {
    name: 'a signature recorded before its certificate began',
    expected: 'NOT_YET_VALID',
    request: () => ({
      ...{ ...dayAfter, cms: signatureAt('B-B') },
      ...{ at: days(-101), by: 'ledger' as const, validationTime: days(1) },
    }),
  },
  {
    name: 'an answer whose signer has expired since',
    expected: 'REVOCATION_OUT_OF_BOUNDS_NO_POE',
    request: () => ({
      ...{ content, anchors, at: days(180), evidence: evidenceOf(crl(root, days(180))) },
      cms: withAnswerOf(crlSigner),
    }),
  },
  {
    name: 'an answer whose signer has expired since, with proof that it is older',
    expected: 'B-LTA',
    request: () => ({
      ...{ content, anchors, at: days(180), evidence: evidenceOf(crl(root, days(180))) },
      cms: archive(withAnswerOf(crlSigner), secondTsa, ARCHIVED),
    }),
  },
  {
    name: 'a certificate that serves nothing',
    expected: 'SIG_CONSTRAINTS_FAILURE',
    request: () => ({
      ...dayAfter,
      cms: withValidationData(signatureAt('B-LT'), {
        certificates: [thirdTsa.certificate.der],
        crls: [],
        ocspResponses: [],
      }),
    }),
  },
  {
    name: 'an archive time-stamp that is older than what it covers',
    expected: 'TIMESTAMP_ORDER_FAILURE',
    request: () => ({ ...dayAfter, cms: archive(signatureAt('B-LT'), secondTsa, days(0.0001)) }),
  },
  {
    name: 'a time-stamp from after the validation',
    expected: 'B-B',
    request: () => ({
      ...{ content, anchors, at: days(0), evidence: freshEvidence(days(0)) },
      cms: signatureAt('B-T'),
    }),
  },
  {
    name: 'an anchor that was given up, with proof of existence before',
    expected: 'B-LTA',
    request: () => ({ ...dayAfter, cms: signatureAt('B-LTA'), ...formerAnchor() }),
  },
  {
    name: 'an anchor that was given up, without',
    expected: 'NO_CERTIFICATE_CHAIN_FOUND',
    request: () => ({ ...dayAfter, cms: signatureAt('B-LT'), ...formerAnchor() }),
  },
];

/** The CA's other key, for CRLs only and for three weeks. */
const crlSigner = issueTo({
  name: 'Sub',
  issuer: root,
  serialNumber: 31,
  algorithm: 'ecdsa-sha384',
  notAfter: days(20),
  extensions: [keyUsage('cRLSign')],
});

function withAnswerOf(signerOfList: Identity): Uint8Array {
  return withValidationData(signatureAt('B-T'), {
    certificates: [signerOfList.certificate.der, firstTsa.certificate.der],
    crls: [crl(root, COLLECTED), crl(signerOfList, COLLECTED)],
    ocspResponses: [],
  });
}

function evidenceOf(...crls: Uint8Array[]): NonNullable<CadesRequest['evidence']> {
  return { certificates: [], crls: crls.map(parseCertificateList), ocspResponses: [] };
}

/** For signatures it was one until noon of the day after; for time-stamps it still is. */
function formerAnchor(): Pick<CadesRequest, 'anchors' | 'validationTime' | 'at' | 'evidence'> {
  const [anchor] = anchors;
  if (anchor === undefined) throw new Error('no anchor');
  const at = days(3);
  return {
    anchors: [
      { ...anchor, purposes: new Set(['signature']), until: days(1.5) },
      { ...anchor, purposes: new Set(['time-stamp']) },
    ],
    at,
    validationTime: at,
    evidence: freshEvidence(at),
  };
}
