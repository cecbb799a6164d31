/** Messages about chunks are read as they were written, and nothing else is. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  ADDRESS_LENGTH,
  CHUNK_CODEC,
  type ChunkMessage,
  HOLD_ANSWERS,
  MAX_BLOCK_BYTES,
  MAX_CHUNK_MESSAGE_BYTES,
  MAX_WANTED,
} from '../../../src/replication/chunks/chunk-message.js';

const address = fc.uint8Array({ minLength: ADDRESS_LENGTH, maxLength: ADDRESS_LENGTH });
const origin = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
const id = fc.nat({ max: 2 ** 32 - 1 });
const message: fc.Arbitrary<ChunkMessage> = fc.oneof(
  fc.record({
    kind: fc.constant('want' as const),
    origin,
    addresses: fc.array(address, { minLength: 1, maxLength: MAX_WANTED }),
  }),
  fc.record({
    kind: fc.constant('chunk' as const),
    address,
    block: fc.uint8Array({ minLength: 1, maxLength: 500 }),
  }),
  fc.record({ kind: fc.constant('none' as const), address }),
  fc.record({
    kind: fc.constant('hold' as const),
    id,
    origin,
    content: fc.uint8Array({ minLength: 1, maxLength: 500 }),
  }),
  fc.record({ kind: fc.constant('held' as const), id, answer: fc.constantFrom(...HOLD_ANSWERS) }),
);

describe('messages about chunks', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(message, (one) => {
        expect(CHUNK_CODEC.decode(CHUNK_CODEC.encode(one))).toEqual(one);
      }),
    );
  });

  it('have one encoding each: what is read is written again as it was', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 200 }), (bytes) => {
        let read: ChunkMessage;
        try {
          read = CHUNK_CODEC.decode(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BYTES_MALFORMED' });
          return;
        }
        expect(Buffer.from(CHUNK_CODEC.encode(read))).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  it('keep nothing of the bytes that they came in', () => {
    const bytes = CHUNK_CODEC.encode({
      ...{ kind: 'chunk', address: Buffer.alloc(32, 1), block: Buffer.alloc(9, 2) },
    });
    const read = CHUNK_CODEC.decode(bytes);
    bytes.fill(0xff);
    expect(read).toEqual({
      ...{ kind: 'chunk', address: new Uint8Array(32).fill(1), block: new Uint8Array(9).fill(2) },
    });
  });

  it('are refused with more chunks, or larger ones, than there are', () => {
    const want = (count: number): Uint8Array =>
      Buffer.concat([Buffer.from([1, 0, 1, 0x61]), Buffer.alloc(count * ADDRESS_LENGTH)]);
    expect(CHUNK_CODEC.decode(want(MAX_WANTED))).toMatchObject({ kind: 'want' });
    for (const count of [0, MAX_WANTED + 1])
      expect(() => CHUNK_CODEC.decode(want(count))).toThrow();
    const chunk = (length: number): Uint8Array =>
      Buffer.concat([Buffer.from([2]), Buffer.alloc(ADDRESS_LENGTH + length)]);
    expect(chunk(MAX_BLOCK_BYTES)).toHaveLength(MAX_CHUNK_MESSAGE_BYTES);
    expect(CHUNK_CODEC.decode(chunk(MAX_BLOCK_BYTES))).toMatchObject({ kind: 'chunk' });
    for (const length of [0, MAX_BLOCK_BYTES + 1])
      expect(() => CHUNK_CODEC.decode(chunk(length))).toThrow();
    expect(() => CHUNK_CODEC.decode(Buffer.from([5, 0, 0, 0, 1, 4]))).toThrow();
    expect(() => CHUNK_CODEC.decode(Buffer.from([5, 0, 0, 0, 1, 0]))).toThrow();
    expect(() => CHUNK_CODEC.decode(Buffer.from([6]))).toThrow();
  });
});
