import { describe, expect, it } from '@jest/globals';
import { chainScript } from '../../src/anchoring/anchor-transaction.js';
import { BITCOIN_REGTEST } from '../../src/anchoring/bitcoin-network.js';
import { BitcoinRpc } from '../../src/anchoring/bitcoin-rpc.js';
import type { ChainSource } from '../../src/anchoring/chain-source.js';
import { deferredChain } from '../../src/anchoring/deferred-chain.js';
import { fundingCoin } from '../../src/anchoring/funding-coin.js';
import { toHex } from '../../src/base/bytes.js';
import { parseTxid } from '../../src/evidence/bitcoin/hash256.js';
import { REGTEST } from '../../src/evidence/bitcoin/network.js';
import { type Answer, FakeNode } from './fake-node.js';
import { refusal, SIGNER, withDevChain } from './fixture.js';

const OUTPOINT = { txid: parseTxid('aa'.repeat(32)), vout: 3 };
const SCRIPT = chainScript(SIGNER.publicKey);
const COIN = {
  bestblock: 'cc'.repeat(32),
  confirmations: 2,
  value: 0.10000001,
  scriptPubKey: { hex: toHex(SCRIPT) },
};

async function coinOf(answer: Answer): Promise<string> {
  const node = await FakeNode.start(REGTEST.genesis);
  node.answers.set('gettxout', answer);
  node.answers.set('getblockheader', { result: { height: 7, confirmations: 1 } });
  try {
    let value = 'none';
    const refused = await refusal(async () => {
      const source = await BitcoinRpc.open({
        ...{ url: node.url, user: '', password: '', timeoutMillis: 5_000 },
        ...{ retries: 0, retryMillis: 1, acceptMillis: 0, network: BITCOIN_REGTEST },
      });
      const coin = await fundingCoin(source, OUTPOINT, SCRIPT);
      expect(node.calls[1]?.params).toEqual([OUTPOINT.txid, 3, false]);
      expect(coin.height).toBe(6);
      expect(coin.outpoint).toEqual(OUTPOINT);
      value = coin.value.toString();
    });
    return refused === 'none' ? value : refused;
  } finally {
    await node[Symbol.asyncDispose]();
  }
}

describe('the funding coin', () => {
  it('has the value that the node tells, to the satoshi', async () => {
    expect(await coinOf({ result: COIN })).toBe('10000001');
  });

  it.each<[string, unknown]>([
    ['spent', null],
    ['unconfirmed', { ...COIN, confirmations: 0 }],
    ['paid to another', { ...COIN, scriptPubKey: { hex: '0014'.padEnd(44, '0') } }],
  ])('must not be %s', async (_what, result) => {
    expect(await coinOf({ result })).toMatch(/^ANCHOR_COIN_REFUSED/);
  });

  it('is not taken from a node that refuses or talks nonsense', async () => {
    expect(await coinOf({ error: { code: -8, message: 'x' } })).toMatch(/^CHAIN_REFUSED/);
    expect(await coinOf({ result: { value: 'much' } })).toMatch(/^CHAIN_RESPONSE_INVALID/);
  });
});

describe('a deferred chain', () => {
  it('is opened when it is first asked, once, and again after a failure', () =>
    withDevChain(async (devchain) => {
      let opened = 0;
      const open = (): Promise<ChainSource> =>
        ++opened === 1 ? Promise.reject(new Error('down')) : Promise.resolve(devchain);
      const chain = deferredChain(BITCOIN_REGTEST, open);
      expect(opened).toBe(0);
      await expect(chain.tip()).rejects.toThrow('down');
      const tip = await chain.tip();
      expect(tip).toEqual(await devchain.tip());
      expect(await chain.headerAt(0)).toEqual(await devchain.headerAt(0));
      expect(await chain.rawBlock(tip.hash)).toEqual(await devchain.rawBlock(tip.hash));
      expect(await chain.feeRate(6)).toBe(1);
      expect(await chain.coin(OUTPOINT)).toBeUndefined();
      expect(await chain.transactionStatus(OUTPOINT.txid)).toEqual({ state: 'unknown' });
      expect(opened).toBe(2);
    }));
});
