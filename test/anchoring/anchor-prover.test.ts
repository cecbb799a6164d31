import { describe, expect, it } from '@jest/globals';
import { proveAnchor } from '../../src/anchoring/anchor-prover.js';
import { signAnchor } from '../../src/anchoring/anchor-transaction.js';
import { anchorOutput } from '../../src/anchoring/anchor-wallet.js';
import type { ChainSource } from '../../src/anchoring/chain-source.js';
import type { DevChain } from '../../src/anchoring/devchain.js';
import { canonicalJsonBytes, parseCanonicalJson } from '../../src/base/canonical-json.js';
import {
  anchorProofToJson,
  parseAnchorProof,
} from '../../src/evidence/bitcoin/anchor-proof-json.js';
import { verifyAnchorProof } from '../../src/evidence/bitcoin/anchor-proof.js';
import type { VerifiedAnchor } from '../../src/evidence/bitcoin/anchor-proof.js';
import type { Txid } from '../../src/evidence/bitcoin/hash256.js';
import { REGTEST } from '../../src/evidence/bitcoin/network.js';
import { payloadOf, POLICY, refusal, SCRIPT, SIGNER, START, withDevChain } from './fixture.js';

const VERIFIER = { network: REGTEST, requiredConfirmations: 6, pinnedHeaders: [] };

/** Anchors of sizes 1…`count`, each spending the one before, all confirmed. */
async function anchorsOn(source: DevChain, count: number): Promise<Txid[]> {
  let spends = await source.fund(SCRIPT);
  const txids: Txid[] = [];
  for (let size = 1; size <= count; size++) {
    const draft = { spends, topUps: [], payload: payloadOf(size), fee: 161n };
    const { bytes, txid } = await signAnchor(draft, SIGNER, POLICY);
    await source.broadcast(bytes);
    await source.mine();
    spends = anchorOutput(bytes);
    txids.push(txid);
  }
  return txids;
}

describe('proveAnchor', () => {
  it('proves what an independent verifier then reads: size, root, block, time and chain link', () =>
    withDevChain(async (source) => {
      const [first, second, third] = await anchorsOn(source, 3);
      await source.mine(5);
      const verified: VerifiedAnchor[] = [];
      for (const txid of [first, second, third]) {
        if (txid === undefined) throw new Error('three anchors were made');
        const proof = await proveAnchor(source, txid, { confirmations: 6 });
        const wire = canonicalJsonBytes(anchorProofToJson(proof));
        verified.push(verifyAnchorProof(parseAnchorProof(parseCanonicalJson(wire)), VERIFIER));
      }
      expect(verified.map(({ payload }) => payload)).toEqual([1, 2, 3].map(payloadOf));
      expect(verified.map(({ height }) => height)).toEqual([101, 102, 103]);
      // Each anchor spends output 0 of the one before: one chain, which cannot fork.
      expect(verified.slice(1).map(({ chainInput }) => chainInput)).toEqual([
        { txid: first, vout: 0 },
        { txid: second, vout: 0 },
      ]);
      for (const { time, development, attribution, chainScript } of verified) {
        expect(Math.abs(time - START)).toBeLessThan(60_000);
        expect({ development, attribution }).toEqual({
          development: true,
          attribution: 'self-asserted',
        });
        expect(chainScript).toEqual(SCRIPT);
      }
    }));

  it('reaches back to a pinned header', () =>
    withDevChain(async (source) => {
      const [txid] = await anchorsOn(source, 1);
      if (txid === undefined) throw new Error('one anchor was made');
      await source.mine(5);
      const proof = await proveAnchor(source, txid, { confirmations: 6, headersFrom: 0 });
      const pinnedHeaders = [{ height: 0, hash: REGTEST.genesis }];
      expect(verifyAnchorProof(proof, { ...VERIFIER, pinnedHeaders })).toMatchObject({
        attribution: 'pinned',
        confirmations: 6,
        height: 101,
      });
    }));

  it('refuses until there are as many confirmations as asked for', () =>
    withDevChain(async (source) => {
      const [txid] = await anchorsOn(source, 1);
      if (txid === undefined) throw new Error('one anchor was made');
      const prove = (): Promise<unknown> => proveAnchor(source, txid, { confirmations: 3 });
      expect(await refusal(prove)).toMatch(/^ANCHOR_UNCONFIRMED: .*1 of 3/);
      await source.mine(2);
      expect(await refusal(prove)).toBe('none');
      await source.disconnect(3);
      expect(await refusal(prove)).toMatch(/^ANCHOR_UNCONFIRMED: .*0 of 3/);
    }));

  it('makes another proof after a reorganisation; the stale one shows work of a chain that lost', () =>
    withDevChain(async (source) => {
      const [txid] = await anchorsOn(source, 1);
      if (txid === undefined) throw new Error('one anchor was made');
      await source.mine(5);
      const stale = await proveAnchor(source, txid, { confirmations: 6 });
      await source.disconnect(6);
      await source.mine(6);
      const fresh = await proveAnchor(source, txid, { confirmations: 6 });
      const before = verifyAnchorProof(stale, VERIFIER);
      const after = verifyAnchorProof(fresh, VERIFIER);
      expect(after.blockHash).not.toBe(before.blockHash);
      expect(after.payload).toEqual(before.payload);
      const pinned = { ...VERIFIER, pinnedHeaders: [{ height: 101, hash: after.blockHash }] };
      expect(verifyAnchorProof(fresh, pinned).attribution).toBe('pinned');
      expect(() => verifyAnchorProof(stale, pinned)).toThrow('pinned');
    }));

  it('says that the chain has moved when it is reorganised while being read', () =>
    withDevChain(async (source) => {
      const [txid] = await anchorsOn(source, 1);
      if (txid === undefined) throw new Error('one anchor was made');
      await source.mine(5);
      let calls = 0;
      const restless: ChainSource = {
        ...delegate(source),
        headerAt: async (height) => {
          if (++calls === 3) {
            await source.disconnect(6);
            await source.mine(6);
          }
          return source.headerAt(height);
        },
      };
      const prove = (): Promise<unknown> => proveAnchor(restless, txid, { confirmations: 6 });
      expect(await refusal(prove)).toMatch(/^ANCHOR_MOVED/);
      // Asked again, it finds the anchor where it is now.
      expect(await refusal(prove)).toBe('none');
      const shrinking: ChainSource = {
        ...delegate(source),
        headerAt: async (height) => {
          if (height === 103) await source.disconnect(6);
          return source.headerAt(height);
        },
      };
      expect(await refusal(() => proveAnchor(shrinking, txid, { confirmations: 6 }))).toMatch(
        /^ANCHOR_MOVED/,
      );
    }));

  it.each<[string, (source: DevChain) => Partial<ChainSource>]>([
    [
      'another block',
      (source) => ({ rawBlock: async () => source.rawBlock((await source.tip()).hash) }),
    ],
    [
      'a block cut off',
      (source) => ({ rawBlock: async (hash) => (await source.rawBlock(hash)).subarray(0, -1) }),
    ],
    [
      'a block of 4 MB and a byte',
      () => ({ rawBlock: () => Promise.resolve(new Uint8Array(4_000_001)) }),
    ],
    ['no bytes', () => ({ rawBlock: () => Promise.resolve(new Uint8Array()) })],
  ])('refuses a source that sends %s', (_name, fault) =>
    withDevChain(async (source) => {
      const [txid] = await anchorsOn(source, 1);
      if (txid === undefined) throw new Error('one anchor was made');
      await source.mine(5);
      const faulty: ChainSource = { ...delegate(source), ...fault(source) };
      expect(await refusal(() => proveAnchor(faulty, txid, { confirmations: 6 }))).toMatch(
        /^CHAIN_RESPONSE_INVALID/,
      );
    }),
  );

  it('refuses the block that held the anchor before a reorganisation', () =>
    withDevChain(async (source) => {
      const [txid] = await anchorsOn(source, 1);
      if (txid === undefined) throw new Error('one anchor was made');
      const stale = await source.tip();
      await source.disconnect(1);
      await source.mine();
      const rawBlock = (): Promise<Uint8Array> => source.rawBlock(stale.hash);
      const faulty: ChainSource = { ...delegate(source), rawBlock };
      expect(await refusal(() => proveAnchor(faulty, txid, { confirmations: 1 }))).toMatch(
        /^CHAIN_RESPONSE_INVALID/,
      );
    }));

  it('makes no proof of more headers than a verifier reads', () =>
    withDevChain(async (source) => {
      const [txid] = await anchorsOn(source, 1);
      if (txid === undefined) throw new Error('one anchor was made');
      const far = {
        ...delegate(source),
        transactionStatus: async () =>
          ({ ...(await source.transactionStatus(txid)), confirmations: 9_999 }) as never,
      };
      expect(await refusal(() => proveAnchor(far, txid, { confirmations: 4_097 }))).toMatch(
        /^ANCHOR_UNCONFIRMED: .*4096 headers/,
      );
    }));
});

/** The same source as a plain object, whose methods a test can replace. */
function delegate(source: DevChain): ChainSource {
  return {
    network: source.network,
    tip: () => source.tip(),
    headerAt: (height) => source.headerAt(height),
    rawBlock: (hash) => source.rawBlock(hash),
    broadcast: (transaction) => source.broadcast(transaction),
    transactionStatus: (txid) => source.transactionStatus(txid),
    coin: (outpoint) => source.coin(outpoint),
    feeRate: () => source.feeRate(),
  };
}
