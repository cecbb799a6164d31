import { Agent, request as httpRequest } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { Router } from 'express';
import { sendJson } from '../../src/api/answer.js';
import { addResource } from '../../src/api/resource.js';
import { RawConnection } from './support/raw-http.js';
import { startTestNode, type TestNode } from './support/test-node.js';

/** A node with a route that answers when the test says so. */
async function startWaitingNode(): Promise<{
  node: TestNode;
  /** Resolves when a request has reached the route. */
  reached: Promise<void>;
  answer: () => void;
}> {
  let answer = (): void => undefined;
  let reach = (): void => undefined;
  const told = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const node = await startTestNode({
    testRoutes: () => {
      const router = Router();
      addResource(router, '/wait', {
        get: async (_request, response) => {
          reach();
          await told;
          sendJson(response, 200, { waited: true });
        },
      });
      return router;
    },
  });
  return { node, reached, answer };
}

describe('a stop', () => {
  it('lets a request in flight finish, and closes its connection', async () => {
    const { node, reached, answer } = await startWaitingNode();
    const asked = node.fetch('/test/wait');
    await reached;
    const stopped = node.server.stop(10_000);
    answer();
    const response = await asked;
    expect(response.headers.get('connection')).toBe('close');
    expect(await response.json()).toEqual({ waited: true });
    expect(await stopped).toBe(true);
  });

  it('takes no new connections', async () => {
    const { node } = await startWaitingNode();
    await node.server.stop(10_000);
    await expect(node.fetch('/healthz')).rejects.toThrow();
  });

  it('closes connections that are kept alive without a request', async () => {
    const { node } = await startWaitingNode();
    const connection = await RawConnection.open(node.url);
    connection.send('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await connection.until('"ok"');
    expect(await node.server.stop(10_000)).toBe(true);
    await connection.untilEnd();
  });

  it('refuses what comes behind a request in flight', async () => {
    const { node, reached, answer } = await startWaitingNode();
    const connection = await RawConnection.open(node.url);
    const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
    connection.send(get('/test/wait'));
    await reached;
    const stopped = node.server.stop(10_000);
    connection.send(get('/healthz'));
    answer();
    expect(await connection.untilEnd()).not.toContain('"status":"ok"');
    expect(await stopped).toBe(true);
  });

  it('cuts what is left at its deadline, and says so', async () => {
    const { node, reached } = await startWaitingNode();
    const asked = node.fetch('/test/wait');
    const settled = expect(asked).rejects.toThrow();
    await reached;
    expect(await node.server.stop(50)).toBe(false);
    await settled;
  });
});

describe('a start', () => {
  it('fails where the port is taken', async () => {
    const { node } = await startWaitingNode();
    const { startServer } = await import('../../src/api/server.js');
    await expect(
      startServer(() => undefined, {
        host: '127.0.0.1',
        port: Number(new URL(node.url).port),
        headersTimeoutMillis: 1000,
        keepAliveTimeoutMillis: 1000,
      }),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('connections', () => {
  it('are kept for the next request', async () => {
    const { node } = await startWaitingNode();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    for (let asked = 0; asked < 3; asked++)
      await new Promise<void>((resolve, reject) => {
        const request = httpRequest(`${node.url}/healthz`, { agent }, (response) => {
          response.resume().on('end', resolve);
        });
        request.on('socket', (socket) => {
          if (socket.connecting) socket.once('connect', () => ports.add(socket.localPort));
          else ports.add(socket.localPort);
        });
        request.on('error', reject).end();
      });
    agent.destroy();
    expect(ports.size).toBe(1);
  });
});

describe('an expectation that nobody knows', () => {
  it('is ignored: the request is answered as any other, its id and all', async () => {
    const { url } = await startTestNode();
    const connection = await RawConnection.open(url);
    connection.send('GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: a miracle\r\n\r\n');
    await connection.until('{"status":"ok"}');
    expect(connection.received).toMatch(/^HTTP\/1\.1 200 [^]*\r\nX-Request-Id: /);
    connection.destroy();
  });
});
