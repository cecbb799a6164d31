/** Policies and holds as they are kept: what is written is what is read, and nothing else is. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UnixMillis } from '../../src/base/brand.js';
import { canonicalJson, type JsonObject } from '../../src/base/canonical-json.js';
import { parseInstant } from '../../src/base/time.js';
import { holdParts, holdPayload, parseHold } from '../../src/retention/hold-payload.js';
import { type Hold, releasedBy } from '../../src/retention/hold.js';
import { parsePolicies, policiesPayload } from '../../src/retention/policies-payload.js';
import { formatExample } from '../support/format-examples.js';
import { ANNA, BO, CLASSES, instant, LEDGERS, PERSONS, policies } from './arbitraries.js';

const version = fc
  .tuple(policies, instant, fc.integer({ min: 1, max: 1000 }))
  .map(([set, setAt, number]) => ({ ...set, setAt, setBy: ANNA, version: number }));
const hold: fc.Arbitrary<Hold> = fc
  .record({
    number: fc.integer({ min: 1, max: 9 }),
    kind: fc.constantFrom('hold' as const, 'extension' as const),
    caseId: fc.constantFrom('case 1', 'case 2'),
    scope: fc.record(
      {
        subjects: fc.uniqueArray(fc.constantFrom(...PERSONS), { minLength: 1 }),
        classes: fc.uniqueArray(fc.constantFrom(...CLASSES), { minLength: 1 }),
        ledger: fc.constantFrom(...LEDGERS),
      },
      { requiredKeys: [] },
    ),
    until: fc.option(instant, { nil: undefined }),
    placedAt: instant,
    steps: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ until, steps, ...rest }) => {
    const placed: Hold = {
      ...rest,
      ...{ id: '0a1b2c3d4e5f', authority: 'a court', legalBasis: 'a law', placedBy: ANNA },
      ...(until !== undefined && { until }),
    };
    const at = (rest.placedAt + 1) as UnixMillis;
    const act = { reason: 'it is over', at, needsTwo: true };
    if (steps === 0) return placed;
    const proposed = releasedBy(placed, { ...act, by: ANNA });
    return steps === 1 ? proposed : releasedBy(proposed, { ...act, by: BO });
  });

const read = (one: Hold, payload: JsonObject = holdPayload(one)): Hold =>
  parseHold(
    one.number,
    payload,
    holdParts(one).map(({ subject }) => subject as string),
  );

describe('policies', () => {
  it('are the example of docs/formats/retention.md', () => {
    const kyc = {
      basis: 'AMLR Art. 77(3)',
      period: { years: 5 },
      clock: { kind: 'event', type: 'bank.RelationshipEnded' },
      extension: { years: 5 },
    } as const;
    const key = '0a1b2c3d4e5f' as never;
    const example = {
      ...{ version: 1, setAt: parseInstant('2026-11-23T14:00:00.000Z') },
      setBy: { author: 'key:0a1b2c3d4e5f', key },
      ...{ classes: { kyc }, types: { 'tradle.Residence': 'kyc' } },
    };
    expect(canonicalJson(policiesPayload(example))).toBe(formatExample('retention')['payload']);
  });

  it('are read as they were written', () => {
    fc.assert(
      fc.property(version, (one) => {
        expect(parsePolicies(policiesPayload(one))).toEqual(one);
      }),
    );
  });

  it.each([
    ['a newer format', { $v: 2 }, 'RETENTION_FORMAT_NEWER'],
    ['no format', { $v: 0 }, 'LEDGER_DAMAGED'],
    ['a class without a policy', { types: { 'test.A': 'x' } }, 'LEDGER_DAMAGED'],
    ['an unknown member', { more: 1 }, 'LEDGER_DAMAGED'],
    ['two units', policyWith({ period: { years: 1, days: 1 } }), 'LEDGER_DAMAGED'],
    ['no unit', policyWith({ period: {} }), 'LEDGER_DAMAGED'],
    ['an unknown unit', policyWith({ period: { weeks: 1 } }), 'LEDGER_DAMAGED'],
    ['no time', policyWith({ period: { years: 0 } }), 'LEDGER_DAMAGED'],
    ['too long a period', policyWith({ period: { years: 101 } }), 'LEDGER_DAMAGED'],
    ['too long an extension', policyWith({ extension: { years: 6 } }), 'LEDGER_DAMAGED'],
    ['another clock', policyWith({ clock: { kind: 'event' } }), 'LEDGER_DAMAGED'],
  ])('with %s are refused', (_, bends, code) => {
    const setAt = parseInstant('2026-11-23T14:00:00.000Z');
    const good = policiesPayload({ version: 1, setAt, setBy: ANNA, classes: {}, types: {} });
    expect(() => parsePolicies(good)).not.toThrow();
    expect(() => parsePolicies({ ...good, ...(bends as JsonObject) })).toThrow(
      expect.objectContaining({ code }),
    );
  });
});

function policyWith(bends: object): object {
  const policy = { basis: 'a law', period: { years: 1 }, clock: { kind: 'recorded' }, ...bends };
  return { classes: { a: policy } };
}

describe('a hold', () => {
  it('is read as it was written, and its payload names nobody', () => {
    fc.assert(
      fc.property(hold, (one) => {
        expect(read(one)).toEqual(one);
        const text = canonicalJson({
          ...holdPayload(one),
          placedBy: null,
          proposedBy: null,
          releasedBy: null,
        });
        for (const person of PERSONS) expect(text).not.toContain(person);
      }),
    );
  });

  it('that is released names nobody any more, and still says how many', () => {
    fc.assert(
      fc.property(hold, (one) => {
        fc.pre(one.release?.releasedAt !== undefined);
        expect(holdParts(one)).toEqual([]);
        expect(one.scope.subjects ?? []).toEqual([]);
      }),
    );
  });

  it('is refused with more persons than it has, a newer format, or another member', () => {
    fc.assert(
      fc.property(hold, (one) => {
        const payload = holdPayload(one);
        expect(() => parseHold(1, payload, ['anna', 'bo', 'chris'])).toThrow(
          expect.objectContaining({ code: 'LEDGER_DAMAGED' }),
        );
        expect(() => read(one, { ...payload, $v: 2 })).toThrow(
          expect.objectContaining({ code: 'RETENTION_FORMAT_NEWER' }),
        );
        expect(() => read(one, { ...payload, more: 1 })).toThrow(
          expect.objectContaining({ code: 'LEDGER_DAMAGED' }),
        );
      }),
      { numRuns: 20 },
    );
  });
});
