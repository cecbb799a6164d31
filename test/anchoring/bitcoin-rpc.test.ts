import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { signAnchor } from '../../src/anchoring/anchor-transaction.js';
import { BITCOIN_MAINNET, BITCOIN_REGTEST } from '../../src/anchoring/bitcoin-network.js';
import { BitcoinRpc } from '../../src/anchoring/bitcoin-rpc.js';
import type { BitcoinRpcOptions } from '../../src/anchoring/bitcoin-rpc.js';
import type { DevChain } from '../../src/anchoring/devchain.js';
import { toHex } from '../../src/base/bytes.js';
import { parseBlockHeader } from '../../src/evidence/bitcoin/block-header.js';
import { parseBlockHash, parseTxid } from '../../src/evidence/bitcoin/hash256.js';
import { REGTEST } from '../../src/evidence/bitcoin/network.js';
import { FakeNode, send } from './fake-node.js';
import type { Answer, FakeCall } from './fake-node.js';
import { payloadOf, POLICY, refusal, SIGNER, withDevChain } from './fixture.js';

const TXID = parseTxid('aa'.repeat(32));
const BLOCK = parseBlockHash('bb'.repeat(32));
const TIP = parseBlockHash('cc'.repeat(32));
const NOT_FOUND: Answer = { error: { code: -5, message: 'No such transaction' } };

async function withNode<T>(
  act: (
    node: FakeNode,
    open: (options?: Partial<BitcoinRpcOptions>) => Promise<BitcoinRpc>,
  ) => Promise<T>,
): Promise<T> {
  const node = await FakeNode.start(REGTEST.genesis);
  const open = (options: Partial<BitcoinRpcOptions> = {}): Promise<BitcoinRpc> =>
    BitcoinRpc.open({
      url: node.url,
      user: 'anchor',
      password: 'secret',
      network: BITCOIN_REGTEST,
      timeoutMillis: 5_000,
      retries: 0,
      retryMillis: 1,
      acceptMillis: 0,
      ...options,
    });
  try {
    return await act(node, open);
  } finally {
    await node[Symbol.asyncDispose]();
  }
}

describe('BitcoinRpc.open', () => {
  it('asks for the genesis block, with basic authentication', () =>
    withNode(async (node, open) => {
      await open();
      expect(node.calls).toEqual([
        {
          method: 'getblockhash',
          params: [0],
          authorization: `Basic ${Buffer.from('anchor:secret').toString('base64')}`,
        },
      ]);
    }));

  it('refuses a node of another network', () =>
    withNode(async (_node, open) => {
      expect(await refusal(() => open({ network: BITCOIN_MAINNET }))).toMatch(/^CHAIN_MISMATCH/);
    }));

  it('never shows its credentials', () =>
    withNode(async (_node, open) => {
      const shown = inspect(await open(), { depth: 9, showHidden: true });
      expect(shown).not.toMatch(/secret|Basic/);
    }));
});

describe('connections', () => {
  const cutOff: Answer = (response) => response.destroy();

  it('are tried again when they fail, and only as often as configured', () =>
    withNode(async (node, open) => {
      const answers = [() => cutOff, () => cutOff, () => ({ result: REGTEST.genesis })];
      node.answers.set('getblockhash', answers);
      await open({ retries: 2 });
      expect(node.count('getblockhash')).toBe(3);
      node.answers.set('getblockhash', cutOff);
      expect(await refusal(() => open({ retries: 2 }))).toMatch(/^CHAIN_UNAVAILABLE/);
      expect(node.count('getblockhash')).toBe(6);
    }));

  it('are not tried again for a slow answer', () =>
    withNode(async (node, open) => {
      node.answers.set('getblockhash', () => undefined);
      expect(await refusal(() => open({ timeoutMillis: 100, retries: 2 }))).toMatch(
        /^CHAIN_UNAVAILABLE: .*too long/,
      );
      expect(node.count('getblockhash')).toBe(1);
    }));

  it.each<[string, string, Answer]>([
    [
      'a starting node',
      'CHAIN_UNAVAILABLE: .*starting',
      { error: { code: -28, message: 'Loading' } },
    ],
    [
      'a busy node',
      'CHAIN_UNAVAILABLE: .*503',
      (response) => {
        send(response, 503, 'Work queue depth exceeded');
      },
    ],
    [
      'wrong credentials',
      'CHAIN_REFUSED',
      (response) => {
        send(response, 401, '');
      },
    ],
    [
      'an address not allowed',
      'CHAIN_REFUSED',
      (response) => {
        send(response, 403, '');
      },
    ],
    ['an error', 'CHAIN_REFUSED: .*-32601', { error: { code: -32601, message: 'x' } }],
    [
      'no JSON',
      'CHAIN_RESPONSE_INVALID: .*JSON',
      (response) => {
        send(response, 200, '<html>');
      },
    ],
    [
      'no JSON-RPC',
      'CHAIN_RESPONSE_INVALID: .*JSON-RPC',
      (response) => {
        send(response, 200, []);
      },
    ],
    ['another kind of result', 'CHAIN_RESPONSE_INVALID: .*form', { result: 7 }],
    ['upper-case hex', 'CHAIN_RESPONSE_INVALID: .*form', { result: 'AB'.repeat(32) }],
    [
      '9 MB',
      'CHAIN_RESPONSE_INVALID: .*larger',
      (response) => {
        send(response, 200, 'x'.repeat(9 * 1024 * 1024));
      },
    ],
    [
      'another address to go to',
      'CHAIN_UNAVAILABLE: .*307',
      (response) => {
        response.writeHead(307, { location: '/' }).end();
      },
    ],
  ])('are not tried again for %s', (_name, code, answer) =>
    withNode(async (node, open) => {
      node.answers.set('getblockhash', answer);
      expect(await refusal(() => open({ timeoutMillis: 20_000, retries: 2 }))).toMatch(
        new RegExp(`^${code}`),
      );
      expect(node.count('getblockhash')).toBe(1);
    }),
  );

  it('end when they are told to', () =>
    withNode(async (node, open) => {
      const stop = new AbortController();
      node.answers.set('getblockhash', () => {
        stop.abort();
      });
      expect(await refusal(() => open({ signal: stop.signal, retries: 5 }))).toMatch(
        /^CHAIN_UNAVAILABLE/,
      );
      expect(node.count('getblockhash')).toBe(1);
    }));
});

describe('BitcoinRpc reads', () => {
  it('the tip, headers and blocks, and checks the hash of what it gets', () =>
    withNode((node, open) =>
      withDevChain(async (devchain) => {
        const { height, hash } = await devchain.mine(3);
        await serve(node, devchain);
        const source = await open();
        expect(await source.tip()).toEqual({ height, hash });
        expect(await source.headerAt(2)).toEqual(await devchain.headerAt(2));
        expect(await source.rawBlock(hash)).toEqual(await devchain.rawBlock(hash));
        expect(await refusal(() => source.headerAt(4))).toMatch(/^CHAIN_BLOCK_UNKNOWN/);
        expect(await refusal(() => source.rawBlock(BLOCK))).toMatch(/^CHAIN_BLOCK_UNKNOWN/);
        const other = toHex(
          await devchain.rawBlock(parseBlockHeader(await devchain.headerAt(1)).hash),
        );
        for (const wrong of [other, '00', 'ab'.repeat(80)]) {
          node.answers.set('getblock', { result: wrong });
          expect(await refusal(() => source.rawBlock(hash))).toMatch(/^CHAIN_RESPONSE_INVALID/);
        }
        node.answers.set('getblockheader', { result: other });
        node.answers.set('getblockhash', {
          result: parseBlockHeader(await devchain.headerAt(1)).hash,
        });
        expect(await refusal(() => source.headerAt(1))).toMatch(/80 bytes/);
      }),
    ));

  it.each([
    [{ feerate: 0.00012345, blocks: 6 }, 12.345],
    [{ errors: ['Insufficient data'], blocks: 6 }, undefined],
    [{ fee: -1, blocks: 6 }, undefined],
  ])('the fee estimate %j as %p satoshi per virtual byte', (result, expected) =>
    withNode(async (node, open) => {
      node.answers.set('estimatesmartfee', { result });
      const rate = await (await open()).feeRate(6);
      if (expected === undefined) expect(rate).toBeUndefined();
      else expect(rate).toBeCloseTo(expected, 6);
    }),
  );
});

describe('BitcoinRpc.transactionStatus', () => {
  const status = (
    answers: Record<string, Answer | ((call: FakeCall) => Answer)[]>,
  ): Promise<unknown> =>
    withNode(async (node, open) => {
      const source = await open();
      node.answers.set('gettxout', { result: null });
      node.answers.set('getmempoolentry', NOT_FOUND);
      node.answers.set('getrawtransaction', NOT_FOUND);
      node.answers.set('getblockchaininfo', { result: { blocks: 110, bestblockhash: TIP } });
      for (const [method, answer] of Object.entries(answers)) node.answers.set(method, answer);
      return source.transactionStatus(TXID);
    });
  const confirmed = { state: 'confirmed', height: 106, blockHash: BLOCK, confirmations: 5 };

  it('is confirmed by the unspent coin alone, which needs no index', async () => {
    expect(
      await status({
        gettxout: { result: { bestblock: TIP, confirmations: 5, value: 1 } },
        getblockheader: { result: { height: 110, confirmations: 1 } },
        getblockhash: { result: BLOCK },
      }),
    ).toEqual(confirmed);
  });

  it('starts again when the chain moves while it is asked', async () => {
    const coin = (bestblock: string, confirmations: number) => (): Answer => ({
      result: { bestblock, confirmations },
    });
    expect(
      await status({
        gettxout: [coin('dd'.repeat(32), 4), coin(TIP, 5)],
        getblockheader: { result: { height: 110, confirmations: 1 } },
        getblockhash: { result: BLOCK },
      }),
    ).toEqual(confirmed);
  });

  it('is asked for again later when the chain moves at every look', async () => {
    const answers = {
      gettxout: { result: { bestblock: 'dd'.repeat(32), confirmations: 5 } },
      getblockheader: { result: { height: 110, confirmations: 1 } },
      getblockhash: { result: BLOCK },
    };
    expect(await refusal(() => status(answers))).toMatch(/^CHAIN_UNAVAILABLE: .*moving/);
  });

  it('is confirmed by the index when output 0 is spent', async () => {
    expect(
      await status({
        getrawtransaction: { result: { blockhash: BLOCK, confirmations: 4, hex: '' } },
        // The block's own count decides, which a transaction's may lag behind.
        getblockheader: { result: { height: 106, confirmations: 5 } },
      }),
    ).toEqual(confirmed);
  });

  it('is mempool, also where the coin is already counted with no confirmation', async () => {
    const mempool = { getmempoolentry: { result: { fees: {} } } };
    expect(await status(mempool)).toEqual({ state: 'mempool' });
    expect(
      await status({ ...mempool, gettxout: { result: { bestblock: TIP, confirmations: 0 } } }),
    ).toEqual({ state: 'mempool' });
  });

  it.each<[string, Record<string, Answer>]>([
    ['neither here nor there', {}],
    [
      'in a stale block, found with 0 confirmations',
      { getrawtransaction: { result: { blockhash: BLOCK, confirmations: 0 } } },
    ],
    [
      'in a stale block, found without any',
      { getrawtransaction: { result: { blockhash: BLOCK } } },
    ],
    [
      'in a block that has just become stale',
      {
        getrawtransaction: { result: { blockhash: BLOCK, confirmations: 3 } },
        getblockheader: { result: { height: 106, confirmations: -1 } },
      },
    ],
    [
      'in a block that is gone',
      {
        getrawtransaction: { result: { blockhash: BLOCK, confirmations: 3 } },
        getblockheader: { error: { code: -1, message: 'Block not found' } },
      },
    ],
  ])('is unknown when it is %s', async (_name, answers) => {
    expect(await status(answers)).toEqual({ state: 'unknown' });
  });
});

describe('BitcoinRpc.broadcast', () => {
  const anchor = signAnchor(
    {
      spends: { outpoint: { txid: TXID, vout: 0 }, value: 10_000n },
      topUps: [],
      payload: payloadOf(1),
      fee: 161n,
    },
    SIGNER,
    POLICY,
  );
  const broadcast = (sent: Answer, mempool: Answer | (() => Answer)[]): Promise<string> =>
    withNode(async (node, open) => {
      const source = await open({ acceptMillis: 200 });
      node.answers.set('sendrawtransaction', sent);
      node.answers.set('gettxout', { result: null });
      node.answers.set('getmempoolentry', mempool);
      node.answers.set('getrawtransaction', NOT_FOUND);
      return refusal(async () => source.broadcast((await anchor).bytes));
    });
  const inMempool: Answer = { result: {} };
  const sent: Answer = { result: 'ee'.repeat(32) };

  it('waits until the transaction is seen in the mempool', async () => {
    expect(await broadcast(sent, [() => NOT_FOUND, () => NOT_FOUND, () => inMempool])).toBe('none');
  });

  it('believes no txid: bcoin returns one for what it rejects', async () => {
    expect(await broadcast(sent, NOT_FOUND)).toMatch(/^CHAIN_TRANSACTION_REJECTED/);
  });

  it('takes "already in the chain" and "already known" for success, if they are true', async () => {
    const already: Answer = { error: { code: -27, message: 'Transaction already in block chain' } };
    expect(await broadcast(already, inMempool)).toBe('none');
    expect(await broadcast(already, NOT_FOUND)).toMatch(/^CHAIN_TRANSACTION_REJECTED/);
  });

  it('passes on why the node rejects, as the cause', async () => {
    const reason = 'min relay fee not met';
    await withNode(async (node, open) => {
      const source = await open();
      node.answers.set('sendrawtransaction', { error: { code: -26, message: reason } });
      node.answers.set('gettxout', { result: null });
      node.answers.set('getmempoolentry', NOT_FOUND);
      node.answers.set('getrawtransaction', NOT_FOUND);
      await expect(source.broadcast((await anchor).bytes)).rejects.toMatchObject({
        code: 'CHAIN_TRANSACTION_REJECTED',
        cause: { rpcCode: -26, message: reason },
      });
    });
  });

  it('does not call a lost connection a rejection', async () => {
    expect(await broadcast((response) => response.destroy(), NOT_FOUND)).toMatch(
      /^CHAIN_UNAVAILABLE/,
    );
  });

  it('sends the bytes that were signed', () =>
    withNode(async (node, open) => {
      const source = await open();
      node.answers.set('sendrawtransaction', sent);
      node.answers.set('gettxout', { result: null });
      node.answers.set('getmempoolentry', inMempool);
      const { bytes, txid } = await anchor;
      expect(await source.broadcast(bytes)).toBe(txid);
      expect(node.calls.find(({ method }) => method === 'sendrawtransaction')?.params).toEqual([
        toHex(bytes),
      ]);
    }));
});

/** Lets `node` answer from a development chain, in Bitcoin Core's words. */
async function serve(node: FakeNode, devchain: DevChain): Promise<void> {
  const headers: { hash: string; header: string; block: string }[] = [];
  const tip = await devchain.tip();
  for (let at = 0; at <= tip.height; at++) {
    const header = await devchain.headerAt(at);
    const { hash } = parseBlockHeader(header);
    headers.push({ hash, header: toHex(header), block: toHex(await devchain.rawBlock(hash)) });
  }
  node.answers.set('getblockchaininfo', {
    result: { blocks: tip.height, bestblockhash: tip.hash },
  });
  const find = ({ params }: FakeCall): (typeof headers)[number] | undefined =>
    headers.find(({ hash }) => hash === params[0]);
  const outOfRange: Answer = { error: { code: -8, message: 'Block height out of range' } };
  const notFound: Answer = { error: { code: -5, message: 'Block not found' } };
  node.answers.set('getblockhash', [
    ({ params }) => {
      const entry = headers[Number(params[0])];
      return entry === undefined ? outOfRange : { result: entry.hash };
    },
  ]);
  node.answers.set('getblockheader', [
    (call) => {
      const entry = find(call);
      return entry === undefined ? notFound : { result: entry.header };
    },
  ]);
  node.answers.set('getblock', [
    (call) => {
      const entry = find(call);
      return entry === undefined ? notFound : { result: entry.block };
    },
  ]);
}
