/** Whatever comes back, the node goes on with the transaction that it asked for, or not at all. */
import { describe, expect, it } from '@jest/globals';
import { Psbt, Transaction } from 'bitcoinjs-lib';
import fc from 'fast-check';
import { answeredAnchor } from '../../src/anchoring/anchor-answer.js';
import { anchorPsbt } from '../../src/anchoring/anchor-psbt.js';
import type { AnchorCoin } from '../../src/anchoring/anchor-transaction.js';
import {
  type AnchorCandidate,
  type AnchorChain,
  nextAnchor,
} from '../../src/anchoring/anchor-wallet.js';
import { AnchoringError } from '../../src/anchoring/errors.js';
import { spendsP2wpkh } from '../../src/anchoring/internal/p2wpkh-check.js';
import { concat, equalBytes, fromHex, toHex } from '../../src/base/bytes.js';
import { txidOf } from '../../src/evidence/bitcoin/hash256.js';
import { parseTransaction } from '../../src/evidence/bitcoin/transaction.js';
import { isLong, timeLimit } from '../support/suite.js';
import { finalised, signed, WALLET } from './distant-wallet.js';
import { payloadOf, POLICY, SCRIPT, START } from './fixture.js';

const RUNS = isLong ? 20_000 : 1_000;
const ORIGIN = { fingerprint: fromHex('d34db33f'), path: "m/84'/0'/0'/0/0" };

function coin(salt: number, value: bigint): AnchorCoin {
  return { outpoint: { txid: txidOf(new Uint8Array(32).fill(salt)), vout: salt }, value };
}

async function asked(topUps: number): Promise<{ chain: AnchorChain; candidate: AnchorCandidate }> {
  const tip = coin(1, 100_000n);
  const coins = Array.from({ length: topUps }, (_, at) => coin(at + 2, 5_000n));
  const request = { payload: payloadOf(3), estimate: 3, topUps: coins, now: START };
  const next = await nextAnchor({ tip, candidates: [] }, request, WALLET.signer, POLICY);
  if (next.kind !== 'made') throw new Error('no anchor was made');
  const [candidate] = next.chain.candidates;
  if (candidate === undefined) throw new Error('no candidate');
  return { chain: next.chain, candidate };
}

function psbtOf(candidate: AnchorCandidate): Uint8Array {
  return anchorPsbt(candidate, { publicKey: WALLET.signer.publicKey, origin: ORIGIN });
}

describe('the PSBT of an anchor', () => {
  it('says what it spends, who signs it and that all of it is signed', async () => {
    const { candidate } = await asked(2);
    const psbt = Psbt.fromBuffer(psbtOf(candidate));
    const { publicKey } = WALLET.signer;
    const derivation = {
      masterFingerprint: ORIGIN.fingerprint,
      path: ORIGIN.path,
      pubkey: publicKey,
    };
    expect(psbt.data.inputs.map(({ witnessUtxo }) => witnessUtxo?.value)).toEqual([
      100_000n,
      5_000n,
      5_000n,
    ]);
    for (const input of psbt.data.inputs) {
      expect(input.witnessUtxo?.script).toEqual(SCRIPT);
      expect(input.sighashType).toBe(Transaction.SIGHASH_ALL);
      expect(input.bip32Derivation).toEqual([derivation]);
    }
    // So that a device knows the payment for its own, and the data for none.
    const [own, data] = psbt.data.outputs;
    expect(own?.bip32Derivation).toEqual([derivation]);
    expect(data?.bip32Derivation).toBeUndefined();
    expect(psbt.data.getTransaction()).toEqual(candidate.bytes);
  });

  it('is for an air gap: 33 inputs fit into 10 kB', async () => {
    expect(psbtOf((await asked(32)).candidate).length).toBeLessThan(10_000);
  });
});

/** Bytes changed, dropped, put in or swapped between two honest answers. */
const alteration = fc.oneof(
  fc.record({
    kind: fc.constant('set' as const),
    at: fc.nat(),
    value: fc.integer({ min: 1, max: 255 }),
  }),
  fc.record({
    kind: fc.constant('cut' as const),
    at: fc.nat(),
    length: fc.integer({ min: 1, max: 80 }),
  }),
  fc.record({
    kind: fc.constant('put' as const),
    at: fc.nat(),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 80 }),
  }),
  fc.record({ kind: fc.constant('end' as const), at: fc.nat(), length: fc.constant(0) }),
);
type Alteration = typeof alteration extends fc.Arbitrary<infer T> ? T : never;

function altered(bytes: Uint8Array, change: Alteration): Uint8Array {
  const at = change.at % bytes.length;
  switch (change.kind) {
    case 'set': {
      const copy = bytes.slice();
      copy[at] = (copy[at] ?? 0) ^ change.value;
      return copy;
    }
    case 'cut':
      return concat(bytes.subarray(0, at), bytes.subarray(at + change.length));
    case 'put':
      return concat(bytes.subarray(0, at), change.bytes, bytes.subarray(at));
    case 'end':
      return bytes.subarray(0, at);
  }
}

describe('an altered answer', () => {
  it(
    'leads to the transaction that was asked for with valid signatures, or to a refusal',
    async () => {
      const { chain, candidate } = await asked(1);
      const psbt = psbtOf(candidate);
      const { stripped, txid } = parseTransaction(candidate.bytes);
      const counts = { taken: 0, refused: 0 };
      fc.assert(
        fc.property(
          fc.constantFrom(signed(psbt), finalised(psbt)),
          fc.array(alteration, { minLength: 0, maxLength: 3 }),
          (answer, changes) => {
            const bytes = changes.reduce(altered, answer);
            try {
              const taken = answeredAnchor(chain, bytes, WALLET.signer.publicKey, POLICY);
              counts.taken++;
              const parsed = parseTransaction(taken.bytes);
              expect(toHex(parsed.stripped)).toBe(toHex(stripped));
              expect(parsed.txid).toBe(txid);
              const transaction = Transaction.fromBuffer(taken.bytes);
              [candidate.spends, ...candidate.topUps].forEach(({ value }, input) => {
                expect(spendsP2wpkh(transaction, input, { value, script: SCRIPT })).toBe(true);
              });
            } catch (cause) {
              // Any other error would be a bug that a stranger can reach.
              if (!(cause instanceof AnchoringError)) throw cause;
              counts.refused++;
              expect(cause.code).toMatch(/^ANCHOR_PSBT_/);
              expect(cause.message.length).toBeLessThan(300);
            }
          },
        ),
        { numRuns: RUNS },
      );
      expect(counts.taken).toBeGreaterThan(RUNS / 20);
      expect(counts.refused).toBeGreaterThan(RUNS / 4);
    },
    timeLimit,
  );

  it(
    'of which any one byte is another leads nowhere else',
    async () => {
      const { chain, candidate } = await asked(0);
      const answer = signed(psbtOf(candidate));
      for (let at = 0; at < answer.length; at++)
        for (const value of [1, 0x80, 0xff]) {
          const bytes = altered(answer, { kind: 'set', at, value });
          try {
            const taken = answeredAnchor(chain, bytes, WALLET.signer.publicKey, POLICY);
            expect(equalBytes(parseTransaction(taken.bytes).stripped, candidate.bytes)).toBe(true);
          } catch (cause) {
            if (!(cause instanceof AnchoringError)) throw cause;
          }
        }
    },
    timeLimit,
  );
});
