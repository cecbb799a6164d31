import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concat, fromHex, toHex } from '../../src/base/bytes.js';
import { toDer } from '../../src/signing/ber-to-der.js';
import { readDer } from '../../src/signing/der-reader.js';
import { contextTag } from '../../src/signing/der-tag.js';
import {
  der,
  derBitString,
  derBoolean,
  derInteger,
  derNamedBits,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derTime,
  derUtf8String,
} from '../../src/signing/der-writer.js';
import { SigningError } from '../../src/signing/signing-error.js';
import { BerEncoder } from './support/ber-encoder.js';
import { treeOf } from './support/der-tree.js';
import { NOW } from './support/test-pki.js';

const anyPrimitive = fc.oneof(
  fc.bigInt().map(derInteger),
  fc.boolean().map(derBoolean),
  fc.uint8Array({ maxLength: 300 }).map(derOctetString),
  fc.uint8Array({ maxLength: 20 }).map(derBitString),
  fc.uniqueArray(fc.nat(40)).map(derNamedBits),
  fc.string().map(derUtf8String),
  fc.constantFrom(derNull(), derOid('1.2.840.113549'), derTime(NOW)),
  fc.uint8Array().map((bytes) => der(0x80, bytes)),
);
const { anyValue } = fc.letrec<{ anyValue: Uint8Array }>((tie) => ({
  anyValue: fc.oneof(
    { depthSize: 'small' },
    anyPrimitive,
    fc.array(tie('anyValue'), { maxLength: 6 }).map((items) => derSequence(...items)),
    fc.array(tie('anyValue'), { maxLength: 6 }).map((items) => derSetOf(items)),
    fc.array(tie('anyValue'), { maxLength: 3 }).map((items) => der(contextTag(0), ...items)),
  ),
}));
const anyTape = fc.array(fc.nat(255), { maxLength: 400 });

describe('BER', () => {
  it('becomes the DER of its value, whatever its form', () => {
    let changed = 0;
    fc.assert(
      fc.property(anyValue, anyTape, (value, tape) => {
        const ber = new BerEncoder(tape).encode(treeOf(value));
        if (toHex(ber) !== toHex(value)) changed++;
        expect(toHex(toDer(ber))).toBe(toHex(value));
      }),
      { numRuns: 500 },
    );
    expect(changed).toBeGreaterThan(250);
  });

  it('that is DER comes back as the same bytes', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(toDer(value)).toBe(value);
      }),
    );
  });

  it('with any byte changed is refused or becomes DER', () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(anyValue, anyTape, change, (value, tape, [position, bits]) => {
        const bent = new BerEncoder(tape).encode(treeOf(value)).slice();
        const at = position % bent.length;
        bent[at] = (bent[at] ?? 0) ^ bits;
        const result = transcoded(bent);
        if (result instanceof SigningError) return;
        expect(() => readDer(result)).not.toThrow();
        expect(toDer(result)).toBe(result);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['an indefinite length', '3080020101 0000', '3003020101'],
    ['an indefinite length that holds another', '3080a080020101 0000 0000', '3005a003020101'],
    ['a long length', '308400000003020101', '3003020101'],
    ['a length of nine octets', '3089000000000000000003020101', '3003020101'],
    ['an OCTET STRING in pieces', '24800401aa0402bbcc0000', '0403aabbcc'],
    ['an OCTET STRING in no pieces', '2400', '0400'],
    ['pieces in pieces', '2480240a0401aa24050401bb0400 0401cc0000', '0403aabbcc'],
    ['a BIT STRING in pieces', '23090302000a0303041230', '0304040a1230'],
    ['a BIT STRING with unused bits that are set', '030207ff', '03020780'],
    ['text in pieces', '2c080402c3bc0402c3bc', '0c04c3bcc3bc'],
    ['a BOOLEAN that is 01', '010101', '0101ff'],
    ['a set out of order', '3106020102020101', '3106020101020102'],
    ['a set in order only by its BER', '31070401bb24020400', '310504000401bb'],
  ])('is read: %s', (_name, ber, expected) => {
    expect(toHex(toDer(hex(ber)))).toBe(expected);
  });

  it.each([
    ['nothing', ''],
    ['a tag alone', '30'],
    ['an indefinite length without an end', '3080020101'],
    ['half an end', '308002010100'],
    ['an end with a length', '30800201010001'],
    ['an end where nothing is open', '30020000'],
    ['an indefinite length of a primitive', '04800000'],
    ['a length that ends behind its container', '3003020200'],
    ['a length that is beyond everything', '3089ffffffffffffffffff'],
    ['bytes behind the end', '05000500'],
    ['bytes behind the end of an indefinite value', '308000000500'],
    ['an INTEGER in pieces', '2203020101'],
    ['an OBJECT IDENTIFIER in pieces', '260306012a'],
    ['a primitive SEQUENCE', '1003020101'],
    ['a piece of another type', '2403020101'],
    ['a BIT STRING with an empty piece', '23020300'],
    ['a BIT STRING with unused bits in its first piece', '23080302040003020400'],
    ['an INTEGER that is not minimal', '02020001'],
    ['a tag number above 30', '1f1f00'],
    ['an arc with leading zeros in a BER container', '308006032a80010000'],
  ])('is refused: %s', (_name, ber) => {
    expect(() => toDer(hex(ber))).toThrow(expect.objectContaining({ code: 'DER_MALFORMED' }));
  });
});

describe('limits of BER', () => {
  const limits = { maxBytes: 1_000, maxNodes: 50, maxDepth: 8 };
  const indefinite = (depth: number): Uint8Array =>
    depth === 1
      ? derNull()
      : concat(Uint8Array.of(0x30, 0x80), indefinite(depth - 1), Uint8Array.of(0, 0));
  const pieces = (count: number): Uint8Array =>
    concat(
      Uint8Array.of(0x24, 0x80),
      ...Array<Uint8Array>(count).fill(derOctetString(Uint8Array.of(7))),
      Uint8Array.of(0, 0),
    );

  it('admit what is just within them', () => {
    expect(toDer(indefinite(8), limits)).toHaveLength(2 * 8);
    expect(toDer(pieces(49), limits)).toHaveLength(2 + 49);
  });

  it.each([
    ['too deep', indefinite(9)],
    ['too many values', pieces(50)],
    ['too large', concat(pieces(1), new Uint8Array(1_000))],
  ])('refuse what is %s', (_name, ber) => {
    expect(() => toDer(ber, limits)).toThrow(expect.objectContaining({ code: 'DER_LIMIT' }));
  });

  it('refuse a hundred thousand open values without running out of stack', () => {
    expect(transcoded(new Uint8Array(65_000).fill(0x24))).toBeInstanceOf(SigningError);
    const open = Uint8Array.from({ length: 65_000 }, (_, i) => (i % 2 === 0 ? 0x30 : 0x80));
    expect(transcoded(open)).toBeInstanceOf(SigningError);
  });
});

function transcoded(ber: Uint8Array): Uint8Array | SigningError {
  try {
    return toDer(ber);
  } catch (error) {
    if (error instanceof SigningError) return error;
    throw error;
  }
}

function hex(text: string): Uint8Array {
  return fromHex(text.replaceAll(' ', ''));
}
