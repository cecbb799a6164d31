import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LeafIndex } from '../../src/base/brand.js';
import { ByteWriter } from '../../src/base/byte-codec.js';
import { concat, fromHex, toHex, utf8 } from '../../src/base/bytes.js';
import { MAX_BLOCK_LENGTH, openBlock, sealBlock } from '../../src/records/block.js';
import { type Bundle, entryLength, readBundle, writeBundle } from '../../src/records/bundle.js';
import { RecordsError } from '../../src/records/records-error.js';
import { idempotencyTag, recordTag } from '../../src/records/tag.js';
import { failure } from '../support/errors.js';
import { formatExample } from '../support/format-examples.js';
import { SeededRandom } from '../support/seeded-random.js';
import { bytes32 } from './arbitraries.js';

const bytes = fc.uint8Array({ maxLength: 80 });
const entry = fc.record({
  statement: bytes,
  idempotency: fc.option(fc.record({ key: bytes32, record: bytes32 })),
  sealedParts: fc.array(bytes, { maxLength: 4 }),
});
const bundle: fc.Arbitrary<Bundle> = fc.record({
  firstIndex: fc.maxSafeNat().map((index) => index as LeafIndex),
  vaultRows: fc.array(bytes, { maxLength: 3 }),
  entries: fc.array(entry, { minLength: 1, maxLength: 5 }),
});

describe('a bundle', () => {
  it('round-trips', () => {
    fc.assert(
      fc.property(bundle, (value) => {
        expect(readBundle(written(value))).toEqual(value);
      }),
    );
  });

  it('has one encoding: what can be read is written the same', () => {
    fc.assert(
      fc.property(bundle, fc.nat(), fc.nat(7), (value, at, bit) => {
        const changed = written(value);
        const position = at % changed.length;
        changed[position] = (changed[position] ?? 0) ^ (1 << bit);
        let read;
        try {
          read = readBundle(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(RecordsError);
          return;
        }
        expect(written(read)).toEqual(changed);
      }),
      { numRuns: 500 },
    );
  });

  it('is refused cut short and with a byte behind it', () => {
    fc.assert(
      fc.property(bundle, fc.nat(), (value, at) => {
        const whole = written(value);
        expect(failure(() => readBundle(whole.subarray(0, at % whole.length))).code).toBe(
          'BLOCK_MALFORMED',
        );
        expect(() => readBundle(concat(whole, Uint8Array.of(0)))).toThrow(RecordsError);
      }),
    );
  });

  it('is refused without an entry, and when its counts promise more than there is', () => {
    const empty = new ByteWriter();
    empty.u64(0);
    empty.u32(0);
    empty.u32(0);
    expect(() => readBundle(empty.finish())).toThrow('no entry');
    const boastful = new ByteWriter();
    boastful.u64(0);
    boastful.u32(0xffff_ffff);
    expect(() => readBundle(boastful.finish())).toThrow(RecordsError);
    expect(() => written({ firstIndex: 0 as LeafIndex, vaultRows: [], entries: [] })).toThrow(
      'a bundle has an entry',
    );
  });

  it('grows by entryLength with every entry', () => {
    fc.assert(
      fc.property(bundle, entry, (value, more) => {
        const grown = { ...value, entries: [...value.entries, more] };
        expect(written(grown).length - written(value).length).toBe(entryLength(more));
      }),
    );
  });
});

describe('a block', () => {
  const random = new SeededRandom('block');
  const place = { coreKey: new Uint8Array(32).fill(9), blockNumber: 3 };

  it('opens with its key at its place', () => {
    fc.assert(
      fc.property(bundle, bytes32, (value, key) => {
        expect(openBlock(sealBlock(value, key, place, random), key, place)).toEqual(value);
      }),
    );
  });

  it('opens nowhere else, with no other key, and not with one bit changed', () => {
    fc.assert(
      fc.property(bundle, bytes32, fc.nat(), (value, key, at) => {
        const block = sealBlock(value, key, place, random);
        const flipped = new Uint8Array(block);
        const position = at % block.length;
        flipped[position] = (flipped[position] ?? 0) ^ 0x80;
        const expected = position === 0 ? 'RECORD_FORMAT_NEWER' : 'SEAL_REFUSED';
        expect(failure(() => openBlock(flipped, key, place)).code).toBe(expected);
        const otherKey = new Uint8Array(key);
        otherKey[at % 32] = (otherKey[at % 32] ?? 0) ^ 1;
        for (const [otherwise, where] of [
          [otherKey, place],
          [key, { ...place, blockNumber: 4 }],
          [key, { ...place, coreKey: new Uint8Array(32) }],
        ] as const)
          expect(failure(() => openBlock(block, otherwise, where)).code).toBe('SEAL_REFUSED');
        expect(() => openBlock(block.subarray(0, position), key, place)).toThrow(RecordsError);
      }),
    );
  });

  it('holds 8 MiB and no more', () => {
    const key = new Uint8Array(32);
    const filled = (length: number): Bundle => ({
      firstIndex: 0 as LeafIndex,
      vaultRows: [new Uint8Array(length)],
      entries: [{ statement: new Uint8Array(0), idempotency: null, sealedParts: [] }],
    });
    const overhead = sealBlock(filled(0), key, place, random).length;
    const largest = sealBlock(filled(MAX_BLOCK_LENGTH - overhead), key, place, random);
    expect(largest).toHaveLength(MAX_BLOCK_LENGTH);
    expect(openBlock(largest, key, place).entries).toHaveLength(1);
    const tooLarge = filled(MAX_BLOCK_LENGTH - overhead + 1);
    expect(failure(() => sealBlock(tooLarge, key, place, random)).code).toBe('RECORD_TOO_LARGE');
    expect(() => openBlock(new Uint8Array(MAX_BLOCK_LENGTH + 1), key, place)).toThrow(RecordsError);
  });

  it('is what docs/formats/block.md shows', () => {
    const example = formatExample('block');
    const hex = (name: string): Uint8Array => fromHex(example[name] ?? 'missing');
    const opened = openBlock(hex('block'), hex('block key'), {
      coreKey: hex('Hypercore key'),
      blockNumber: Number(example['block number']),
    });
    const secret = fromHex(formatExample('commitment')['S'] ?? '');
    expect(toHex(recordTag(secret, example['canonical record'] ?? ''))).toBe(
      example['canonical record tag'],
    );
    const { ledger = '', 'Idempotency-Key': key = '' } = example;
    expect(toHex(idempotencyTag(hex('tenant idempotency key'), ledger, key))).toBe(
      example['idempotency tag'],
    );
    expect(opened).toEqual({
      firstIndex: 7,
      vaultRows: [],
      entries: [
        {
          statement: utf8(formatExample('statement')['statement'] ?? ''),
          idempotency: { key: hex('idempotency tag'), record: hex('canonical record tag') },
          sealedParts: ['header', 'commitment'].map((page) =>
            fromHex(formatExample(page)['sealed part'] ?? ''),
          ),
        },
      ],
    });
  });
});

function written(value: Bundle): Uint8Array {
  const writer = new ByteWriter(0);
  writeBundle(writer, value);
  return writer.finish();
}
