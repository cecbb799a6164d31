import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concat, toHex } from '../../../src/base/bytes.js';
import { canonicalJsonBytes, parseCanonicalJson } from '../../../src/base/canonical-json.js';
import type { JsonValue } from '../../../src/base/canonical-json.js';
import {
  anchorProofToJson,
  parseAnchorProof,
} from '../../../src/evidence/bitcoin/anchor-proof-json.js';
import { verifyAnchorProof } from '../../../src/evidence/bitcoin/anchor-proof.js';
import type { AnchorPolicy, AnchorProof } from '../../../src/evidence/bitcoin/anchor-proof.js';
import { parseBlockHeader } from '../../../src/evidence/bitcoin/block-header.js';
import { coinbaseHeightPush } from '../../../src/evidence/bitcoin/block-inclusion.js';
import { BitcoinProofError } from '../../../src/evidence/bitcoin/errors.js';
import { parseBlockHash } from '../../../src/evidence/bitcoin/hash256.js';
import { merkleRootFromBranch } from '../../../src/evidence/bitcoin/merkle-branch.js';
import { MAINNET, REGTEST } from '../../../src/evidence/bitcoin/network.js';
import { refusal } from './error-code.js';
import {
  branchOf,
  coinbaseBytes,
  mineHeader,
  payloadScript,
  rootOf,
  sha256d,
  transactionBytes,
} from './synthetic-chain.js';

const HEIGHT = 300;
const ANCHOR_INDEX = 3;
const PUSH_300 = Buffer.from('022c01', 'hex');
const CHAIN_SCRIPT = Buffer.from(`0014${'77'.repeat(20)}`, 'hex');
const ROOT = sha256d(Buffer.of(42));

const anchor = transactionBytes({
  inputs: [{ txid: sha256d(Buffer.of(1)), vout: 0 }],
  outputs: [
    { value: 9000n, script: CHAIN_SCRIPT },
    { value: 0n, script: payloadScript(17, ROOT) },
  ],
});
const POLICY: AnchorPolicy = {
  network: REGTEST,
  requiredConfirmations: 6,
  pinnedHeaders: [],
};

interface Parts {
  /** Transactions of the anchor's block, coinbase first. */
  readonly block?: readonly Uint8Array[];
  readonly index?: number;
  readonly before?: number;
  readonly after?: number;
  readonly merkleRoot?: Uint8Array;
}

/** A chain of `before` headers, the anchor's block and `after` headers; and the proof in it. */
function proofOf(parts: Parts = {}): AnchorProof {
  const { block = usualBlock(), index = ANCHOR_INDEX, before = 0, after = 5 } = parts;
  const leaves = block.map(sha256d);
  const merkleRoot = parts.merkleRoot ?? rootOf(leaves);
  const headers: Buffer[] = [];
  let previous = sha256d(Buffer.of(99));
  for (let at = -before; at <= after; at++) {
    const header = mineHeader({
      previous,
      merkleRoot: at === 0 ? merkleRoot : sha256d(Buffer.of(at & 0xff)),
      time: 1_700_000_000 + 600 * at,
    });
    headers.push(header);
    previous = sha256d(header);
  }
  return {
    network: 'regtest',
    transaction: block[index] ?? anchor,
    index,
    branch: branchOf(leaves, index),
    coinbase: block[0] ?? new Uint8Array(),
    coinbaseBranch: branchOf(leaves, 0),
    height: HEIGHT,
    headersFrom: HEIGHT - before,
    headers: concat(...headers),
  };
}

function usualBlock(): Uint8Array[] {
  return [coinbaseBytes(PUSH_300), filler(1), filler(2), anchor, filler(4)];
}

function filler(salt: number): Buffer {
  return transactionBytes({
    inputs: [{ txid: sha256d(Buffer.of(salt)), vout: salt }],
    outputs: [{ value: 1n, script: Buffer.of(0x51) }],
  });
}

const hashAt = (proof: AnchorProof, at: number): ReturnType<typeof parseBlockHash> =>
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

const lengthened = (proof: AnchorProof, extra: Uint8Array): AnchorProof => ({
  ...proof,
  branch: [...proof.branch, extra],
});

const NEGATIVE: readonly [name: string, code: string, () => AnchorProof, Partial<AnchorPolicy>?][] =
  [
    [
      'a proof of another network',
      'NETWORK_MISMATCH',
      () => ({ ...proofOf(), network: 'mainnet' }),
    ],
    [
      'a header that contradicts a pin',
      'PIN_MISMATCH',
      proofOf,
      { pinnedHeaders: [{ height: HEIGHT + 1, hash: parseBlockHash('22'.repeat(32)) }] },
    ],
    ['five confirmations where six are asked for', 'UNCONFIRMED', () => proofOf({ after: 4 })],
    [
      'headers that end before the anchor’s block',
      'PROOF_MALFORMED: .*reach',
      () => ({ ...proofOf(), height: HEIGHT + 6 }),
    ],
    [
      'headers that start after the anchor’s block',
      'PROOF_MALFORMED: .*order',
      () => ({ ...proofOf(), headersFrom: HEIGHT + 1 }),
    ],
    [
      'a height that is not an integer',
      'PROOF_MALFORMED: .*order',
      () => ({ ...proofOf(), height: 300.5 }),
    ],
    [
      'a height before coinbases named theirs',
      'COINBASE_INVALID: .*older',
      proofOf,
      { network: { ...REGTEST, bip34Height: HEIGHT + 1 } },
    ],
    [
      'an anchor below the network’s difficulty floor',
      'WORK_INSUFFICIENT',
      proofOf,
      { network: { ...REGTEST, maxTarget: REGTEST.maxTarget >> 8n } },
    ],
    [
      'another height than the coinbase names (BIP 34)',
      'COINBASE_INVALID: .*height',
      () => ({ ...proofOf(), height: HEIGHT - 1, headersFrom: HEIGHT - 1 }),
    ],
    [
      'a coinbase that names another height',
      'COINBASE_INVALID: .*height',
      () => proofOf({ block: [coinbaseBytes(Buffer.from('022d01', 'hex')), anchor], index: 1 }),
    ],
    [
      'a coinbase whose height is padded',
      'COINBASE_INVALID: .*height',
      () => proofOf({ block: [coinbaseBytes(Buffer.from('032c0100', 'hex')), anchor], index: 1 }),
    ],
    [
      'a coinbase of another block',
      'COINBASE_INVALID: .*not in',
      () => ({ ...proofOf(), coinbase: coinbaseBytes(PUSH_300, 1) }),
    ],
    [
      'a coinbase that spends an output',
      'COINBASE_INVALID: .*spends',
      () => proofOf({ block: [filler(9), anchor], index: 1 }),
    ],
    [
      'an anchor of another block',
      'BRANCH_INVALID: .*not in',
      () => ({ ...proofOf(), transaction: filler(7) }),
    ],
    [
      'a wrong index',
      'BRANCH_INVALID: .*not in',
      () => ({ ...proofOf(), index: ANCHOR_INDEX - 1 }),
    ],
    [
      'an index beyond 2^depth that means the same path',
      'BRANCH_INVALID: .*beyond',
      () => ({ ...proofOf(), index: ANCHOR_INDEX + 8 }),
    ],
    [
      'the coinbase itself as the anchor',
      'BRANCH_INVALID: .*coinbase',
      () => proofOf({ index: 0 }),
    ],
    [
      'a branch longer than the coinbase’s',
      'COINBASE_INVALID: .*length',
      () => lengthened(proofOf(), ROOT),
    ],
    [
      'an anchor hung below a 64-byte transaction (CVE-2017-12842)',
      'COINBASE_INVALID: .*length',
      depthAttack,
    ],
    [
      'a 64-byte transaction in the anchor’s place',
      'TRANSACTION_MALFORMED: .*64',
      () => proofOf({ block: [coinbaseBytes(PUSH_300), sixtyFour()], index: 1 }),
    ],
    [
      'a 64-byte coinbase',
      'TRANSACTION_MALFORMED: .*64',
      () => ({ ...proofOf(), coinbase: sixtyFour() }),
    ],
    [
      'the copied place of the last anchor (CVE-2012-2459)',
      'BRANCH_INVALID: .*copied',
      copiedPlace,
    ],
    [
      'an anchor with bytes after its end',
      'TRANSACTION_MALFORMED',
      () => ({ ...proofOf(), transaction: concat(anchor, Uint8Array.of(0)) }),
    ],
    [
      'an anchor with witnesses',
      'TRANSACTION_MALFORMED: .*without witnesses',
      () => ({ ...proofOf(), transaction: withWitness(anchor) }),
    ],
    [
      'a header whose hash misses its target',
      'WORK_INSUFFICIENT',
      () => swapHeader(proofOf(), 3, { meetsTarget: false }),
    ],
    [
      'a header that does not follow',
      'HEADERS_UNLINKED',
      () => swapHeader(proofOf(), 3, { previous: ROOT }),
    ],
    [
      'a good transaction that is no anchor',
      'NOT_AN_ANCHOR',
      () => proofOf({ block: [coinbaseBytes(PUSH_300), filler(1)], index: 1 }),
    ],
    ['no headers', 'PROOF_MALFORMED', () => ({ ...proofOf(), headers: new Uint8Array() })],
  ];

describe('verifyAnchorProof refuses', () => {
  it.each(NEGATIVE)('%s', (_name, code, make, policy = {}) => {
    expect(refusal(() => verifyAnchorProof(make(), { ...POLICY, ...policy }))).toMatch(
      new RegExp(`^BITCOIN_${code}`),
    );
  });

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

  it('the depth attack, though its branch alone leads to the block’s root', () => {
    const { branch, index, headers } = depthAttack();
    expect(merkleRootFromBranch(sha256d(anchor), index, branch)).toEqual(headers.slice(36, 68));
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

/**
 * Mines a 64-byte transaction whose bytes are those of an inner node over the forged anchor: 32
 * bytes that hash the anchor on the right, anything on the left.
 */
function depthAttack(): AnchorProof {
  const left = sha256d(Buffer.of(5));
  const node = Buffer.concat([left, sha256d(anchor)]);
  // In the block, `node` is the transaction at index 1; below it hangs an anchor that nobody mined.
  const leaves = [sha256d(coinbaseBytes(PUSH_300)), sha256d(node)];
  const proof = proofOf({ merkleRoot: rootOf(leaves) });
  return {
    ...proof,
    index: 3,
    branch: [left, leaves[0] ?? left],
    coinbase: coinbaseBytes(PUSH_300),
    coinbaseBranch: branchOf(leaves, 0),
  };
}

function copiedPlace(): AnchorProof {
  const block = [coinbaseBytes(PUSH_300), filler(1), anchor];
  return { ...proofOf({ block, index: 2 }), index: 3 };
}

function sixtyFour(): Buffer {
  return transactionBytes({
    inputs: [{ txid: sha256d(Buffer.of(2)), vout: 0 }],
    outputs: [{ value: 0n, script: new Uint8Array(4) }],
  });
}

function withWitness(stripped: Uint8Array): Uint8Array {
  return concat(
    stripped.subarray(0, 4),
    Uint8Array.of(0, 1),
    stripped.subarray(4, -4),
    Uint8Array.of(1, 1, 0xaa),
    stripped.subarray(-4),
  );
}

/** Re-mines the header at `at` with a fault and every later one on top of it. */
function swapHeader(
  proof: AnchorProof,
  at: number,
  fault: { previous?: Uint8Array; meetsTarget?: boolean },
): AnchorProof {
  const headers: Uint8Array[] = Array.from({ length: 6 }, (_, i) =>
    proof.headers.slice(i * 80, (i + 1) * 80),
  );
  for (let i = at; i < headers.length; i++)
    headers[i] = mineHeader({
      previous: sha256d(headers[i - 1] ?? new Uint8Array()),
      merkleRoot: ROOT,
      ...(i === at ? fault : {}),
    });
  return { ...proof, headers: concat(...headers) };
}
