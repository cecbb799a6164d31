/** Several nodes named with commas: reads go to the one that is the least behind, writes to the one that takes them. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { NodeClient } from '../../src/cli/node-client.js';
import { nodeClientFor } from '../../src/cli/node-options.js';
import { freePort } from '../support/free-port.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

/** A node as far as it answers here; what it was asked it keeps. */
async function node(answer: Answer): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    asked.push(`${request.method ?? ''} ${request.url ?? ''} ${authorization ?? ''}`);
    answer(request, response);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const good =
  (name: string, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    void response.writeHead(200, headers).end(JSON.stringify({ name }));

const refusing =
  (status: number, code: string): Answer =>
  ({ method }, response) => {
    if (method === 'GET') response.writeHead(200).end('{}');
    else response.writeHead(status).end(JSON.stringify({ code, title: 'No' }));
  };

function clientOf(urls: readonly string[], key = 'k1'): NodeClient {
  const env = { CHIROGRAPH_URL: urls.join(','), CHIROGRAPH_KEY: key };
  const terminal = { stdout: () => undefined, stderr: () => undefined, isInteractive: false };
  return nodeClientFor({}, { ...terminal, env } as unknown as Parameters<typeof nodeClientFor>[1]);
}

const PATH = '/v1/ledgers/kyc/records';
const get = (client: NodeClient) => client.request({ method: 'GET', path: `${PATH}?limit=1` });
const post = (client: NodeClient, idempotencyKey?: string) =>
  client.request({
    ...{ method: 'POST', path: PATH, body: {} },
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  });

describe('reads', () => {
  it('go to the node that is least behind, and stay there', async () => {
    const behind = await node(good('behind', { 'chirograph-lag': '7' }));
    const cut = await node(
      good('cut off', { 'chirograph-silent-since': '2026-01-01T00:00:00.000Z' }),
    );
    const near = await node(good('near', { 'chirograph-lag': '1' }));
    const client = clientOf([behind.url, cut.url, near.url]);
    for (let n = 0; n < 3; n++) expect(await get(client)).toEqual({ name: 'near' });
    expect([behind.asked.length, cut.asked.length, near.asked.length]).toEqual([1, 1, 4]);
    expect(behind.asked[0]).toBe('GET /v1/ledgers/kyc Bearer k1');
  });

  it('pass over nodes that are away, and those that do not keep the ledger', async () => {
    const away = `http://127.0.0.1:${await freePort()}`;
    const without = await node((_, response) => {
      response.writeHead(404).end(JSON.stringify({ code: 'LEDGER_UNKNOWN', title: 'No' }));
    });
    const here = await node(good('here', { 'chirograph-lag': '90' }));
    expect(await get(clientOf([away, without.url, here.url]))).toEqual({ name: 'here' });
    await expect(get(clientOf([without.url, away]))).rejects.toMatchObject({
      problem: 'LEDGER_UNKNOWN',
    });
  });

  it('are refused by the first that may refuse them', async () => {
    const one = await node((_, response) => {
      response.writeHead(403).end(JSON.stringify({ code: 'ACCESS_DENIED', title: 'No' }));
    });
    const other = await node(good('other', { 'chirograph-lag': '3' }));
    // Who does not even answer where the ledger stands is asked last.
    expect(await get(clientOf([one.url, other.url]))).toEqual({ name: 'other' });
    await expect(get(clientOf([one.url]))).rejects.toMatchObject({ problem: 'ACCESS_DENIED' });
  });
});

describe('writes', () => {
  it('go to the node that takes them, with its own key', async () => {
    const follower = await node(refusing(307, 'WRITTEN_ELSEWHERE'));
    const electing = await node(refusing(503, 'LEDGER_ELSEWHERE'));
    const writer = await node(good('written', { 'chirograph-lag': '0' }));
    const client = clientOf([follower.url, electing.url, writer.url], 'k1,k2,k3');
    expect(await post(client)).toEqual({ name: 'written' });
    expect(writer.asked.at(-1)).toBe(`POST ${PATH} Bearer k3`);
  });

  it('are sent again to another only where that cannot make two of one', async () => {
    let isGone = false;
    const dying = await node((request, response) => {
      if (request.method === 'GET') response.writeHead(200).end('{}');
      else {
        isGone = true;
        request.socket.destroy();
      }
    });
    const other = await node(good('other', { 'chirograph-lag': '5' }));
    const client = clientOf([dying.url, other.url]);
    await expect(post(client)).rejects.toMatchObject({ code: 'CLI_NODE_UNREACHABLE' });
    expect([isGone, other.asked.some((one) => one.startsWith('POST'))]).toEqual([true, false]);
    expect(await post(client, 'once')).toEqual({ name: 'other' });
  });

  it.each(['LEDGER_FAILED', 'LEDGER_UNSETTLED', 'LEDGER_CLOSED'])(
    'that ended as %s may be there, and go on only with an idempotency key',
    async (code) => {
      const failing = await node(refusing(503, code));
      const other = await node(good('other', { 'chirograph-lag': '5' }));
      const client = clientOf([failing.url, other.url]);
      await expect(post(client)).rejects.toMatchObject({ problem: code });
      expect(other.asked.some((one) => one.startsWith('POST'))).toBe(false);
      expect(await post(client, 'once')).toEqual({ name: 'other' });
    },
  );

  it('of lines go elsewhere as a whole', async () => {
    const lines = Buffer.from('{}\n{}\n');
    const refused = JSON.stringify({ code: 'WRITTEN_ELSEWHERE', title: 'No' });
    const follower = await node(({ method }, response) => {
      response.writeHead(200).end(method === 'GET' ? '{}' : `${refused}\n${refused}\n`);
    });
    const writer = await node(({ method }, response) => {
      const headers = { 'chirograph-lag': '2' };
      response.writeHead(200, headers).end(method === 'GET' ? '{}' : '{"index":1}\n{"index":2}\n');
    });
    const client = clientOf([follower.url, writer.url]);
    expect(await client.postLines(PATH, lines)).toEqual([{ index: 1 }, { index: 2 }]);
  });
});

it('takes one key for all or one for each', () => {
  expect(() => clientOf(['http://a.example', 'http://b.example'], 'k1,k2,k3')).toThrow(
    'one key for all',
  );
});
