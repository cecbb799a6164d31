/** Our anchors on a real Bitcoin node, through the same code that talks to Bitcoin Core. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anchorChainToJson, parseAnchorChain } from '../../src/anchoring/anchor-chain-json.js';
import { proveAnchor } from '../../src/anchoring/anchor-prover.js';
import { softwareAnchorSigner } from '../../src/anchoring/anchor-signer.js';
import { chainAddress, chainScript } from '../../src/anchoring/anchor-transaction.js';
import type { AnchorCoin } from '../../src/anchoring/anchor-transaction.js';
import {
  anchorProgress,
  broadcastAnchor,
  nextAnchor,
  settleAnchor,
} from '../../src/anchoring/anchor-wallet.js';
import type { AnchorCandidate, AnchorChain } from '../../src/anchoring/anchor-wallet.js';
import { BCOIN_REGTEST, BITCOIN_MAINNET } from '../../src/anchoring/bitcoin-network.js';
import { BitcoinRpc } from '../../src/anchoring/bitcoin-rpc.js';
import { parseRawBlock } from '../../src/anchoring/internal/raw-block.js';
import { equalBytes } from '../../src/base/bytes.js';
import { verifyAnchorProof } from '../../src/evidence/bitcoin/anchor-proof.js';
import type { AnchorPolicy } from '../../src/evidence/bitcoin/anchor-proof.js';
import { parseBlockHeader } from '../../src/evidence/bitcoin/block-header.js';
import type { BlockHash } from '../../src/evidence/bitcoin/hash256.js';
import { parseTxid } from '../../src/evidence/bitcoin/hash256.js';
import { REGTEST } from '../../src/evidence/bitcoin/network.js';
import {
  payloadOf,
  POLICY,
  refusal,
  SIGNER,
  START as NOW,
  withDevChain,
} from '../anchoring/fixture.js';
import { BcoinNode } from './bcoin-node.js';

const ADDRESS = chainAddress(SIGNER.publicKey, BCOIN_REGTEST);
const SCRIPT = chainScript(SIGNER.publicKey);
/** Where rewards of later blocks go: another address makes another block of the same second. */
const ELSEWHERE = [11, 12, 13].map((salt) =>
  chainAddress(softwareAnchorSigner(new Uint8Array(32).fill(salt)).publicKey, BCOIN_REGTEST),
);
/** Segwit is voted in on bcoin's regtest, as it once was on mainnet: by 432 blocks. */
const SEGWIT_HEIGHT = 432;

let node: BcoinNode;

beforeAll(async () => {
  node = await BcoinNode.start();
  await node.generate(SEGWIT_HEIGHT + 8, ADDRESS);
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
});

async function rewardAt(height: number): Promise<AnchorCoin> {
  const { transactions } = parseRawBlock(await node.source.rawBlock(await hashAt(height)));
  const [coinbase] = transactions;
  const [output] = coinbase?.outputs ?? [];
  if (coinbase === undefined || output === undefined || !equalBytes(output.script, SCRIPT))
    throw new Error('the reward is not ours');
  return { outpoint: { txid: coinbase.txid, vout: 0 }, value: output.value };
}

async function hashAt(height: number): Promise<BlockHash> {
  return parseBlockHeader(await node.source.headerAt(height)).hash;
}

async function sign(chain: AnchorChain, size: number): Promise<AnchorChain> {
  const estimate = await node.source.feeRate(6);
  const request = { payload: payloadOf(size), estimate, now: NOW };
  const next = await nextAnchor(chain, request, SIGNER, POLICY);
  if (next.kind !== 'made') throw new Error(`not signed: ${next.kind}`);
  // As the owner of the chain does: stored first, and what is broadcast is what was stored.
  return parseAnchorChain(anchorChainToJson(next.chain), SCRIPT);
}

function last(chain: AnchorChain): AnchorCandidate {
  const candidate = chain.candidates.at(-1);
  if (candidate === undefined) throw new Error('no candidate');
  return candidate;
}

async function verifierOf(pinnedAt: number): Promise<AnchorPolicy> {
  return {
    network: REGTEST,
    requiredConfirmations: 6,
    pinnedHeaders: [
      { height: 0, hash: REGTEST.genesis },
      { height: pinnedAt, hash: await hashAt(pinnedAt) },
    ],
  };
}

describe('bcoin', () => {
  it('is of the network that it was opened for, and of no other', async () => {
    expect(await hashAt(0)).toBe(REGTEST.genesis);
    expect(await node.source.feeRate(6)).toBeUndefined();
    const { height } = await node.source.tip();
    expect(await refusal(() => node.source.headerAt(height + 1))).toMatch(/^CHAIN_BLOCK_UNKNOWN/);
    const stranger = parseTxid('11'.repeat(32));
    expect(await node.source.transactionStatus(stranger)).toEqual({ state: 'unknown' });
  });

  it('takes a chain of anchors, each proved, then reorganises and is proved again', async () => {
    let chain: AnchorChain = { tip: await rewardAt(1), candidates: [] };
    const anchors: AnchorCandidate[] = [];
    for (let size = 1; size <= 4; size++) {
      chain = await sign(chain, size);
      await broadcastAnchor(node.source, chain);
      expect(await anchorProgress(node.source, chain)).toMatchObject({
        status: { state: 'mempool' },
      });
      await node.generate(1, ADDRESS);
      expect(await anchorProgress(node.source, chain)).toMatchObject({
        status: { state: 'confirmed', confirmations: 1 },
      });
      anchors.push(last(chain));
      if (size < 4) chain = settleAnchor(chain, last(chain).txid);
    }
    await node.generate(5, ADDRESS);

    const verifier = await verifierOf(SEGWIT_HEIGHT);
    for (const [at, { txid, spends }] of anchors.entries()) {
      const proof = await proveAnchor(node.source, txid, {
        confirmations: 6,
        headersFrom: SEGWIT_HEIGHT,
      });
      expect(verifyAnchorProof(proof, verifier)).toMatchObject({
        payload: payloadOf(at + 1),
        txid,
        chainInput: spends.outpoint,
        confirmations: 6,
        attribution: 'pinned',
        development: true,
      });
    }

    // The newest anchor's block and all on top of it go away.
    const newest = last(chain);
    const stale = await proveAnchor(node.source, newest.txid, { confirmations: 6 });
    const before = verifyAnchorProof(stale, verifier);
    await node.invalidate(before.blockHash);
    expect(await node.source.transactionStatus(newest.txid)).toEqual({ state: 'unknown' });
    expect(
      await refusal(() => proveAnchor(node.source, newest.txid, { confirmations: 1 })),
    ).toMatch(/^ANCHOR_UNCONFIRMED/);

    // The bytes that were stored are broadcast again, and confirm in another block.
    await broadcastAnchor(node.source, chain);
    await node.generate(6, ELSEWHERE[0] ?? '');
    expect(await anchorProgress(node.source, chain)).toMatchObject({
      status: { state: 'confirmed', confirmations: 6 },
    });
    const fresh = await proveAnchor(node.source, newest.txid, { confirmations: 6 });
    const after = verifyAnchorProof(fresh, await verifierOf(before.height));
    expect(after).toMatchObject({ attribution: 'pinned', payload: before.payload });
    expect(after.blockHash).not.toBe(before.blockHash);
    const pinned = await verifierOf(before.height);
    expect(() => verifyAnchorProof(stale, pinned)).toThrow('pinned for its height');
  });

  it('refuses a second anchor of the same coin, unconfirmed and confirmed', async () => {
    const start: AnchorChain = { tip: await rewardAt(2), candidates: [] };
    const one = await sign(start, 1);
    const two = await sign(start, 2);
    await broadcastAnchor(node.source, one);
    expect(await refusal(() => broadcastAnchor(node.source, two))).toMatch(
      /^CHAIN_TRANSACTION_REJECTED/,
    );
    await node.generate(1, ELSEWHERE[1] ?? '');
    expect(await refusal(() => broadcastAnchor(node.source, two))).toMatch(
      /^CHAIN_TRANSACTION_REJECTED/,
    );
    // Asking again for what is confirmed is fine.
    await broadcastAnchor(node.source, one);
    expect(await anchorProgress(node.source, two)).toMatchObject({ status: { state: 'unknown' } });
  });

  it('pays in a top-up and keeps the chain at output 0', async () => {
    const start: AnchorChain = { tip: await rewardAt(3), candidates: [] };
    const topUps = [await rewardAt(4), await rewardAt(5)];
    const request = { payload: payloadOf(9), estimate: 3, topUps, now: NOW };
    const next = await nextAnchor(start, request, SIGNER, POLICY);
    if (next.kind !== 'made') throw new Error('not signed');
    await broadcastAnchor(node.source, next.chain);
    await node.generate(1, ELSEWHERE[2] ?? '');
    const settled = settleAnchor(next.chain, last(next.chain).txid);
    expect(settled.tip.value).toBe(15_000_000_000n - last(next.chain).fee);
  });

  it('is refused when it is another network than configured, or the key is wrong', async () => {
    const port = { timeoutMillis: 5_000, retries: 0, retryMillis: 1, acceptMillis: 0 };
    const options = {
      ...port,
      url: node.url,
      user: 'x',
      password: 'wrong',
      network: BCOIN_REGTEST,
    };
    expect(await refusal(() => BitcoinRpc.open(options))).toMatch(/^CHAIN_REFUSED/);
    const mainnet = { ...options, password: node.password, network: BITCOIN_MAINNET };
    expect(await refusal(() => BitcoinRpc.open(mainnet))).toMatch(/^CHAIN_MISMATCH/);
  });
});

describe('the development chain', () => {
  it('is a chain that a real node takes, block by block', () =>
    withDevChain(async (devchain) => {
      await devchain.mine(SEGWIT_HEIGHT);
      let chain: AnchorChain = { tip: await devchain.fund(SCRIPT), candidates: [] };
      for (let size = 1; size <= 3; size++) {
        chain = await sign(chain, size);
        await broadcastAnchor(devchain, chain);
        await devchain.mine(2);
        chain = settleAnchor(chain, last(chain).txid);
      }
      const { height, hash } = await devchain.tip();
      const other = await BcoinNode.start();
      try {
        for (let at = 1; at <= height; at++) {
          const block = await devchain.rawBlock(parseBlockHeader(await devchain.headerAt(at)).hash);
          expect([at, await other.submit(block)]).toEqual([at, null]);
        }
        expect(await other.source.tip()).toEqual({ height, hash });
        expect(await other.source.transactionStatus(chain.tip.outpoint.txid)).toEqual(
          await devchain.transactionStatus(chain.tip.outpoint.txid),
        );
      } finally {
        await other[Symbol.asyncDispose]();
      }
    }));
});
