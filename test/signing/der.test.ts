import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UnixMillis } from '../../src/base/brand.js';
import { concat, fromHex, toHex } from '../../src/base/bytes.js';
import { parseInstant } from '../../src/base/time.js';
import { DerFields } from '../../src/signing/der-fields.js';
import { derBytes, derContent, readDer } from '../../src/signing/der-reader.js';
import { contextPrimitiveTag, contextTag, TAG } from '../../src/signing/der-tag.js';
import {
  readBigInteger,
  readBitString,
  readBoolean,
  readExplicit,
  readNamedBits,
  readNull,
  readOctetString,
  readOid,
  readSequence,
  readSetOf,
  readSmallInteger,
  readTime,
} from '../../src/signing/der-values.js';
import {
  der,
  derBitString,
  derBoolean,
  derExplicit,
  derInteger,
  derNamedBits,
  derNull,
  derOctetString,
  derOid,
  derPrintableString,
  derSequence,
  derSetOf,
  derTime,
  derUtf8String,
} from '../../src/signing/der-writer.js';
import { SigningError } from '../../src/signing/signing-error.js';
import { encode, treeOf } from './support/der-tree.js';

const anyBytes = fc.uint8Array({ maxLength: 300 });
const anyOid = fc
  .tuple(fc.integer({ min: 0, max: 2 }), fc.array(fc.bigInt(0n, 2n ** 64n), { maxLength: 5 }))
  .chain(([root, rest]) =>
    fc.integer({ min: 0, max: 39 }).map((second) => [root, second, ...rest].join('.')),
  );
const anyInstant = fc
  .integer({ min: Date.UTC(1950, 0), max: Date.UTC(9999, 11, 31, 23, 59, 59) })
  .map((millis) => (Math.floor(millis / 1000) * 1000) as UnixMillis);

describe('what the writer writes', () => {
  it('is read back: integers', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 300n), 2n ** 300n), (value) => {
        expect(readBigInteger(readDer(derInteger(value)))).toBe(value);
      }),
    );
  });

  it('is read back: magnitudes as positive integers', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const value = bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
        expect(readBigInteger(readDer(derInteger(bytes)))).toBe(value);
      }),
    );
  });

  it('is read back: small integers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (value) => {
        expect(readSmallInteger(readDer(derInteger(value)))).toBe(value);
      }),
    );
  });

  it('is read back: object identifiers', () => {
    fc.assert(
      fc.property(anyOid, (oid) => {
        expect(readOid(readDer(derOid(oid)))).toBe(oid);
      }),
    );
  });

  it('is read back: strings of bytes and bits, booleans and NULL', () => {
    fc.assert(
      fc.property(anyBytes, fc.boolean(), fc.uniqueArray(fc.nat(40)), (bytes, flag, bits) => {
        expect(readOctetString(readDer(derOctetString(bytes)))).toEqual(bytes);
        expect(readBitString(readDer(derBitString(bytes)))).toEqual(bytes);
        expect(readBoolean(readDer(derBoolean(flag)))).toBe(flag);
        expect(readNamedBits(readDer(derNamedBits(bits)))).toEqual(new Set(bits));
        expect(readNull(readDer(derNull()))).toBeNull();
      }),
    );
  });

  it('is read back: instants from 1950 to 9999, to the second', () => {
    fc.assert(
      fc.property(anyInstant, (instant) => {
        expect(readTime(readDer(derTime(instant)))).toBe(instant);
      }),
    );
  });

  it('is read back whatever the order in which a set was given', () => {
    fc.assert(
      fc.property(fc.array(anyBytes, { maxLength: 8 }), (items) => {
        const elements = items.map(derOctetString);
        const bytes = derSetOf(elements);
        expect(derSetOf([...elements].reverse())).toEqual(bytes);
        expect(readSetOf(readDer(bytes))).toHaveLength(items.length);
      }),
    );
  });

  it('uses one, two, three and four octets for longer and longer contents', () => {
    for (const length of [0, 127, 128, 255, 256, 65_535, 65_536, 16_777_216]) {
      const limits = { maxBytes: 2 ** 26, maxNodes: 10, maxDepth: 10 };
      const node = readDer(derOctetString(new Uint8Array(length)), limits);
      expect(derContent(node)).toHaveLength(length);
    }
  });

  it('turns to GeneralizedTime in 2050, as RFC 5280 asks', () => {
    const [last, first] = ['2049-12-31T23:59:59.000Z', '2050-01-01T00:00:00.000Z'].map((text) =>
      readDer(derTime(parseInstant(text))),
    );
    expect(last?.tag).toBe(TAG.utcTime);
    expect(first?.tag).toBe(TAG.generalizedTime);
  });
});

/** Nested sequences, sets and context tags of every primitive. */
const anyDer = fc.letrec<{ value: Uint8Array }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(
      fc.bigInt(-(2n ** 70n), 2n ** 70n).map(derInteger),
      anyOid.map(derOid),
      anyBytes.map(derOctetString),
      anyBytes.map(derBitString),
      fc.boolean().map(derBoolean),
      fc.constant(derNull()),
      fc.string().map(derUtf8String),
      anyInstant.map(derTime),
      anyBytes.map((bytes) => der(contextPrimitiveTag(3), bytes)),
    ),
    fc.array(tie('value'), { maxLength: 4 }).map((fields) => derSequence(...fields)),
    fc.array(tie('value'), { maxLength: 4 }).map((elements) => derSetOf(elements)),
    fc.tuple(fc.nat(5), tie('value')).map(([number, value]) => derExplicit(number, value)),
  ),
})).value;

describe('reading arbitrary input', () => {
  it('takes every value apart and gives the same bytes when put together again', () => {
    fc.assert(
      fc.property(anyDer, (bytes) => {
        expect(toHex(encode(treeOf(bytes)))).toBe(toHex(bytes));
        expect(derBytes(readDer(bytes))).toEqual(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it('either reads bytes that can be written again as they are, or throws a SigningError', () => {
    let refused = 0;
    const check = (bytes: Uint8Array): void => {
      try {
        readDer(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(SigningError);
        refused++;
        return;
      }
      expect(toHex(encode(treeOf(bytes)))).toBe(toHex(bytes));
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), check), { numRuns: 5_000 });
    const mutated = fc.tuple(anyDer, fc.nat(), fc.nat(255)).map(([bytes, at, byte]) => {
      const copy = bytes.slice();
      copy[at % copy.length] = byte;
      return copy;
    });
    fc.assert(fc.property(mutated, check), { numRuns: 5_000 });
    expect(refused).toBeGreaterThan(1_000);
  });

  it('refuses every proper prefix and every extension of a value', () => {
    fc.assert(
      fc.property(anyDer, fc.uint8Array({ minLength: 1, maxLength: 4 }), (bytes, more) => {
        for (let length = 0; length < bytes.length; length++)
          expect(() => readDer(bytes.subarray(0, length))).toThrow(SigningError);
        expect(() => readDer(concat(bytes, more))).toThrow(SigningError);
      }),
      { numRuns: 50 },
    );
  });
});

describe('what is not DER', () => {
  const cases: readonly (readonly [name: string, hex: string])[] = [
    ['nothing at all', ''],
    ['a tag without a length', '30'],
    ['an indefinite length', '30800201010000'],
    ['a length of the reserved form', '04ff00'],
    ['a length that would be negative in 32 bits', '0484ffffffff00'],
    ['a length of five octets', '048500000000010a'],
    ['a long length for a short value', '0481010a'],
    ['a length with a leading zero', '048200010a'],
    ['a value longer than its container', '30030402aa'],
    ['a value shorter than its container, and rubbish', '300402010100'],
    ['a tag number above 30', '1f8101020101'],
    ['end-of-contents octets', '0000'],
    ['a primitive SEQUENCE', '1000'],
    ['a primitive SET', '1100'],
    ['a constructed OCTET STRING', '24030401aa'],
    ['a constructed INTEGER', '2203020101'],
    ['an empty INTEGER', '0200'],
    ['an INTEGER with a superfluous 00', '02020001'],
    ['an INTEGER with a superfluous ff', '0202ff80'],
    ['a BOOLEAN that is neither 00 nor ff', '010101'],
    ['a BOOLEAN of two octets', '0102ffff'],
    ['a NULL with contents', '050100'],
    ['an empty OBJECT IDENTIFIER', '0600'],
    ['an arc with leading zeros', '06032a8001'],
    ['an arc without an end', '06022a86'],
    ['an OBJECT IDENTIFIER of 65 octets', '0641' + '2a'.repeat(65)],
    ['a BIT STRING without its count of unused bits', '0300'],
    ['a BIT STRING with eight unused bits', '03020800'],
    ['an empty BIT STRING with unused bits', '030101'],
    ['a BIT STRING whose unused bits are set', '03020101'],
    ['a SET out of order', '3106020102020101'],
    ['a SET ordered as if lengths did not count', '3107020200ff020101'],
  ];

  it.each(cases)('is refused: %s', (_name, hex) => {
    const read = () => readDer(fromHex(hex));
    expect(read).toThrow(expect.objectContaining({ code: 'DER_MALFORMED' }));
  });
});

describe('limits', () => {
  const limits = { maxBytes: 1_000, maxNodes: 50, maxDepth: 8 };
  const nested = (depth: number): Uint8Array =>
    depth === 1 ? derNull() : derSequence(nested(depth - 1));

  it('admits what is just within them', () => {
    expect(() => readDer(nested(8), limits)).not.toThrow();
    expect(() =>
      readDer(derSequence(...Array<Uint8Array>(49).fill(derNull())), limits),
    ).not.toThrow();
    expect(() => readDer(derOctetString(new Uint8Array(996)), limits)).not.toThrow();
  });

  it.each([
    ['too deep', nested(9)],
    ['too many values', derSequence(...Array<Uint8Array>(50).fill(derNull()))],
    ['too large', derOctetString(new Uint8Array(997))],
  ])('refuses what is %s', (_name, bytes) => {
    expect(() => readDer(bytes, limits)).toThrow(expect.objectContaining({ code: 'DER_LIMIT' }));
  });

  it('refuses a hundred thousand nested sequences without running out of stack', () => {
    const bytes = new Uint8Array(60_000).fill(0x30);
    expect(() => readDer(bytes)).toThrow(SigningError);
  });
});

describe('typed reading', () => {
  it('refuses a value of another type', () => {
    const text = readDer(derPrintableString('no number'));
    for (const read of [readBigInteger, readOid, readBoolean, readTime, readSequence, readSetOf])
      expect(() => read(text)).toThrow(SigningError);
  });

  it('refuses a small integer that is negative or above 2³¹−1', () => {
    for (const value of [-1n, 2n ** 31n, 2n ** 64n])
      expect(() => readSmallInteger(readDer(derInteger(value)))).toThrow(SigningError);
  });

  it('applies the rules of INTEGER under an IMPLICIT tag', () => {
    const tag = contextPrimitiveTag(0);
    expect(readSmallInteger(readDer(der(tag, Uint8Array.of(5))), tag)).toBe(5);
    const notMinimal = readDer(der(tag, Uint8Array.of(0, 5)));
    expect(() => readSmallInteger(notMinimal, tag)).toThrow(SigningError);
  });

  it('refuses a BIT STRING that is not of whole bytes where bytes are wanted', () => {
    expect(() => readBitString(readDer(fromHex('030204f0')))).toThrow(SigningError);
  });

  it('refuses an EXPLICIT tag around nothing or around two values', () => {
    for (const inner of [[], [derNull(), derNull()]])
      expect(() => readExplicit(readDer(der(contextTag(1), ...inner)), contextTag(1))).toThrow(
        SigningError,
      );
  });

  it.each([
    ['a day that does not exist', '260230120000Z'],
    ['a month that does not exist', '261330120000Z'],
    ['a leap second', '261231235960Z'],
    ['no seconds', '2612312359Z'],
    ['a time zone', '261231235900+0100'],
    ['no time zone', '261231235900'],
    ['letters', '26123123590oZ'],
  ])('refuses a UTCTime with %s', (_name, text) => {
    expect(() => readTime(readDer(der(TAG.utcTime, Buffer.from(text))))).toThrow(SigningError);
  });

  it.each([
    ['the form of UTCTime', '261231235900Z'],
    ['a fraction', '20261231235900.5Z'],
    ['29 February of a common year', '21000229000000Z'],
  ])('refuses a GeneralizedTime with %s', (_name, text) => {
    const node = readDer(der(TAG.generalizedTime, Buffer.from(text)));
    expect(() => readTime(node)).toThrow(SigningError);
  });

  it('reads two-digit years as 1950 to 2049', () => {
    const year = (text: string): string =>
      new Date(readTime(readDer(der(TAG.utcTime, Buffer.from(text))))).toISOString().slice(0, 4);
    expect([year('491231235959Z'), year('500101000000Z')]).toEqual(['2049', '1950']);
  });

  it('gives the fields of a sequence in order and refuses what is left over or missing', () => {
    const fields = DerFields.of(readDer(derSequence(derInteger(1), derNull(), derBoolean(true))));
    expect(readSmallInteger(fields.next())).toBe(1);
    expect(fields.optional(TAG.boolean)).toBeUndefined();
    expect(fields.optional(TAG.null)).toBeDefined();
    expect(() => {
      fields.end();
    }).toThrow(SigningError);
    expect(readBoolean(fields.next())).toBe(true);
    fields.end();
    expect(fields.optionalAny()).toBeUndefined();
    expect(() => fields.next()).toThrow(SigningError);
  });
});
