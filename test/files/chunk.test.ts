/** Chunks and references: the example of the page, and that whatever is encoded is decoded, and nothing else. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toHex, utf8 } from '../../src/base/bytes.js';
import { filesSecretOf, nameChunk, openChunk, sealChunk } from '../../src/files/chunks/chunk.js';
import {
  decodeReferences,
  encodeReferences,
  MAX_LEVEL,
  MAX_REFERENCES,
  type Reference,
} from '../../src/files/references.js';
import { formatExample } from '../support/format-examples.js';

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const reference: fc.Arbitrary<Reference> = fc.record({
  level: fc.integer({ min: 0, max: MAX_LEVEL }),
  size: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  address: bytes32,
  key: bytes32,
});

describe('the example of docs/formats/files.md', () => {
  const { tagsSecret = '', piece = '', ...example } = formatExample('files');

  test('is what the program makes', () => {
    const filesSecret = filesSecretOf(Buffer.from(tagsSecret, 'hex'));
    expect(toHex(filesSecret)).toBe(example['filesSecret']);
    const name = nameChunk(filesSecret, 0, utf8(piece));
    expect(toHex(name.address)).toBe(example['address']);
    expect(toHex(name.key)).toBe(example['key']);
    expect(toHex(sealChunk(name, utf8(piece)))).toBe(example['chunk']);
    const one = { level: 0, size: piece.length, ...name };
    expect(toHex(encodeReferences([one]))).toBe(example['reference']);
    const above = nameChunk(filesSecret, 1, encodeReferences([one, one]));
    expect(toHex(above.address)).toBe(example['addressAbove']);
  });
});

describe('references', () => {
  test('are read as they were written', () => {
    fc.assert(
      fc.property(fc.array(reference, { minLength: 1, maxLength: MAX_REFERENCES }), (all) => {
        expect(decodeReferences(encodeReferences(all))).toEqual(all);
      }),
      { numRuns: 50 },
    );
  });

  test('are refused of another length, of too many, and of a level that is not below', () => {
    fc.assert(
      fc.property(fc.array(reference, { minLength: 1, maxLength: 5 }), fc.nat(71), (all, more) => {
        const bytes = encodeReferences(all);
        if (more > 0)
          expect(() => decodeReferences(Buffer.concat([bytes, new Uint8Array(more)]))).toThrow();
        const highest = Math.max(...all.map(({ level }) => level));
        expect(() => decodeReferences(bytes, highest)).toThrow();
        expect(decodeReferences(bytes, highest + 1)).toEqual(all);
      }),
    );
    expect(() => decodeReferences(new Uint8Array(0))).toThrow();
    expect(() => decodeReferences(new Uint8Array(72 * (MAX_REFERENCES + 1)))).toThrow();
  });
});

describe('a chunk', () => {
  test('opens by its own name alone, and as it was sealed', () => {
    fc.assert(
      fc.property(
        bytes32,
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.nat(),
        (secret, piece, at) => {
          const name = nameChunk(secret, 0, piece);
          const block = sealChunk(name, piece);
          expect(openChunk(name, block)).toEqual(Uint8Array.from(piece));
          // The same bytes each time: that is what makes one that is there comparable.
          expect(sealChunk(name, piece)).toEqual(block);
          const other = nameChunk(secret, 1, piece);
          expect(other.address).not.toEqual(name.address);
          expect(openChunk(other, block)).toBeNull();
          const altered = Buffer.from(block);
          altered[at % altered.length] = (altered[at % altered.length] ?? 0) ^ 1;
          expect(openChunk(name, altered)).toBeNull();
          expect(openChunk(name, block.subarray(0, block.length - 1))).toBeNull();
        },
      ),
    );
  });
});
