import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toHex } from '../../../src/base/bytes.js';
import { canonicalJsonBytes, parseCanonicalJson } from '../../../src/base/canonical-json.js';
import type { JsonValue } from '../../../src/base/canonical-json.js';
import {
  anchorProofToJson,
  parseAnchorProof,
} from '../../../src/evidence/bitcoin/anchor-proof-json.js';
import { verifyAnchorProof } from '../../../src/evidence/bitcoin/anchor-proof.js';
import type { AnchorProof } from '../../../src/evidence/bitcoin/anchor-proof.js';
import { parseBlockHeader } from '../../../src/evidence/bitcoin/block-header.js';
import { coinbaseHeightPush } from '../../../src/evidence/bitcoin/block-inclusion.js';
import { BitcoinProofError } from '../../../src/evidence/bitcoin/errors.js';
import type { BlockHash } from '../../../src/evidence/bitcoin/hash256.js';
import { MAINNET } from '../../../src/evidence/bitcoin/network.js';
import { refusal } from './error-code.js';
import {
  anchor,
  CHAIN_SCRIPT,
  filler,
  HEIGHT,
  POLICY,
  proofOf,
  PUSH_300,
  ROOT,
} from './mined-proof.js';
import { coinbaseBytes, sha256d } from './synthetic-chain.js';

const hashAt = (proof: AnchorProof, at: number): BlockHash =>
  parseBlockHeader(proof.headers.subarray(at * 80, (at + 1) * 80)).hash;

describe('verifyAnchorProof', () => {
  it('names what an anchor proves: head, block, time, chain link and how it was verified', () => {
    const proof = proofOf();
    const verified = verifyAnchorProof(proof, POLICY);
    expect({ ...verified, payload: undefined, chainScript: undefined }).toEqual({
      payload: undefined,
      chainScript: undefined,
      txid: Buffer.from(sha256d(anchor)).reverse().toString('hex'),
      chainInput: {
        txid: Buffer.from(sha256d(Buffer.of(1)))
          .reverse()
          .toString('hex'),
        vout: 0,
      },
      blockHash: hashAt(proof, 0),
      height: HEIGHT,
      time: 1_700_000_000_000,
      confirmations: 6,
      attribution: 'self-asserted',
      development: true,
    });
    expect(verified.payload.size).toBe(17);
    expect(toHex(verified.payload.rootHash)).toBe(ROOT.toString('hex'));
    expect(toHex(verified.chainScript)).toBe(CHAIN_SCRIPT.toString('hex'));
  });

  it('holds for an anchor at every place of blocks of 2 to 9 transactions', () => {
    for (let size = 2; size <= 9; size++)
      for (let index = 1; index < size; index++) {
        const block = [
          coinbaseBytes(PUSH_300),
          ...Array.from({ length: size - 1 }, (_, at) => filler(at)),
        ];
        block[index] = anchor;
        expect(verifyAnchorProof(proofOf({ block, index }), POLICY).height).toBe(HEIGHT);
      }
  });

  it('is pinned through a header before the anchor, its own, or one after it', () => {
    const proof = proofOf({ before: 4 });
    for (const at of [0, 3, 4, 9]) {
      const pinnedHeaders = [{ height: HEIGHT - 4 + at, hash: hashAt(proof, at) }];
      const verified = verifyAnchorProof(proof, { ...POLICY, pinnedHeaders });
      expect(verified).toMatchObject({ attribution: 'pinned', confirmations: 6, height: HEIGHT });
      expect(verified.blockHash).toBe(hashAt(proof, 4));
    }
  });
});

describe('verifyAnchorProof refuses', () => {
  it('every proof with one bit of any part changed', () => {
    const proof = proofOf();
    const json = anchorProofToJson(proof);
    const names = ['transaction', 'branch', 'coinbase', 'coinbaseBranch', 'headers'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(), (name, at) => {
        const bytes = Buffer.from(json[name] as string, 'hex');
        const bit = at % (bytes.length * 8);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const mutated = parseAnchorProof({ ...json, [name]: bytes.toString('hex') });
        try {
          // A changed bit of the last header can leave another block with work enough: regtest
          // work is worth nothing. Then the anchor's own block must still be the one it was.
          expect(verifyAnchorProof(mutated, POLICY).blockHash).toBe(hashAt(proof, 0));
          expect(name).toBe('headers');
          expect(bit >> 3).toBeGreaterThanOrEqual(5 * 80);
        } catch (error) {
          if (!(error instanceof BitcoinProofError)) throw error;
        }
      }),
      { numRuns: 400 },
    );
  });

  it('mainnet claims made at regtest’s difficulty', () => {
    const policy = { ...POLICY, network: { ...MAINNET, bip34Height: 1 } };
    expect(refusal(() => verifyAnchorProof({ ...proofOf(), network: 'mainnet' }, policy))).toMatch(
      /^BITCOIN_WORK_INSUFFICIENT: .*floor/,
    );
  });
});

describe('parseAnchorProof', () => {
  const json = anchorProofToJson(proofOf());

  it('reads back what was written, through canonical JSON', () => {
    const bytes = canonicalJsonBytes(json);
    const parsed = parseAnchorProof(parseCanonicalJson(bytes));
    expect(canonicalJsonBytes(anchorProofToJson(parsed))).toEqual(bytes);
    expect(verifyAnchorProof(parsed, POLICY).confirmations).toBe(6);
  });

  it.each([
    ['a member too many', { ...json, note: '' }],
    ['a member too few', { ...json, headers: undefined }],
    ['no object', [json] as never],
    ['null', null],
    ['an unknown network', { ...json, network: 'bitcoinish' }],
    ['upper-case hex', { ...json, transaction: 'AB' }],
    ['half a byte', { ...json, coinbase: 'abc' }],
    ['an empty transaction', { ...json, transaction: '' }],
    ['an empty branch', { ...json, branch: '' }],
    ['a hash cut off', { ...json, branch: 'ab'.repeat(33) }],
    ['a branch of 33 hashes', { ...json, coinbaseBranch: 'ab'.repeat(32 * 33) }],
    ['4,097 headers', { ...json, headers: 'ab'.repeat(80 * 4097) }],
    ['a transaction over a megabyte', { ...json, transaction: 'ab'.repeat(1_000_001) }],
    ['a height as text', { ...json, height: '300' }],
    ['a height below zero', { ...json, headersFrom: -1 }],
    ['an index of 2³²', { ...json, index: 2 ** 32 }],
    ['a number that is no integer', { ...json, index: 1.5 }],
  ])('refuses %s', (_name, value) => {
    const cleaned = JSON.parse(JSON.stringify(value)) as JsonValue;
    expect(refusal(() => parseAnchorProof(cleaned))).toMatch(/^BITCOIN_PROOF_MALFORMED/);
  });
});

describe('coinbaseHeightPush', () => {
  it.each([
    [0, '00'],
    [1, '51'],
    [16, '60'],
    [17, '0111'],
    [127, '017f'],
    [128, '028000'],
    [255, '02ff00'],
    [300, '022c01'],
    [32768, '03008000'],
    [227_931, '035b7a03'],
    [8_388_608, '0400008000'],
  ])('writes %i as %s', (height, push) => {
    expect(toHex(coinbaseHeightPush(height))).toBe(push);
  });
});
