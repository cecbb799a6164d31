/** Policies, holds and months to judge, small enough that they meet. */
import fc from 'fast-check';
import type { Signer } from '../../src/access/grant.js';
import type { KeyId } from '../../src/access/key-text.js';
import type { UnixMillis } from '../../src/base/brand.js';
import type { CalendarPeriod, TimeZoneName } from '../../src/base/calendar.js';
import type { ClassPolicy, RetentionClock, RetentionPolicies } from '../../src/retention/policy.js';

export const ENDED = 'bank.RelationshipEnded';
export const BEGAN = 'bank.RelationshipBegan';
export const CLASSES = ['a', 'b', 'hold'] as const;
export const PERSONS = ['anna', 'bo'] as const;
export const LEDGERS = ['kyc', 'cards'] as const;

export const ANNA: Signer = { author: 'anna', key: '000000000001' as KeyId };
export const BO: Signer = { author: 'bo', key: '000000000002' as KeyId };

/** From 2019 to 2035. */
export const instant: fc.Arbitrary<UnixMillis> = fc
  .integer({ min: Date.UTC(2019, 0), max: Date.UTC(2035, 0) })
  .map((millis) => millis as UnixMillis);
export const month = fc
  .tuple(fc.integer({ min: 2019, max: 2030 }), fc.integer({ min: 1, max: 12 }))
  .map(([year, number]) => `${year}-${String(number).padStart(2, '0')}`);
/** Clocks that move at midnight, far from UTC on both sides, and one that skipped a day. */
export const zone = fc
  .constantFrom(
    'UTC',
    'Europe/Vienna',
    'America/Sao_Paulo',
    'Pacific/Kiritimati',
    'Pacific/Honolulu',
    'Atlantic/Azores',
    'Asia/Kathmandu',
  )
  .map((name) => name as TimeZoneName);
export const period: fc.Arbitrary<CalendarPeriod> = fc.oneof(
  fc.record({ years: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ months: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ days: fc.integer({ min: 1, max: 900 }) }),
);
export const clock: fc.Arbitrary<RetentionClock> = fc.oneof(
  fc.constant<RetentionClock>({ kind: 'recorded' }),
  fc.constant<RetentionClock>({ kind: 'event', type: ENDED }),
  fc.constant<RetentionClock>({ kind: 'event', type: ENDED, stoppedBy: BEGAN }),
);
const extension = fc.oneof(
  fc.record({ years: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ days: fc.integer({ min: 1, max: 400 }) }),
);
export const policy: fc.Arbitrary<ClassPolicy> = fc.record(
  { basis: fc.constantFrom('a law', 'a rule'), period, clock, extension },
  { requiredKeys: ['basis', 'period', 'clock'] },
);
export const policies: fc.Arbitrary<RetentionPolicies> = fc
  .dictionary(fc.constantFrom('a', 'b'), policy, { maxKeys: 2, noNullPrototype: true })
  .chain((classes) => {
    const names = Object.keys(classes);
    const types =
      names.length === 0
        ? fc.constant({})
        : fc.dictionary(fc.constantFrom('test.A', 'test.B'), fc.constantFrom(...names), {
            noNullPrototype: true,
          });
    return types.map((given) => ({ classes, types: given }));
  });
