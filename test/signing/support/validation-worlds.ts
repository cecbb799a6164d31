/**
 * Levels against fates: what is said of a signature at each level in each world, written down by hand
 * from EN 319 102-1 and docs/formats/signature-validation.md.
 */
import type { UnixMillis } from '../../../src/base/brand.js';
import type { validateCades } from '../../../src/signing/cades-validator.js';
import type { SubIndication } from '../../../src/signing/signature-report.js';
import {
  VALIDATION_POLICY,
  type ValidationPolicy,
} from '../../../src/signing/validation-policy.js';
import {
  anchors,
  content,
  days,
  type Events,
  firstTsa,
  freshEvidence,
  LEVELS,
  secondTsa,
  signatureAt,
  signer,
  sub,
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
export function outcomesIn(
  { at, online, events = [], policy = VALIDATION_POLICY, expected }: World,
  validate: typeof validateCades,
): readonly Expected[] {
  const evidence = freshEvidence(at, events);
  return LEVELS.slice(0, expected.length).map((level) => {
    const report = validate({
      cms: signatureAt(level, events),
      content,
      anchors,
      at,
      policy,
      ...(online ? { evidence } : {}),
    });
    return report.subIndication ?? report.level ?? 'B-B';
  });
}
