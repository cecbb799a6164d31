import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TreeSize } from '../../../src/base/brand.js';
import { concat, sha256Digest, toHex } from '../../../src/base/bytes.js';
import {
  anchorPayloadScript,
  encodeAnchorPayload,
  isP2wpkhScript,
  parseAnchorPayload,
  parseAnchorPayloadScript,
  readAnchorLink,
} from '../../../src/evidence/bitcoin/anchor-payload.js';
import { BitcoinProofError } from '../../../src/evidence/bitcoin/errors.js';
import { parseTransaction } from '../../../src/evidence/bitcoin/transaction.js';
import { refusal } from './error-code.js';
import { payloadScript, sha256d, transactionBytes } from './synthetic-chain.js';

const root = sha256d(Buffer.of(9));
const chainScript = concat(Uint8Array.of(0, 20), new Uint8Array(20).fill(7));
const payload = fc.record({
  size: fc.integer({ min: 1, max: 0xffffffff }).map((size) => size as TreeSize),
  rootHash: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(sha256Digest),
});

describe('the anchor payload', () => {
  it('is CGA1, the size and the root in 40 bytes, the script 42', () => {
    const rootHash = sha256Digest(new Uint8Array(32).fill(0xab));
    const bytes = encodeAnchorPayload({ size: 258 as TreeSize, rootHash });
    expect(toHex(bytes)).toBe(`4347413100000102${'ab'.repeat(32)}`);
    expect(toHex(anchorPayloadScript({ size: 258 as TreeSize, rootHash }))).toBe(
      `6a28${toHex(bytes)}`,
    );
  });

  it('comes back as it was written', () => {
    fc.assert(
      fc.property(payload, (value) => {
        expect(parseAnchorPayload(encodeAnchorPayload(value))).toEqual(value);
        expect(parseAnchorPayloadScript(anchorPayloadScript(value))).toEqual(value);
      }),
    );
  });

  it('is another payload, or none, when a bit of its script is changed', () => {
    fc.assert(
      fc.property(payload, fc.nat(42 * 8 - 1), (value, bit) => {
        const script = anchorPayloadScript(value);
        script[bit >> 3] = (script[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        try {
          expect(parseAnchorPayloadScript(script)).not.toEqual(value);
        } catch (error) {
          expect(error).toBeInstanceOf(BitcoinProofError);
        }
      }),
    );
  });

  it.each([
    ['39 bytes', '6a27', 39],
    ['41 bytes', '6a29', 41],
    ['a push in its longer form', '6a4c28', 40],
    ['a push without OP_RETURN', '28', 40],
  ])('refuses %s', (_name, prefix, length) => {
    const script = concat(
      Buffer.from(prefix, 'hex'),
      payloadScript(1, root).subarray(2),
      new Uint8Array(1),
    ).subarray(0, prefix.length / 2 + length);
    expect(refusal(() => parseAnchorPayloadScript(script))).toMatch(/^BITCOIN_NOT_AN_ANCHOR/);
  });

  it('refuses another magic, an empty log and bytes after the push', () => {
    const script = payloadScript(1, root);
    const otherMagic = Buffer.concat([script.subarray(0, 5), Buffer.from('2'), script.subarray(6)]);
    for (const bad of [otherMagic, payloadScript(0, root), concat(script, Uint8Array.of(0))])
      expect(refusal(() => parseAnchorPayloadScript(bad))).toMatch(/^BITCOIN_NOT_AN_ANCHOR/);
  });
});

describe('readAnchorLink', () => {
  const data = { value: 0n, script: payloadScript(5, root) };
  const change = { value: 9000n, script: chainScript };
  const input = { txid: sha256d(Buffer.of(1)), vout: 0 };
  const read = (
    outputs: Parameters<typeof transactionBytes>[0]['outputs'],
  ): ReturnType<typeof readAnchorLink> =>
    readAnchorLink(parseTransaction(transactionBytes({ inputs: [input], outputs })));

  it('names the payload, the outpoint that the anchor spends and the chain’s script', () => {
    const link = read([change, data]);
    expect(link.payload.size).toBe(5);
    expect(link.payload.rootHash).toEqual(new Uint8Array(root));
    expect(link.chainInput).toEqual({
      txid: Buffer.from(sha256d(Buffer.of(1)))
        .reverse()
        .toString('hex'),
      vout: 0,
    });
    expect(link.chainScript).toEqual(chainScript);
  });

  it('takes input 0 alone as the link, however many inputs there are', () => {
    const topUp = { txid: sha256d(Buffer.of(2)), vout: 3 };
    const bytes = transactionBytes({ inputs: [input, topUp], outputs: [change, data] });
    expect(readAnchorLink(parseTransaction(bytes)).chainInput.vout).toBe(0);
  });

  it.each([
    ['one output', 'fewer', [data]],
    ['the payload at output 0', 'P2WPKH', [data, change]],
    ['a third output', 'more than two', [change, data, change]],
    ['two payloads', 'P2WPKH', [data, data]],
    ['no payload', 'OP_RETURN', [change, { ...change, value: 0n }]],
    ['a payload that burns money', 'burns', [change, { ...data, value: 1n }]],
    ['change that is not P2WPKH', 'P2WPKH', [{ value: 9000n, script: Buffer.of(0x51) }, data]],
  ])('refuses %s', (_name, reason, outputs) => {
    const refused = refusal(() => read(outputs));
    expect(refused).toMatch(/^BITCOIN_NOT_AN_ANCHOR/);
    expect(refused).toContain(reason);
  });

  it('knows P2WPKH from other witness programs', () => {
    expect(isP2wpkhScript(chainScript)).toBe(true);
    expect(isP2wpkhScript(concat(Uint8Array.of(0x51, 20), new Uint8Array(20)))).toBe(false);
    expect(isP2wpkhScript(concat(Uint8Array.of(0, 32), new Uint8Array(32)))).toBe(false);
  });
});
