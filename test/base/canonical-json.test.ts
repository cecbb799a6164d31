import { describe, expect, it } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { utf8 } from '../../src/base/bytes.js';
import {
  canonicalJson,
  canonicalJsonBytes,
  type JsonValue,
  parseCanonicalJson,
  parseStrictJson,
} from '../../src/base/canonical-json.js';
import { BaseError, type BaseErrorCode } from '../../src/base/errors.js';

/** Its types describe an ES module; what it ships is CommonJS, whose export is the function. */
const reference = canonicalize as unknown as (value: unknown) => string;

/** JSON values whose every number is finite and every string well-formed. */
const json = fc.jsonValue({ maxDepth: 5, stringUnit: 'grapheme' }).map(withoutProto);

describe('canonicalJson', () => {
  it('agrees with the canonicalize package on every value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(value)).toBe(reference(value));
      }),
      { numRuns: 500 },
    );
  });

  it('writes the example of RFC 8785 §3.2.2 to §3.2.4 byte for byte', () => {
    const text = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    const expected =
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      String.raw`"string":"€$\u000f\nA'B\"\\\\\"/"}`;
    expect(canonicalJson(JSON.parse(text) as JsonValue)).toBe(expected);
  });

  it('sorts names by UTF-16 code units, as in RFC 8785 §3.2.3', () => {
    const names = ['€', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', 'ö'];
    const value = Object.fromEntries(names.map((name) => [name, 0]));
    const order = ['\r', '1', '\u0080', 'ö', '€', '\u{1f600}', '\ufb33'];
    expect(canonicalJson(value)).toBe(
      `{${order.map((name) => `${JSON.stringify(name)}:0`).join(',')}}`,
    );
  });

  it('sorts names that look like array indices as text', () => {
    expect(canonicalJson({ 9: 'b', 10: 'a' })).toBe('{"10":"a","9":"b"}');
  });

  // RFC 8785 appendix B: IEEE 754 bits and what they are written as.
  it.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('writes the double %s as %s', (bits, text) => {
    expect(canonicalJson(Buffer.from(bits, 'hex').readDoubleBE())).toBe(text);
  });

  it('refuses what RFC 8785 cannot express', () => {
    const hole = new Array<JsonValue>(1);
    const bad = [NaN, Infinity, -Infinity, '\ud800', { '\udc00': 1 }, hole];
    for (const value of bad) expectCode(() => canonicalJson(value), 'JSON_NOT_CANONICAL');
    expectCode(() => canonicalJson(1n as unknown as JsonValue), 'JSON_NOT_CANONICAL');
  });
});

describe('parseStrictJson', () => {
  it('reads what JSON.parse reads, in any layout', () => {
    fc.assert(
      fc.property(json, fc.nat(3), (value, indent) => {
        fc.pre(!hasMinusZero(value));
        expect(parseStrictJson(JSON.stringify(value, null, indent))).toEqual(value);
      }),
    );
  });

  it('never accepts what JSON.parse refuses, and fails in no other way than its own', () => {
    const noise = fc.stringMatching(/^[-+.eE0-9"\\{}[\],: tu\n]{0,20}$/);
    fc.assert(
      fc.property(noise, (text) => {
        try {
          const value = parseStrictJson(text);
          expect(value).toEqual(JSON.parse(text));
        } catch (error) {
          expect(error).toBeInstanceOf(BaseError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['{"a":1,"a":1}'],
    ['{"a":{"b":1,"\\u0062":2}}'],
    ['[{"a":1,"":2,"":3}]'],
    ['{"a:":1,"a:":2}'],
  ])('refuses two members of one name: %s', (text) => {
    expectCode(() => parseStrictJson(text), 'JSON_NOT_CANONICAL');
  });

  it('is not misled by colons, brackets and quotes inside of strings', () => {
    const value = { 'a":{': '[[[[:"\\', b: ['\\"', '}{', ':'] };
    expect(parseStrictJson(JSON.stringify(value), { maxDepth: 2 })).toEqual(value);
  });

  it('refuses a member named __proto__ at any depth, however it is written', () => {
    for (const text of ['{"__proto__":1}', '[{"a":{"__proto__":{}}}]', '{"\\u005f_proto__":null}'])
      expectCode(() => parseStrictJson(text), 'JSON_NOT_CANONICAL');
    expect(parseStrictJson('{"proto":"__proto__"}')).toEqual({ proto: '__proto__' });
  });

  it('refuses lone surrogates in names and values, and keeps pairs', () => {
    for (const text of ['"\\ud800"', '"\\udc00x"', '{"\\ud83d":1}', '["\ud83d"]'])
      expectCode(() => parseStrictJson(text), 'JSON_NOT_CANONICAL');
    expect(parseStrictJson('"\\ud83d\\ude00"')).toBe('\u{1f600}');
  });

  it('refuses what is nested deeper than the limit before it builds anything', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(parseStrictJson(nested(64))).toBeDefined();
    expectCode(() => parseStrictJson(nested(65)), 'JSON_NOT_CANONICAL');
    expectCode(() => parseStrictJson('{"a":'.repeat(1_000_000)), 'JSON_NOT_CANONICAL');
    expectCode(() => parseStrictJson('[[1]]', { maxDepth: 1 }), 'JSON_NOT_CANONICAL');
  });

  it.each([
    '0',
    '-1',
    '10',
    '1.5',
    '1.50',
    '100e-2',
    '1E2',
    '1e21',
    '9007199254740992',
    '-9007199254740991',
    '123456789012345',
    '1000000000000000000000',
    '0.1',
    '1.7976931348623157e308',
    '5e-324',
    '0.0',
    '0e99999',
  ])('reads the number %s, whose digits a double keeps', (text) => {
    expect(parseStrictJson(text)).toBe(Number(text));
  });

  it.each([
    '9007199254740993',
    '-9007199254740993',
    '12345678901234567890',
    '0.10000000000000001',
    '3.141592653589793238',
    '1e400',
    '-1e400',
    '4.9e-324',
    '1e-400',
    '-0',
    '-0.0',
    '-0e5',
    '[1,-0]',
  ])('refuses the number %s, which a double would change', (text) => {
    expectCode(() => parseStrictJson(text), 'JSON_NOT_CANONICAL');
  });

  it('calls malformed numbers malformed', () => {
    for (const text of ['1-2', '01', '1.', '.5', '+1', '1e', '--1', '1.2.3', '-', '1e5e5'])
      expectCode(() => parseStrictJson(text), 'JSON_MALFORMED');
  });

  it('refuses malformed text without quoting it', () => {
    for (const text of ['', '{', '"secret', '{"secret":}', '\ufeff{}', 'secret', '[1,]', '{}x'])
      expectCode(() => parseStrictJson(text), 'JSON_MALFORMED');
    expect(() => parseStrictJson('{"secret":}')).not.toThrow(/secret/);
  });

  it('takes time linear in hostile numbers, strings and escapes', () => {
    const million = 1_000_000;
    const started = performance.now();
    expectCode(() => parseStrictJson(`1.${'0'.repeat(million)}1`), 'JSON_NOT_CANONICAL');
    expectCode(() => parseStrictJson(`1e${'9'.repeat(million)}`), 'JSON_NOT_CANONICAL');
    expectCode(() => parseStrictJson(`"${'\\"'.repeat(million)}`), 'JSON_MALFORMED');
    expectCode(() => parseStrictJson(`"${'\\\\'.repeat(million)}`), 'JSON_MALFORMED');
    // Quadratic work on a million digits takes minutes: the bound tells the two apart on any machine.
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('parseCanonicalJson', () => {
  it('reads back what canonicalJsonBytes writes', () => {
    fc.assert(
      fc.property(json, (value) => {
        const bytes = canonicalJsonBytes(value);
        expect(canonicalJsonBytes(parseCanonicalJson(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each([
    '{"b":1,"a":2}',
    '[1, 2]',
    '1.0',
    '1e2',
    '"\\u0041"',
    '"\\/"',
    ' 1',
    '1\n',
    '"\\u000A"',
  ])('refuses %s, which is written differently', (text) => {
    expectCode(() => parseCanonicalJson(utf8(text)), 'JSON_NOT_CANONICAL');
  });

  it('refuses bytes that are not UTF-8, or begin with a byte order mark', () => {
    expectCode(() => parseCanonicalJson(Uint8Array.of(0x22, 0xc0, 0x80, 0x22)), 'BYTES_MALFORMED');
    expectCode(() => parseCanonicalJson(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31)), 'JSON_MALFORMED');
  });

  it('refuses or reads differently every text with one bit changed', () => {
    fc.assert(
      fc.property(json, fc.nat(), fc.nat(7), (value, at, bit) => {
        const bytes = canonicalJsonBytes(value);
        const changed = new Uint8Array(bytes);
        const position = at % bytes.length;
        changed[position] = (changed[position] ?? 0) ^ (1 << bit);
        let read: Uint8Array;
        try {
          read = canonicalJsonBytes(parseCanonicalJson(changed));
        } catch (error) {
          expect(error).toBeInstanceOf(BaseError);
          return;
        }
        expect(read).toEqual(changed);
      }),
    );
  });
});

function expectCode(act: () => unknown, code: BaseErrorCode): void {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(BaseError);
  expect(thrown).toHaveProperty('code', code);
}

function withoutProto(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value).replaceAll('"__proto__":', '"proto":')) as JsonValue;
}

function hasMinusZero(value: JsonValue): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(hasMinusZero);
  return Object.is(value, -0);
}
