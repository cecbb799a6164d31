import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromHex, toHex } from '../../../src/base/bytes.js';
import {
  decodeCompactTarget,
  encodeCompactTarget,
  meetsTarget,
  parseBlockHeader,
} from '../../../src/evidence/bitcoin/block-header.js';
import { hash256 } from '../../../src/evidence/bitcoin/hash256.js';
import { refusal } from './error-code.js';
import { mineHeader, sha256d } from './synthetic-chain.js';
import { blocks, spv, targets } from './vectors.js';

describe('hash256', () => {
  it('is SHA-256 twice, as others compute it', () => {
    for (const { input, output } of spv.hash256)
      expect(toHex(hash256(fromHex(input)))).toBe(output);
  });
});

describe('parseBlockHeader', () => {
  it('reads real headers, with the hash they are known by and work that meets their target', () => {
    for (const { hex, hash } of blocks) {
      const header = parseBlockHeader(fromHex(hex).subarray(0, 80));
      expect(header.hash).toBe(hash);
      expect(meetsTarget(header)).toBe(true);
    }
  });

  it('reads the fields of the genesis block', () => {
    const genesis = parseBlockHeader(fromHex(blocks[0]?.hex ?? '').subarray(0, 80));
    expect(genesis).toMatchObject({
      version: 1,
      previousBlock: '0'.repeat(64),
      time: 1231006505,
      bits: 0x1d00ffff,
      nonce: 2083236893,
    });
    expect(toHex(genesis.merkleRoot.toReversed())).toBe(
      '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b',
    );
  });

  it.each([79, 81])('refuses %i bytes', (length) => {
    expect(refusal(() => parseBlockHeader(new Uint8Array(length)))).toMatch(
      /^BITCOIN_HEADER_MALFORMED: .*(too early|left over)/,
    );
  });

  it('sees that a header’s hash does not meet its target', () => {
    const fields = { previous: sha256d(Buffer.of(0)), merkleRoot: sha256d(Buffer.of(1)) };
    expect(meetsTarget(parseBlockHeader(mineHeader(fields)))).toBe(true);
    expect(meetsTarget(parseBlockHeader(mineHeader({ ...fields, meetsTarget: false })))).toBe(
      false,
    );
  });
});

describe('decodeCompactTarget', () => {
  it.each(targets.filter(({ bits }) => bits !== 'cffca00' && bits !== '1b80ffff'))(
    'reads and writes $bits',
    ({ bits, expected }) => {
      const compact = Number.parseInt(bits, 16);
      expect(decodeCompactTarget(compact).toString(16).padStart(64, '0')).toBe(expected);
      expect(encodeCompactTarget(BigInt(`0x${expected}`))).toBe(compact);
    },
  );

  it.each([
    ['negative', 0x0cffca00],
    ['negative', 0x1b80ffff],
    ['1…2²⁵⁶', 0x1d000000],
    ['1…2²⁵⁶', 0x01003456],
    ['1…2²⁵⁶', 0x2200ffff + 0x7f0000],
    ['beyond 256 bits', 0x23000001],
    ['compact form', 0x1e0000ff],
  ])('refuses what is %s: %i', (reason, bits) => {
    expect(refusal(() => decodeCompactTarget(bits))).toContain(reason);
  });

  it('reads only what it would write', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (bits) => {
        let target: bigint;
        try {
          target = decodeCompactTarget(bits);
        } catch {
          return;
        }
        expect(encodeCompactTarget(target)).toBe(bits);
      }),
      { numRuns: 2000 },
    );
  });

  it('rounds a target down, never up', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: (1n << 256n) - 1n }), (target) => {
        const rounded = decodeCompactTarget(encodeCompactTarget(target));
        expect(rounded <= target && target - rounded <= target >> 14n).toBe(true);
      }),
    );
  });
});
