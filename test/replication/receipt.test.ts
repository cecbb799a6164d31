import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TreeSize, UnixMillis } from '../../src/base/brand.js';
import { sha256Digest, utf8, utf8ToString } from '../../src/base/bytes.js';
import { canonicalJsonBytes } from '../../src/base/canonical-json.js';
import { type Receipt, signReceipt, verifyReceipt } from '../../src/replication/receipt.js';
import { ed25519Key } from '../../src/tlog/ed25519.js';

const KEY = ed25519Key(new Uint8Array(32).fill(5));
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });

const receipts: fc.Arbitrary<Receipt> = fc.record({
  origin: fc.stringMatching(/^[a-z]{1,20}\/[a-z]{1,20}\/[a-z]{1,20}$/),
  term: fc.record({ number: count, node: bytes32 }),
  by: fc.constant(KEY.publicKey),
  length: count,
  treeHash: bytes32,
  size: count.map((size) => size as TreeSize),
  rootHash: bytes32.map(sha256Digest),
  at: fc.integer({ min: 0, max: Date.UTC(2200, 0) }).map((at) => at as UnixMillis),
});

describe('a receipt', () => {
  it('says what was signed', () => {
    fc.assert(
      fc.property(receipts, (receipt) => {
        expect(verifyReceipt(signReceipt(receipt, KEY))).toEqual(receipt);
      }),
    );
  });

  it('does not verify once a byte of it is another', () => {
    fc.assert(
      fc.property(receipts, fc.nat(), fc.integer({ min: 1, max: 255 }), (receipt, at, flip) => {
        const bytes = signReceipt(receipt, KEY).slice();
        const index = at % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ flip;
        expect(() => verifyReceipt(bytes)).toThrow(/receipt/);
      }),
    );
  });

  it('is refused from another node than it names, with more in it, or too long', () => {
    const [receipt] = fc.sample(receipts, { numRuns: 1, seed: 1 });
    if (receipt === undefined) throw new Error('no sample');
    const other = ed25519Key(new Uint8Array(32).fill(6));
    const code = (bytes: Uint8Array): unknown => {
      try {
        return verifyReceipt(bytes);
      } catch (cause) {
        return (cause as { code: string }).code;
      }
    };
    expect(code(signReceipt(receipt, other))).toBe('RECEIPT_UNVERIFIED');
    const signed = JSON.parse(utf8ToString(signReceipt(receipt, KEY))) as Record<string, never>;
    expect(code(canonicalJsonBytes({ ...signed, more: 1 }))).toBe('RECEIPT_MALFORMED');
    expect(code(canonicalJsonBytes({ ...signed, $v: 2 }))).toBe('RECEIPT_MALFORMED');
    expect(code(utf8(`${JSON.stringify(signed)} `))).toBe('RECEIPT_MALFORMED');
    expect(code(new Uint8Array(5_000))).toBe('RECEIPT_MALFORMED');
  });
});
