import { describe, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../src/base/canonical-json.js';
import { checkJsonSchema, compileJsonSchema } from '../../src/schemas/json-schema.js';
import { SchemasError } from '../../src/schemas/schemas-error.js';

const DRAFT_07 = 'http://json-schema.org/draft-07/schema#';

function refusal(schema: JsonObject): string {
  try {
    checkJsonSchema(schema);
    compileJsonSchema(schema);
  } catch (error) {
    if (error instanceof SchemasError && error.code === 'SCHEMA_REFUSED') return error.message;
    throw error;
  }
  return 'taken';
}

const person: JsonObject = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', pattern: '^\\p{L}', maxLength: 20 },
    born: { type: 'string', format: 'date' },
    kind: { enum: ['natural', 'legal'] },
    papers: { type: 'array', uniqueItems: true, items: { $ref: '#/$defs/paper' } },
  },
  additionalProperties: false,
  $defs: {
    paper: { type: 'object', required: ['number'], properties: { number: { type: 'string' } } },
  },
};

describe('a compiled schema', () => {
  const check = compileJsonSchema(person);

  it('has no fault to find in a payload as it says', () => {
    const papers = [{ number: '1' }, { number: '2' }];
    expect(check({ name: 'Anna', born: '2000-02-29', kind: 'natural', papers })).toEqual([]);
  });

  it.each([
    [{}, '', 'required: '],
    [{ name: 1 }, '/name', 'type: '],
    [{ name: '1Secret' }, '/name', 'pattern: '],
    [{ name: 'x'.repeat(21) }, '/name', 'maxLength: '],
    [{ name: 'A', born: '2001-02-29' }, '/born', 'format: '],
    [{ name: 'A', kind: 'Secret' }, '/kind', 'enum: '],
    [{ name: 'A', Secret: 1 }, '', 'additionalProperties: '],
    [{ name: 'A', papers: [{ number: 'a' }, { number: 'a' }] }, '/papers', 'uniqueItems: '],
    [{ name: 'A', papers: [{ number: 'a' }, {}] }, '/papers/1', 'required: '],
  ])(
    'says where %j is wrong and by which rule, and quotes nothing of it',
    (payload, pointer, rule) => {
      const faults = check(payload);
      expect(faults).toHaveLength(1);
      expect(faults[0]?.pointer).toBe(pointer);
      expect(faults[0]?.detail).toMatch(new RegExp(`^${rule}`));
      expect(JSON.stringify(faults)).not.toContain('Secret');
    },
  );

  it('names no member that the schema does not name', () => {
    const byPerson = compileJsonSchema({
      type: 'object',
      properties: { accounts: { additionalProperties: { type: 'number' } } },
    });
    expect(byPerson({ accounts: { 'Anna Secret': 'x' } })).toEqual([
      { pointer: '/accounts', detail: 'type: must be number' },
    ]);
  });

  it('takes a member that every object inherits for missing', () => {
    const needs = compileJsonSchema({ type: 'object', required: ['constructor'] });
    expect(needs({})).toHaveLength(1);
    expect(needs({ constructor: 1 })).toEqual([]);
  });

  it('keeps patterns apart', () => {
    const two = compileJsonSchema({
      type: 'object',
      properties: { a: { pattern: '^a$' }, b: { pattern: '^b$' } },
      patternProperties: { '^x': { type: 'number' } },
      additionalProperties: false,
    });
    expect(two({ a: 'a', b: 'b', x1: 1 })).toEqual([]);
    expect(two({ a: 'b' })).toHaveLength(1);
    expect(two({ b: 'a' })).toHaveLength(1);
    expect(two({ x1: 'x' })).toHaveLength(1);
  });

  it('is one of either dialect, and each has its own meaning', () => {
    const tuple = { type: 'object', properties: { t: { items: [{ type: 'number' }] } } } as const;
    expect(compileJsonSchema({ $schema: DRAFT_07, ...tuple })({ t: ['x'] })).toHaveLength(1);
    expect(refusal(tuple)).not.toBe('taken');
    const modern: JsonObject = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      properties: { t: { prefixItems: [{ type: 'number' }], unevaluatedItems: false } },
      unevaluatedProperties: false,
    };
    expect(refusal(modern)).toBe('taken');
    expect(compileJsonSchema(modern)({ t: [1] })).toEqual([]);
    expect(compileJsonSchema(modern)({ t: [1, 2] })).toHaveLength(1);
    expect(compileJsonSchema(modern)({ u: 1 })).toHaveLength(1);
  });

  it('may go on for as long as the payload does', () => {
    const tree: JsonObject = {
      $id: 'https://example.org/tree',
      type: 'object',
      properties: { children: { type: 'array', items: { $ref: '#' } }, n: { $ref: '#n' } },
      additionalProperties: false,
      $defs: { n: { $anchor: 'n', type: 'number' } },
    };
    expect(refusal(tree)).toBe('taken');
    expect(compileJsonSchema(tree)({ children: [{ children: [{ n: 1 }] }] })).toEqual([]);
    expect(compileJsonSchema(tree)({ children: [{ children: [{ n: 'x' }] }] })).toHaveLength(1);
  });
});

const nested = (depth: number, inner: JsonValue): JsonObject =>
  (depth === 0 ? inner : { not: nested(depth - 1, inner) }) as JsonObject;

describe('a hostile schema', () => {
  it.each<[string, JsonObject, string]>([
    ['another dialect', { $schema: 'http://json-schema.org/draft-04/schema#' }, 'another dialect'],
    ['another document', { $ref: 'https://example.org/x' }, 'another document'],
    [
      'another document, relative',
      { properties: { a: { $ref: 'x.json#/y' } } },
      'another document',
    ],
    ['a meta-schema', { $ref: DRAFT_07 }, 'another document'],
    ['what is no schema', { const: { type: 'x' }, $ref: '#/const' }, 'no schema of this'],
    ['what is not there', { $ref: '#/$defs/nobody' }, 'no schema of this'],
    ['names below the root', { properties: { a: { $id: 'https://example.org/a' } } }, '$id'],
    ['dynamic references', { $dynamicRef: '#x' }, '$dynamicRef'],
    ['an unknown keyword', { properties: { a: { requierd: ['b'] } } }, 'unknown keyword'],
    ['an unknown format', { properties: { a: { format: 'secret' } } }, 'unknown format'],
    [
      'a format that runs what it is given',
      { properties: { a: { format: 'regex' } } },
      'unknown format',
    ],
    [
      'the keyword that counts',
      { properties: { chirographSteps: { type: 'number' } } },
      'chirographSteps',
    ],
    ['a pattern that looks ahead', { properties: { a: { pattern: '(?=a)' } } }, 'looks ahead'],
    ['a name pattern that refers back', { patternProperties: { '(a)\\1': true } }, 'refers back'],
    ['no type', { type: 'strnig' }, '/type'],
    ['circles', { $ref: '#' }, 'one and the same value'],
    [
      'longer circles',
      { anyOf: [{ $ref: '#/$defs/a' }], $defs: { a: { not: { $ref: '#' } } } },
      'same value',
    ],
    ['what is deep', nested(70, true), 'deep'],
  ])('with %s is refused', (_, schema, reason) => {
    expect(refusal(schema)).toContain(reason);
  });

  it('cannot have more in it than is looked at', () => {
    const many = (count: number, of: JsonValue) => Array.from({ length: count }, () => of);
    expect(refusal({ anyOf: many(1001, true) })).toContain('more than 1000 members in anyOf');
    expect(refusal({ anyOf: many(100, { allOf: many(100, {}) }) })).toContain('more than 5000');
  });

  it('that asks for endless work on one value is stopped', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => {
        const next = { $ref: `#/$defs/d${n + 1}` };
        return [`d${n}`, n === 29 ? { type: 'object' } : { allOf: [next, next] }];
      }),
    );
    const check = compileJsonSchema({ $ref: '#/$defs/d0', $defs });
    expect(check({})).toEqual([{ pointer: '', detail: expect.stringContaining('more steps') }]);
    // And is as it was for the next one.
    expect(compileJsonSchema({ $ref: '#/$defs/d20', $defs })({})).toEqual([]);
  });

  it('that asks for twice the work at each level of the payload is stopped', () => {
    const child = { properties: { a: { $ref: '#' } } };
    const check = compileJsonSchema({ type: 'object', allOf: [child, child] });
    let payload: JsonObject = {};
    for (let depth = 0; depth < 60; depth++) payload = { a: payload };
    expect(check(payload)).toMatchObject([{ pointer: '' }]);
  });

  it.each<[string, JsonObject, JsonObject]>([
    [
      'compares each item with each',
      { properties: { a: { uniqueItems: true } } },
      { a: Array.from({ length: 60_000 }, (_, n) => ({ n })) },
    ],
    [
      'compares each item with many',
      { properties: { a: { items: { enum: Array.from({ length: 20_000 }, (_, n) => ({ n })) } } } },
      { a: Array.from({ length: 60_000 }, (_, n) => ({ n: n % 20_000 })) },
    ],
    [
      'has a pattern that goes back',
      { properties: { a: { pattern: '^(a+)+$' } } },
      { a: 'a'.repeat(1_000_000) },
    ],
    [
      'has hundreds of patterns for one text',
      {
        properties: {
          a: {
            allOf: Array.from({ length: 500 }, (_, n) => ({ pattern: `^(a|é)*[${n % 10}b]*` })),
          },
        },
      },
      { a: 'é'.repeat(100_000) },
    ],
    [
      'has thousands of members for each item',
      {
        properties: {
          a: {
            items: {
              properties: Object.fromEntries(
                Array.from({ length: 1000 }, (_, n) => [`m${n}`, true]),
              ),
            },
          },
        },
      },
      { a: Array.from({ length: 100_000 }, () => ({})) },
    ],
  ])('that %s has an answer soon', (_, schema, payload) => {
    const check = compileJsonSchema(schema);
    const before = performance.now();
    expect(check(payload).length).toBeLessThanOrEqual(1);
    expect(performance.now() - before).toBeLessThan(5000);
  });

  it('cannot write code: what it says is quoted wherever it stands', () => {
    const evil = `"];globalThis.chirographWasHere=1;//'\`\${globalThis.chirographWasHere=1}\n\u2028*/`;
    const schema: JsonObject = {
      title: evil,
      $comment: evil,
      default: evil,
      required: [evil],
      properties: { [evil]: { const: evil }, a: { enum: [evil] }, b: { type: 'string' } },
      patternProperties: { [`^${evil.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}`]: true },
      dependentRequired: { [evil]: [evil] },
      dependentSchemas: { [evil]: { properties: { [evil]: true } } },
      $defs: { [evil]: { type: 'number' } },
    };
    expect(refusal(schema)).toBe('taken');
    expect(compileJsonSchema(schema)({ [evil]: evil, a: evil })).toEqual([]);
    expect(compileJsonSchema(schema)({ a: 1 })).toHaveLength(1);
    expect(Object.hasOwn(globalThis, 'chirographWasHere')).toBe(false);
  });
});
