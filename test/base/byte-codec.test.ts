import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ByteReader, ByteWriter } from '../../src/base/byte-codec.js';
import { BaseError } from '../../src/base/errors.js';

type Field =
  | { kind: 'u8' | 'u16' | 'u32' | 'u64'; value: number }
  | { kind: 'bytes' | 'bytes16' | 'bytes32'; value: Uint8Array };

const bytes = fc.uint8Array({ maxLength: 300 });
const field: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ kind: fc.constant('u8' as const), value: fc.nat(0xff) }),
  fc.record({ kind: fc.constant('u16' as const), value: fc.nat(0xffff) }),
  fc.record({ kind: fc.constant('u32' as const), value: fc.integer({ min: 0, max: 0xffff_ffff }) }),
  fc.record({ kind: fc.constant('u64' as const), value: fc.maxSafeNat() }),
  fc.record({ kind: fc.constantFrom('bytes' as const, 'bytes16', 'bytes32'), value: bytes }),
);

describe('ByteWriter and ByteReader', () => {
  it('read back every sequence of fields, whatever the first capacity', () => {
    fc.assert(
      fc.property(fc.array(field, { maxLength: 30 }), fc.nat(64), (fields, capacity) => {
        const written = writeAll(fields, capacity);
        const reader = new ByteReader(written);
        for (const item of fields) expect(readOne(reader, item)).toEqual(item.value);
        expect(reader.remaining).toBe(0);
        reader.end();
      }),
    );
  });

  it('refuse every truncation and every trailing byte', () => {
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 5 }), fc.nat(), (fields, seed) => {
        const written = writeAll(fields, 16);
        fc.pre(written.length > 0);
        const cut = written.subarray(0, seed % written.length);
        expect(() => {
          readAll(cut, fields);
        }).toThrow(BaseError);
        expect(() => {
          readAll(Uint8Array.of(...written, 0), fields);
        }).toThrow(BaseError);
      }),
    );
  });

  it('write integers big-endian', () => {
    const writer = new ByteWriter(0);
    writer.u8(0xfe);
    writer.u16(0x0102);
    writer.u32(0xfffefdfc);
    writer.u64(Number.MAX_SAFE_INTEGER);
    expect(Buffer.from(writer.finish()).toString('hex')).toBe('fe0102fffefdfc001fffffffffffff');
  });

  it('refuse a u64 that no number holds exactly', () => {
    const reader = new ByteReader(Buffer.from('0020000000000000', 'hex'));
    expect(() => reader.u64()).toThrow('2⁵³');
  });

  it('refuse a field whose length comes out negative', () => {
    const reader = new ByteReader(new Uint8Array(3));
    expect(() => reader.bytes(reader.remaining - 16)).toThrow('too soon');
  });

  it('refuse a length above its maximum though the bytes are there', () => {
    const writer = new ByteWriter();
    writer.bytes32(new Uint8Array(5));
    const written = writer.finish();
    expect(new ByteReader(written).bytes32(5)).toHaveLength(5);
    expect(() => new ByteReader(written).bytes32(4)).toThrow('maximum of 4');
    expect(() => new ByteReader(written.subarray(2)).bytes16(4)).toThrow('maximum of 4');
  });

  it('refuse numbers outside of their field as a programmer’s mistake', () => {
    const writer = new ByteWriter();
    expect(() => {
      writer.u8(256);
    }).toThrow('assertion failed');
    expect(() => {
      writer.u16(-1);
    }).toThrow('assertion failed');
    expect(() => {
      writer.u32(0.5);
    }).toThrow('assertion failed');
    expect(() => {
      writer.u64(2 ** 53);
    }).toThrow('assertion failed');
    expect(() => {
      writer.bytes16(new Uint8Array(65_536));
    }).toThrow('assertion failed');
    expect(writer.length).toBe(0);
  });

  it('start anew after finish and leave alone what was handed over', () => {
    const writer = new ByteWriter(4);
    writer.u8(1);
    const first = writer.finish();
    writer.u8(2);
    expect(first).toEqual(Uint8Array.of(1));
    expect(writer.finish()).toEqual(Uint8Array.of(2));
  });
});

function writeAll(fields: readonly Field[], capacity: number): Uint8Array {
  const writer = new ByteWriter(capacity);
  for (const item of fields) {
    switch (item.kind) {
      case 'bytes':
      case 'bytes16':
      case 'bytes32':
        writer[item.kind](item.value);
        break;
      default:
        writer[item.kind](item.value);
    }
  }
  return writer.finish();
}

function readAll(input: Uint8Array, fields: readonly Field[]): void {
  const reader = new ByteReader(input);
  for (const item of fields) readOne(reader, item);
  reader.end();
}

function readOne(reader: ByteReader, item: Field): number | Uint8Array {
  switch (item.kind) {
    case 'bytes':
      return new Uint8Array(reader.bytes(item.value.length));
    case 'bytes16':
      return new Uint8Array(reader.bytes16());
    case 'bytes32':
      return new Uint8Array(reader.bytes32(300));
    default:
      return reader[item.kind]();
  }
}
