import { describe, expect, it } from '@jest/globals';
import { Transaction } from 'bitcoinjs-lib';
import fc from 'fast-check';
import * as secp256k1 from 'tiny-secp256k1';
import { runwayDays, slidingFee } from '../../src/anchoring/anchor-fee.js';
import type { FeePolicy } from '../../src/anchoring/anchor-fee.js';
import { softwareAnchorSigner } from '../../src/anchoring/anchor-signer.js';
import type { AnchorSigner } from '../../src/anchoring/anchor-signer.js';
import {
  anchorVirtualSize,
  chainAddress,
  chainScript,
  DUST_LIMIT,
  MAX_TOP_UPS,
  signAnchor,
} from '../../src/anchoring/anchor-transaction.js';
import type { AnchorCoin } from '../../src/anchoring/anchor-transaction.js';
import {
  BCOIN_REGTEST,
  BITCOIN_MAINNET,
  BITCOIN_REGTEST,
  BITCOIN_TESTNET,
} from '../../src/anchoring/bitcoin-network.js';
import { spendsP2wpkh } from '../../src/anchoring/internal/p2wpkh-check.js';
import {
  p2wpkhDigest,
  p2wpkhScript,
  p2wpkhWitness,
  withLowS,
} from '../../src/anchoring/internal/p2wpkh.js';
import { concat, fromHex, toHex } from '../../src/base/bytes.js';
import { readAnchorLink } from '../../src/evidence/bitcoin/anchor-payload.js';
import { txidOf } from '../../src/evidence/bitcoin/hash256.js';
import { parseTransaction } from '../../src/evidence/bitcoin/transaction.js';
import { OTHER_SIGNER, payloadOf, POLICY, refusal, SCRIPT, SIGNER } from './fixture.js';

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

function coin(salt: number, value: bigint): AnchorCoin {
  return { outpoint: { txid: txidOf(new Uint8Array(32).fill(salt)), vout: salt }, value };
}

const DRAFT = { spends: coin(1, 100_000n), topUps: [], payload: payloadOf(3), fee: 1_000n };

/** Every valid signature has a twin with a high s; a device may return either. */
const highSSigner = signerOf(async (digests) =>
  ((await SIGNER.sign(digests)) ?? []).map((signature) => {
    const s = ORDER - BigInt(`0x${toHex(signature.subarray(32))}`);
    return concat(signature.subarray(0, 32), fromHex(s.toString(16).padStart(64, '0')));
  }),
);

function signerOf(sign: AnchorSigner['sign']): AnchorSigner {
  return { ...SIGNER, sign };
}

describe('signAnchor', () => {
  it('spends the chain’s coin, pays the chain’s script and carries the payload', async () => {
    const signed = await signAnchor(DRAFT, SIGNER, POLICY);
    const transaction = parseTransaction(signed.bytes);
    const link = readAnchorLink(transaction);
    expect(transaction.txid).toBe(signed.txid);
    expect(link.chainInput).toEqual(DRAFT.spends.outpoint);
    expect(link.chainScript).toEqual(SCRIPT);
    expect(link.payload).toEqual(DRAFT.payload);
    expect(transaction.outputs.map(({ value }) => value)).toEqual([99_000n, 0n]);
    expect(transaction).toMatchObject({ version: 2, lockTime: 0, hasWitness: true });
    expect(transaction.inputs.map(({ sequence }) => sequence)).toEqual([0xfffffffd]);
  });

  it('keeps the chain’s coin at input 0 and adds every top-up after it', async () => {
    const topUps = [coin(2, 5_000n), coin(3, 7_000n)];
    const { bytes } = await signAnchor({ ...DRAFT, topUps }, SIGNER, POLICY);
    const { inputs, outputs } = parseTransaction(bytes);
    expect(inputs.map(({ outpoint }) => outpoint)).toEqual(
      [DRAFT.spends, ...topUps].map(({ outpoint }) => outpoint),
    );
    expect(outputs[0]?.value).toBe(111_000n);
    const parsed = Transaction.fromBuffer(bytes);
    [DRAFT.spends, ...topUps].forEach(({ value }, index) => {
      expect(spendsP2wpkh(parsed, index, { value, script: SCRIPT })).toBe(true);
      expect(spendsP2wpkh(parsed, index, { value: value + 1n, script: SCRIPT })).toBe(false);
    });
  });

  it('makes the same bytes every time: what is stored can be made again', async () => {
    expect(await signAnchor(DRAFT, SIGNER, POLICY)).toEqual(
      await signAnchor(DRAFT, SIGNER, POLICY),
    );
  });

  it('is never larger than it counts, and one satoshi a virtual byte covers it', async () => {
    for (let inputs = 1; inputs <= 4; inputs++) {
      const topUps = Array.from({ length: inputs - 1 }, (_, at) => coin(at + 2, 5_000n));
      const { bytes } = await signAnchor({ ...DRAFT, topUps }, SIGNER, POLICY);
      const actual = Transaction.fromBuffer(bytes).virtualSize();
      expect(anchorVirtualSize(inputs)).toBeGreaterThanOrEqual(actual);
      expect(anchorVirtualSize(inputs) - actual).toBeLessThanOrEqual(inputs);
    }
    expect(anchorVirtualSize(1)).toBe(161);
  });

  it('lowers a high s, which nodes do not relay', async () => {
    expect(await signAnchor(DRAFT, highSSigner, POLICY)).toEqual(
      await signAnchor(DRAFT, SIGNER, POLICY),
    );
  });

  it.each([
    ['another key’s signatures', { ...OTHER_SIGNER, publicKey: SIGNER.publicKey }],
    ['a signature of something else', signerOf(() => SIGNER.sign([new Uint8Array(32)]))],
    ['zeros', signerOf(() => Promise.resolve([new Uint8Array(64)]))],
    ['ones', signerOf(() => Promise.resolve([new Uint8Array(64).fill(0xff)]))],
    ['63 bytes', signerOf(() => Promise.resolve([new Uint8Array(63)]))],
    ['no signature', signerOf(() => Promise.resolve([]))],
  ])('refuses a signer that returns %s', async (_name, signer) => {
    expect(await refusal(() => signAnchor(DRAFT, signer, POLICY))).toMatch(
      /^ANCHOR_SIGNATURE_INVALID/,
    );
  });

  it('never makes dust: 294 satoshi stay, 293 do not', async () => {
    const fee = DRAFT.spends.value - DUST_LIMIT;
    const limits = { maxRate: 10_000, maxFee: 1_000_000n };
    await signAnchor({ ...DRAFT, fee }, SIGNER, limits);
    expect(await refusal(() => signAnchor({ ...DRAFT, fee: fee + 1n }, SIGNER, limits))).toMatch(
      /^ANCHOR_FUNDS_EXHAUSTED/,
    );
  });

  it.each([
    ['rate', { maxRate: 6, maxFee: 1_000_000n }],
    ['fee', { maxRate: 1_000, maxFee: 999n }],
  ])('refuses a fee above the highest %s', async (_name, limits) => {
    expect(await refusal(() => signAnchor(DRAFT, SIGNER, limits))).toMatch(/^ANCHOR_FEE_EXCESSIVE/);
  });

  it('takes no more top-ups than it counts on', async () => {
    const topUps = Array.from({ length: MAX_TOP_UPS + 1 }, (_, at) => coin(at + 2, 5_000n));
    const draft = { ...DRAFT, topUps, fee: 10_000n };
    await expect(signAnchor(draft, SIGNER, POLICY)).rejects.toThrow('at most 32');
  });
});

describe('spendsP2wpkh', () => {
  /** The P2WPKH example of BIP 143: input 1 spends 6 bitcoin. */
  const example = Transaction.fromHex(
    '01000000000102fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f00000000494830450221008b9d1dc26ba6a9cb62127b02742fa9d754cd3bebf337f7a55d114c8e5cdd30be022040529b194ba3f9281a99f2b1c0a19c0489bc22ede944ccf4ecbab4cc618ef3ed01eeffffffef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac000247304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a0220573a954c4518331561406f90300e8f3358f51928d43c212a8caed02de67eebee0121025476c2e83188368da1ff3e292e7acafcdb3566bb0ad253f62fc70f07aeee635711000000',
  );
  const publicKey = fromHex('025476c2e83188368da1ff3e292e7acafcdb3566bb0ad253f62fc70f07aeee6357');
  const spent = { value: 600_000_000n, script: p2wpkhScript(publicKey) };

  it('takes the example of BIP 143', () => {
    expect(toHex(spent.script)).toBe('00141d0f172a0ecb48aee1be1f2687d2963ae33f71a1');
    expect(spendsP2wpkh(example, 1, spent)).toBe(true);
  });

  it.each<[string, (witness: Uint8Array[]) => Uint8Array[]]>([
    ['no witness', () => []],
    ['no key', ([signature = new Uint8Array()]) => [signature]],
    ['a third item', (witness) => [...witness, new Uint8Array()]],
    ['an empty signature', ([, key = publicKey]) => [new Uint8Array(), key]],
    [
      'another sighash type',
      ([signature = new Uint8Array(), key = publicKey]) => [withLast(signature, 2), key],
    ],
    ['a key that is no point', ([signature = new Uint8Array()]) => [signature, new Uint8Array(33)]],
    ['another key', ([signature = new Uint8Array()]) => [signature, SIGNER.publicKey]],
    [
      'a number of more than 32 bytes',
      ([, key = publicKey]) => [derOf(new Uint8Array(34).fill(1), Uint8Array.of(1)), key],
    ],
    [
      'a number of 33 bytes without a leading zero',
      ([, key = publicKey]) => [derOf(Uint8Array.of(1), new Uint8Array(33).fill(1)), key],
    ],
  ])('refuses %s', (_name, change) => {
    const transaction = example.clone();
    transaction.setWitness(1, change(transaction.ins[1]?.witness ?? []));
    expect(spendsP2wpkh(transaction, 1, spent)).toBe(false);
  });

  it('refuses a valid signature by a key that the script does not name', () => {
    const spentByOther = { value: 1_000n, script: SCRIPT };
    const transaction = example.clone();
    const digest = p2wpkhDigest(transaction, 1, spentByOther);
    const signedBy = (secret: number, key: Uint8Array): void => {
      const signature = secp256k1.sign(digest, new Uint8Array(32).fill(secret));
      transaction.setWitness(1, p2wpkhWitness(signature, key));
    };
    signedBy(8, OTHER_SIGNER.publicKey);
    expect(spendsP2wpkh(transaction, 1, spentByOther)).toBe(false);
    signedBy(7, SIGNER.publicKey);
    expect(spendsP2wpkh(transaction, 1, spentByOther)).toBe(true);
  });

  it('throws for no signature bytes whatever', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 75 }), (signature) => {
        const transaction = example.clone();
        transaction.setWitness(1, [signature, publicKey]);
        expect(spendsP2wpkh(transaction, 1, spent)).toBe(false);
      }),
    );
  });

  it('refuses a high s though it is a valid signature', () => {
    const [encoded = new Uint8Array()] = example.ins[1]?.witness ?? [];
    const s = encoded.subarray(6 + 32, 6 + 64);
    const high = fromHex((ORDER - BigInt(`0x${toHex(s)}`)).toString(16).padStart(64, '0'));
    const transaction = example.clone();
    transaction.setWitness(1, [
      derOf(encoded.subarray(4, 36), concat(Uint8Array.of(0), high)),
      publicKey,
    ]);
    expect(spendsP2wpkh(transaction, 1, spent)).toBe(false);
  });
});

describe('withLowS', () => {
  it('changes a signature into its valid twin exactly when s is high', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (hash) => {
        const secret = new Uint8Array(32).fill(9);
        const low = secp256k1.sign(hash, secret);
        const s = ORDER - BigInt(`0x${toHex(low.subarray(32))}`);
        const high = concat(low.subarray(0, 32), fromHex(s.toString(16).padStart(64, '0')));
        expect(withLowS(low)).toEqual(low);
        expect(withLowS(high)).toEqual(low);
      }),
    );
  });
});

describe('the chain’s script and address', () => {
  it('follow from the key, and the address from the network’s prefixes', () => {
    const { publicKey } = softwareAnchorSigner(fromHex(`${'00'.repeat(31)}01`));
    expect(toHex(chainScript(publicKey))).toBe('0014751e76e8199196d454941c45d1b3a323f1433bd6');
    // BIP 173's own examples for the first two.
    expect(chainAddress(publicKey, BITCOIN_MAINNET)).toBe(
      'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
    );
    expect(chainAddress(publicKey, BITCOIN_TESTNET)).toBe(
      'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx',
    );
    expect(chainAddress(publicKey, BITCOIN_REGTEST)).toMatch(/^bcrt1q/);
    expect(chainAddress(publicKey, BCOIN_REGTEST)).toMatch(/^rb1q/);
  });

  it('are refused to a secret that is no key', () => {
    expect(() => softwareAnchorSigner(new Uint8Array(32))).toThrow('anchor secret');
  });
});

describe('slidingFee', () => {
  const policy: FeePolicy = { floorRate: 2, capRate: 100, incrementalRate: 1, budget: 20_000n };

  it.each([
    ['the floor without an estimate', undefined, 322n],
    ['the floor for a lower estimate', 0.5, 322n],
    ['the estimate between floor and cap', 10.01, 1612n],
    ['the cap for a higher estimate', 5_000, 16_100n],
  ])('pays %s', (_name, estimate, fee) => {
    expect(slidingFee({ estimate, virtualSize: 161 }, policy)).toEqual({ kind: 'pay', fee });
  });

  it('adds the incremental relay fee to what it replaces (BIP 125 rule 4)', () => {
    const replaces = { fee: 500n, virtualSize: 161 };
    expect(slidingFee({ estimate: 1, virtualSize: 161, replaces }, policy)).toEqual({
      kind: 'pay',
      fee: 661n,
    });
    expect(slidingFee({ estimate: 10, virtualSize: 161, replaces }, policy)).toEqual({
      kind: 'pay',
      fee: 1610n,
    });
  });

  it('keeps the rate rising when a replacement is larger', () => {
    const replaces = { fee: 16_000n, virtualSize: 161 };
    const decision = slidingFee(
      { estimate: 1, virtualSize: 230, replaces },
      { ...policy, budget: 10n ** 9n },
    );
    expect(decision).toEqual({ kind: 'pay', fee: 22_858n });
    expect(22_858 / 230).toBeGreaterThan(16_000 / 161);
  });

  it('says starved, and how much it wanted, beyond the budget', () => {
    const replaces = { fee: 19_900n, virtualSize: 161 };
    expect(slidingFee({ estimate: 1, virtualSize: 161, replaces }, policy)).toEqual({
      kind: 'starved',
      wanted: 20_061n,
    });
  });

  it('is always accepted by nodes as a replacement, and never above budget or below floor', () => {
    fc.assert(
      fc.property(
        fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined }),
        fc.integer({ min: 161, max: 2_000 }),
        fc.option(
          fc.record({
            fee: fc.bigInt(322n, 20_000n),
            virtualSize: fc.integer({ min: 161, max: 2_000 }),
          }),
          { nil: undefined },
        ),
        (estimate, virtualSize, replaces) => {
          const decision = slidingFee({ estimate, virtualSize, replaces }, policy);
          if (decision.kind === 'starved') return;
          expect(decision.fee <= policy.budget && decision.fee >= BigInt(2 * virtualSize)).toBe(
            true,
          );
          if (replaces === undefined) return;
          expect(decision.fee >= replaces.fee + BigInt(virtualSize)).toBe(true);
          expect(
            decision.fee * BigInt(replaces.virtualSize) > replaces.fee * BigInt(virtualSize),
          ).toBe(true);
        },
      ),
    );
  });
});

describe('runwayDays', () => {
  it('says how long the balance lasts', () => {
    expect(runwayDays(966_000n, 10, 161, 6)).toBe(100);
  });
});

function withLast(bytes: Uint8Array, last: number): Uint8Array {
  return concat(bytes.subarray(0, -1), Uint8Array.of(last));
}

/** DER as BIP 66 frames it, whatever the numbers, with SIGHASH_ALL behind. */
function derOf(r: Uint8Array, s: Uint8Array): Uint8Array {
  const body = concat(Uint8Array.of(2, r.length), r, Uint8Array.of(2, s.length), s);
  return concat(Uint8Array.of(0x30, body.length), body, Uint8Array.of(1));
}
