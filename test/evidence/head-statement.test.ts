import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TreeSize } from '../../src/base/brand.js';
import { concat, sha256Digest, toHex, utf8 } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import { headValueOf, mapKeyOf } from '../../src/evidence/epoch-map.js';
import {
  formatHeadStatement,
  type HeadStatement,
  originHash,
  parseHeadStatement,
} from '../../src/evidence/head-statement.js';
import { failure } from '../support/errors.js';

const word = fc.uint8Array({ minLength: 32, maxLength: 32 });
const count = fc.maxSafeNat();
const heads: fc.Arbitrary<HeadStatement> = fc.record({
  originHash: word.map(sha256Digest),
  size: count.map((value) => value as TreeSize),
  rootHash: word.map(sha256Digest),
  discoveryKey: word,
  fork: count,
  length: count,
  treeHash: word,
});

describe('the head statement', () => {
  it('is what docs/formats/epoch.md says', () => {
    const head: HeadStatement = {
      originHash: originHash('log.example/acme/kyc'),
      size: 3 as TreeSize,
      rootHash: sha256(utf8('root')),
      discoveryKey: new Uint8Array(32).fill(0xd1),
      fork: 1,
      length: 2,
      treeHash: new Uint8Array(32).fill(0x7e),
    };
    const number = (value: number): string => value.toString(16).padStart(16, '0');
    expect(toHex(formatHeadStatement(head))).toBe(
      [
        toHex(utf8('CGH1')),
        toHex(sha256(utf8('log.example/acme/kyc'))),
        number(3),
        toHex(sha256(utf8('root'))),
        'd1'.repeat(32),
        number(1),
        number(2),
        '7e'.repeat(32),
      ].join(''),
    );
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(heads, (head) => {
        const bytes = formatHeadStatement(head);
        expect(bytes).toHaveLength(156);
        expect(parseHeadStatement(bytes)).toEqual(head);
      }),
    );
  });

  it('is refused with another beginning, too short, too long, or with numbers too large', () => {
    fc.assert(
      fc.property(heads, fc.nat(3), fc.nat(155), (head, letter, length) => {
        const bytes = formatHeadStatement(head);
        const begun = bytes.slice();
        begun[letter] = (begun[letter] ?? 0) ^ 1;
        const large = bytes.slice();
        large[36] = 0xff;
        for (const other of [begun, large, bytes.slice(0, length), concat(bytes, Uint8Array.of(0))])
          expect(failure(() => parseHeadStatement(other)).code).toBe('EVIDENCE_MALFORMED');
      }),
    );
  });
});

describe('keys and values of the maps', () => {
  it('are what docs/formats/epoch.md says', () => {
    const handle = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(mapKeyOf(handle)).toEqual(sha256(utf8('chirograph/handle/1\0'), handle));
    const salt = new Uint8Array(32).fill(9);
    expect(headValueOf(salt, utf8('head'))).toEqual(sha256(salt, utf8('head')));
  });
});
