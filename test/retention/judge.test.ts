/** What is free: holds and policies over time, against a model that keeps no state but the acts. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Signer } from '../../src/access/grant.js';
import type { TenantName } from '../../src/access/tenant-name.js';
import type { UnixMillis } from '../../src/base/brand.js';
import type { TimeZoneName } from '../../src/base/calendar.js';
import { dataScope } from '../../src/base/secret-scope.js';
import { parseInstant } from '../../src/base/time.js';
import { dueOf } from '../../src/retention/due.js';
import { type Hold, type HoldScope, isSameHold, releasedBy } from '../../src/retention/hold.js';
import {
  judge,
  judgeTags,
  type PersonFacts,
  type Reason,
  type TenantRules,
} from '../../src/retention/judge.js';
import type { PolicyVersion } from '../../src/retention/policy.js';
import {
  ANNA,
  BO,
  CLASSES,
  ENDED,
  instant,
  LEDGERS,
  month,
  PERSONS,
  policies,
  zone,
} from './arbitraries.js';

const UTC = 'UTC' as TimeZoneName;
const TENANT = 'bank' as TenantName;
const at = (text: string): UnixMillis => parseInstant(text);
const NOW = at('2032-06-01T00:00:00.000Z');
const NOTHING: PersonFacts = { events: [], unreadable: [], ledgers: new Set(), locks: [] };

const FIVE_YEARS: PolicyVersion = {
  ...{ version: 1, setAt: at('2020-01-01T00:00:00.000Z'), setBy: ANNA, types: {} },
  classes: {
    a: {
      ...{ basis: 'a law', period: { years: 5 }, extension: { years: 5 } },
      clock: { kind: 'recorded' },
    },
  },
};

function placed(scope: HoldScope, bends: Partial<Hold> = {}): Hold {
  const said = { caseId: 'case 1', authority: 'a court', legalBasis: 'a law' };
  const placedAt = at('2031-01-01T00:00:00.000Z');
  return {
    number: 1,
    id: '000000000001',
    kind: 'hold',
    ...said,
    scope,
    placedAt,
    placedBy: ANNA,
    ...bends,
  };
}

const rules = (holds: readonly Hold[], versions = [FIVE_YEARS]): TenantRules => ({
  ...{ tenant: TENANT, zone: UTC, versions, holds },
});

function kept(
  { person = 'anna', class: name = 'a', month: when = '2026-01' },
  holds: readonly Hold[] = [],
  { facts = NOTHING, now = NOW, versions = [FIVE_YEARS] } = {},
): string[] {
  const scope = { person, class: name, month: when };
  return judge(rules(holds, versions), scope, facts, now).reasons.map(({ kind }) => kind);
}

describe('a secret', () => {
  it('is kept by its policy until it is due, and is free from then on', () => {
    expect(kept({ month: '2027-06' })).toEqual(['policy']);
    const due = at('2031-02-01T00:00:00.000Z');
    expect(kept({}, [], { now: (due - 1) as UnixMillis })).toEqual(['policy']);
    expect(kept({}, [], { now: due })).toEqual([]);
  });

  it('of a class without a policy is free, and never due', () => {
    expect(kept({ class: 'x' })).toEqual([]);
    const { due } = judge(
      rules([]),
      { person: 'anna', class: 'x', month: '2020-01' },
      NOTHING,
      NOW,
    );
    expect(due.kind).toBe('unprotected');
  });

  it('waits for the event that starts its clock', () => {
    const clock = { kind: 'event', type: ENDED } as const;
    const versions = [
      { ...FIVE_YEARS, classes: { a: { basis: 'x', period: { days: 1 }, clock } } },
    ];
    expect(kept({}, [], { versions })).toEqual(['clock']);
    const events = [{ type: ENDED, at: at('2026-02-01T00:00:00.000Z') }];
    expect(kept({}, [], { versions, facts: { ...NOTHING, events } })).toEqual([]);
  });

  it('of the tenant itself is never free', () => {
    for (const person of ['tenant:bank', 'chirograph'])
      expect(kept({ person, class: 'retention' })).toEqual(['own']);
    expect(kept({ person: 'tenant:other', class: 'retention' })).toEqual([]);
  });

  it.each([
    ['the whole tenant', {}, true],
    ['the person', { subjects: ['anna', 'bo'] }, true],
    ['another person', { subjects: ['bo'] }, false],
    ['the class', { classes: ['a'] }, true],
    ['another class', { classes: ['b'] }, false],
    ['the person, but another class', { subjects: ['anna'], classes: ['b'] }, false],
    ['a ledger that has an entry', { ledger: 'kyc' }, true],
    ['a ledger that has none', { ledger: 'cards' }, false],
    ['nobody who is left', { subjects: [], unnamed: 2 }, false],
  ] as const)('is kept by a hold of %s: %j', (_, scope, isHeld) => {
    const facts = { ...NOTHING, ledgers: new Set(['kyc']) };
    expect(kept({}, [placed(scope)], { facts })).toEqual(isHeld ? ['hold'] : []);
  });

  it('is kept as long as files under it are locked, and no other secret is', () => {
    const until = at('2032-07-01T00:00:00.000Z');
    const lock = { drive: 'passports', class: 'a', month: '2026-01', until };
    const facts = { ...NOTHING, locks: [lock] };
    expect(kept({}, [], { facts })).toEqual(['lock']);
    expect(kept({ month: '2026-02' }, [], { facts })).toEqual([]);
    expect(kept({ class: 'b' }, [], { facts })).toEqual([]);
  });

  it('under which the name in a hold lies is kept as long as the hold is', () => {
    const hold = placed({ subjects: ['anna'], classes: ['b'] });
    const extension = placed({ subjects: ['anna'], classes: ['a'] }, { kind: 'extension' });
    for (const one of [hold, extension]) expect(kept({ class: 'hold' }, [one])).toEqual(['hold']);
    expect(kept({ class: 'hold', person: 'bo' }, [hold])).toEqual([]);
  });

  it('is free only when all holds are over', () => {
    const until = at('2032-01-01T00:00:00.000Z');
    const one = placed({ subjects: ['anna'] });
    const other = placed({}, { id: '000000000002', caseId: 'case 2', until });
    const before = { now: (until - 1) as UnixMillis };
    expect(kept({}, [one, other], before)).toEqual(['hold', 'hold']);
    expect(kept({}, [one, other], { now: until })).toEqual(['hold']);
    const act = { by: BO, reason: 'over', at: at('2031-06-01T00:00:00.000Z'), needsTwo: false };
    expect(kept({}, [releasedBy(one, act), other], before)).toEqual(['hold']);
    expect(kept({}, [releasedBy(one, act), other], { now: until })).toEqual([]);
  });

  it('is kept by an extension no longer than its policy allows, and not where no policy keeps it', () => {
    const until = at('2099-01-01T00:00:00.000Z');
    const extension = placed({ classes: ['a', 'x'] }, { kind: 'extension', until });
    const end = at('2036-02-01T00:00:00.000Z');
    expect(kept({}, [extension], { now: (end - 1) as UnixMillis })).toEqual(['hold']);
    expect(kept({}, [extension], { now: end })).toEqual([]);
    expect(kept({ class: 'x' }, [extension])).toEqual([]);
    const sooner = { ...extension, until: at('2033-01-01T00:00:00.000Z') };
    expect(kept({}, [sooner])).toEqual(['hold']);
    expect(kept({}, [sooner], { now: sooner.until })).toEqual([]);
  });
});

describe('tags', () => {
  const kinds = (reasons: readonly Reason[]): string[] => reasons.map(({ kind }) => kind);

  it('go last, and not while a hold names the person', () => {
    const left = [dataScope('anna', 'a', '2026-01')];
    expect(kinds(judgeTags(rules([]), 'anna', left, NOW))).toEqual(['data-left']);
    expect(kinds(judgeTags(rules([]), 'anna', [], NOW))).toEqual([]);
    expect(kinds(judgeTags(rules([placed({ subjects: ['anna'] })]), 'anna', [], NOW))).toEqual([
      'hold',
    ]);
    expect(kinds(judgeTags(rules([placed({ subjects: ['bo'] })]), 'anna', [], NOW))).toEqual([]);
    expect(kinds(judgeTags(rules([]), 'tenant:bank', [], NOW))).toEqual(['own']);
  });
});

describe('a release', () => {
  const act = (by: Signer, needsTwo = true) => ({ by, reason: 'over', at: NOW, needsTwo });

  it('needs another person with another key where two are needed', () => {
    const proposed = releasedBy(placed({}), act(ANNA));
    expect(proposed.release).toMatchObject({ proposedBy: ANNA });
    expect(proposed.release?.releasedAt).toBeUndefined();
    for (const same of [ANNA, { ...ANNA, key: BO.key }, { ...ANNA, author: BO.author }])
      expect(() => releasedBy(proposed, act(same))).toThrow(
        expect.objectContaining({ code: 'HOLD_RELEASE_REFUSED' }),
      );
    const released = releasedBy(proposed, act(BO));
    expect(released.release).toMatchObject({ proposedBy: ANNA, releasedBy: BO });
    expect(() => releasedBy(released, act(BO))).toThrow(
      expect.objectContaining({ code: 'HOLD_RELEASED' }),
    );
  });

  it('is done at once where one is enough', () => {
    expect(releasedBy(placed({}), act(ANNA, false)).release).toMatchObject({ releasedBy: ANNA });
  });
});

describe('the same hold', () => {
  it('is one of the same case for the same, in whatever order', () => {
    const one = placed({ subjects: ['anna', 'bo'], classes: ['a', 'b'] });
    const { scope } = one;
    expect(isSameHold(one, { ...one, scope: { ...scope, subjects: ['bo', 'anna'] } })).toBe(true);
    expect(isSameHold(one, { ...one, legalBasis: 'another law' } as Hold)).toBe(true);
    expect(isSameHold(one, { ...one, caseId: 'case 2' })).toBe(false);
    expect(isSameHold(one, { ...one, authority: 'another court' })).toBe(false);
    expect(isSameHold(one, { ...one, kind: 'extension' })).toBe(false);
    expect(isSameHold(one, { ...one, scope: { subjects: ['anna', 'bo'] } })).toBe(false);
    expect(isSameHold(one, { ...one, scope: { ...scope, ledger: 'kyc' } })).toBe(false);
  });
});

interface Placing {
  readonly scope: HoldScope;
  readonly placedAt: UnixMillis;
  readonly until: UnixMillis | undefined;
  readonly releases: readonly { readonly at: UnixMillis; readonly by: Signer }[];
}

describe('what happens over time', () => {
  const placing: fc.Arbitrary<Placing> = fc.record({
    scope: fc.record(
      {
        subjects: fc.uniqueArray(fc.constantFrom(...PERSONS), { minLength: 1 }),
        classes: fc.uniqueArray(fc.constantFrom(...CLASSES), { minLength: 1 }),
        ledger: fc.constantFrom(...LEDGERS),
      },
      { requiredKeys: [] },
    ),
    placedAt: instant,
    until: fc.option(instant, { nil: undefined }),
    releases: fc.array(fc.record({ at: instant, by: fc.constantFrom(ANNA, BO) }), { maxLength: 3 }),
  });
  const setting = fc.tuple(instant, policies);

  it('is judged as a model does that looks at the acts alone', () => {
    const seen = { free: 0, held: 0, kept: 0 };
    fc.assert(
      fc.property(
        fc.array(placing, { maxLength: 4 }),
        fc.array(setting, { maxLength: 3 }),
        fc.record({
          person: fc.constantFrom(...PERSONS),
          class: fc.constantFrom(...CLASSES),
          month,
        }),
        fc.record({
          events: fc.array(instant, { maxLength: 2 }),
          ledgers: fc.subarray([...LEDGERS]),
        }),
        zone,
        instant,
        (placings, settings, scope, known, where, now) => {
          const facts: PersonFacts = {
            events: known.events.map((when) => ({ type: ENDED, at: when })),
            unreadable: [],
            locks: [],
            ledgers: new Set(known.ledgers),
          };
          const versions = settings
            .sort(([a], [b]) => a - b)
            .map(([setAt, set], n) => ({ ...set, setAt, setBy: ANNA, version: n + 1 }));
          const holds = placings.map((one, n) => lived(one, n, now));
          const found = judge({ tenant: TENANT, versions, holds, zone: where }, scope, facts, now);
          const held = placings.flatMap((one, n) =>
            modelHolds(one, scope, known.ledgers, now) ? [idOf(n)] : [],
          );
          expect(
            found.reasons.flatMap((one) => (one.kind === 'hold' ? [one.hold.id] : [])),
          ).toEqual(held);
          const due = dueOf(versions, scope, { zone: where, facts, at: now });
          const isKept =
            due.kind === 'waiting' || (due.kind === 'dated' && (due.dueAt ?? Infinity) > now);
          expect(found.reasons.some(({ kind }) => kind === 'policy' || kind === 'clock')).toBe(
            isKept,
          );
          expect(found.reasons.length === 0).toBe(!isKept && held.length === 0);
          seen[held.length > 0 ? 'held' : isKept ? 'kept' : 'free']++;
        },
      ),
      { numRuns: 1000 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  });
});

const idOf = (n: number): string => String(n).padStart(12, '0');

/** What became of it by now, step by step. */
function lived({ scope, placedAt, until, releases }: Placing, n: number, now: UnixMillis): Hold {
  let hold = placed(scope, { id: idOf(n), placedAt, ...(until !== undefined && { until }) });
  for (const { at: when, by } of releases.toSorted((a, b) => a.at - b.at)) {
    if (when > now) break;
    try {
      hold = releasedBy(hold, { by, reason: 'over', at: when, needsTwo: true });
    } catch (error) {
      expect(error).toMatchObject({ code: expect.stringMatching(/^HOLD_RELEASE/) });
    }
  }
  return hold;
}

/** Released when both have said so; nothing else of its history counts. */
function modelHolds(
  { scope, until, releases }: Placing,
  { person, class: name }: { readonly person: string; readonly class: string },
  ledgers: readonly string[],
  now: UnixMillis,
): boolean {
  const said = new Set(releases.filter(({ at: when }) => when <= now).map(({ by }) => by.author));
  if (said.size === 2 || (until !== undefined && until <= now)) return false;
  const isNamed = scope.subjects?.includes(person);
  if (name === 'hold' && isNamed === true) return true;
  return (
    isNamed !== false &&
    scope.classes?.includes(name) !== false &&
    (scope.ledger === undefined || ledgers.includes(scope.ledger))
  );
}
