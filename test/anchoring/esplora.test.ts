import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { BITCOIN_REGTEST, BITCOIN_SIGNET } from '../../src/anchoring/bitcoin-network.js';
import { Esplora } from '../../src/anchoring/esplora.js';
import { toHex } from '../../src/base/bytes.js';
import { parseTxid } from '../../src/evidence/bitcoin/hash256.js';
import { type AnchoringLife, CONFIRMATIONS, settle, withAnchoring } from './anchoring-life.js';
import { EsploraDouble } from './esplora-double.js';
import { payloadOf, refusal } from './fixture.js';

const TRIES = { timeoutMillis: 2_000, retries: 0, retryMillis: 1 };

function withServer(
  act: (life: AnchoringLife, server: EsploraDouble, source: Esplora) => Promise<void>,
): Promise<void> {
  return withAnchoring(async (life) => {
    await life.chain.mine(3);
    await using server = await EsploraDouble.start(life.chain);
    const { url } = server;
    await act(life, server, await Esplora.open({ ...TRIES, url, network: BITCOIN_REGTEST }));
  });
}

function answering(path: RegExp, status: number, body: string): EsploraDouble['fault'] {
  return (asked, response: ServerResponse) => {
    if (!path.test(asked)) return false;
    response.statusCode = status;
    response.setHeader('content-type', 'text/plain');
    response.end(body);
    return true;
  };
}

describe('an Esplora server', () => {
  it('tells of the chain what the chain tells', () =>
    withServer(async (life, server, source) => {
      const anchorer = await life.open({ source });
      await anchorer.publish(payloadOf(2));
      const { tip, candidates } = await life.stored();
      const [candidate] = candidates;
      if (candidate === undefined) throw new Error('one was signed');
      expect(candidate.fee).toBe(161n * 4n);
      for (const mined of [0, 1]) {
        await life.chain.mine(mined);
        expect(await source.tip()).toEqual(await life.chain.tip());
        for (const txid of [candidate.txid, tip.outpoint.txid, parseTxid('ab'.repeat(32))]) {
          expect(await source.transactionStatus(txid)).toEqual(
            await life.chain.transactionStatus(txid),
          );
          for (const vout of [0, 1, 2])
            expect([mined, vout, await source.coin({ txid, vout })]).toEqual([
              mined,
              vout,
              await life.chain.coin({ txid, vout }),
            ]);
        }
      }
      expect(await refusal(() => source.headerAt(9_999))).toMatch(/^CHAIN_BLOCK_UNKNOWN/);
      expect(await source.feeRate(24)).toBe(4);
      expect(server.paths).toContain('/tx');
    }));

  it('carries a whole life of anchors, a reorganisation in it', () =>
    withServer(async (life, _server, source) => {
      const anchorer = await life.open({ source });
      for (const size of [2, 3]) await settle(life, anchorer, size);
      await life.chain.disconnect(CONFIRMATIONS);
      await life.chain.dropMempool();
      await life.chain.mine(CONFIRMATIONS + 1);
      await anchorer.poll();
      expect(anchorer.settledSize).toBe(2);
      await life.chain.mine(CONFIRMATIONS);
      expect(await anchorer.poll()).toMatchObject({ epochSize: 3 });
    }));

  it('is refused when it is of another network', () =>
    withServer(async (_life, { url }) => {
      const opened = Esplora.open({ ...TRIES, url, network: BITCOIN_SIGNET });
      expect(await refusal(() => opened)).toBe(
        'CHAIN_MISMATCH: the Esplora server is not of the network signet',
      );
    }));

  it('is refused by name for whatever it does, and nothing of the chain is lost', () =>
    withServer(async (life, server, source) => {
      const anchorer = await life.open({ source });
      await settle(life, anchorer, 2);
      await anchorer.publish(payloadOf(3));
      const before = await life.stored();
      await life.chain.mine(CONFIRMATIONS);
      const header = toHex(await life.chain.headerAt(7));
      const faults: [string, EsploraDouble['fault'], RegExp][] = [
        ['is busy', answering(/./, 429, 'slow down'), /^CHAIN_UNAVAILABLE.*429/],
        ['fails', answering(/./, 500, 'oops'), /^CHAIN_UNAVAILABLE.*500/],
        ['is a teapot', answering(/./, 418, ''), /^CHAIN_RESPONSE_INVALID.*418/],
        ['asks for a password', answering(/./, 401, ''), /^CHAIN_REFUSED/],
        ['points elsewhere', answering(/./, 302, ''), /^CHAIN_REFUSED/],
        ['talks nonsense', answering(/status$/, 200, '{"confirmed":'), /^CHAIN_RESPONSE_INVALID/],
        ['says nothing', answering(/status$/, 200, '{}'), /^CHAIN_RESPONSE_INVALID/],
        ['shows another header', answering(/header$/, 200, header), /^CHAIN_RESPONSE_INVALID/],
        ['shows no header', answering(/header$/, 200, 'no'), /^CHAIN_RESPONSE_INVALID/],
        [
          'lies of a place',
          answering(
            /status$/,
            200,
            `{"confirmed":true,"block_height":5,"block_hash":"${'1'.repeat(64)}"}`,
          ),
          /^CHAIN_UNAVAILABLE/,
        ],
        [
          'sends a block of more than 4 MB',
          (path, response) => {
            if (!path.endsWith('/raw')) return false;
            response.end(Buffer.alloc(4_000_001));
            return true;
          },
          /^CHAIN_RESPONSE_INVALID.*larger than any block/,
        ],
        [
          'breaks off',
          (path, response) => {
            response.destroy();
            return path !== '';
          },
          /^CHAIN_UNAVAILABLE/,
        ],
        ['never answers', () => true, /^CHAIN_UNAVAILABLE.*too long/],
      ];
      for (const [what, fault, expected] of faults) {
        server.fault = fault;
        expect([what, await refusal(() => anchorer.poll())]).toEqual([
          what,
          expect.stringMatching(expected),
        ]);
        expect([what, await life.stored()]).toEqual([what, before]);
        expect(anchorer.report.closed).toBeNull();
      }
      server.fault = () => false;
      expect(await anchorer.poll()).toMatchObject({ epochSize: 3 });
    }));

  it('is asked again, after a pause, where it is busy', () =>
    withServer(async (life, server) => {
      let left = 2;
      server.fault = (path, response) => left-- > 0 && answering(/./, 503, '')(path, response);
      const { url } = server;
      const source = await Esplora.open({ ...TRIES, retries: 3, url, network: BITCOIN_REGTEST });
      expect(await source.tip()).toEqual(await life.chain.tip());
      expect(server.paths.filter((path) => path === '/block-height/0')).toHaveLength(4);
    }));

  it('does not close a chain by saying that its coin is spent', () =>
    withServer(async (life, server, source) => {
      const anchorer = await life.open({ source });
      await settle(life, anchorer, 2);
      server.fault = answering(/outspend/, 200, '{"spent":true,"status":{"confirmed":true}}');
      expect(await refusal(() => anchorer.poll())).toMatch(/^ANCHOR_COIN_MISSING/);
      expect(anchorer.report.closed).toBeNull();
      server.fault = () => false;
      await settle(life, anchorer, 3);
      expect(anchorer.settledSize).toBe(3);
    }));
});
