import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type HostRule, parseHostRule } from '../../src/keys/outbound-host.js';
import type { OutboundRequest } from '../../src/keys/outbound-message.js';
import { outbound, type OutboundOptions } from '../../src/keys/outbound.js';
import { rejection } from '../support/errors.js';
import { authority, keyPem, pem, serverOf } from '../support/tls-pki.js';

const open: { close: () => void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

async function serve(listener: RequestListener, server: Server = createServer()): Promise<number> {
  server.on('request', listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  });
  return (server.address() as AddressInfo).port;
}

function internal(...texts: string[]): HostRule[] {
  return texts.map((text) => {
    const rule = parseHostRule(text, { isInternal: true });
    if (rule === null) throw new Error(`no rule: ${text}`);
    return rule;
  });
}

const LIMITS = { timeoutMillis: 20_000, idleMillis: 10_000, perHost: 2 };

function sender(options: Partial<OutboundOptions>): ReturnType<typeof outbound> {
  return outbound({ ...LIMITS, hosts: [], ...options });
}

function get(port: number, more: Partial<OutboundRequest> = {}): OutboundRequest {
  return {
    url: `http://127.0.0.1:${port}/x`,
    method: 'GET',
    accepts: ['application/octet-stream'],
    maxBytes: 1_000,
    ...more,
  };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await rejection(promise)).code;
}

describe('a request to the outside', () => {
  it('brings back what the host answers, and sends what it is given', async () => {
    const port = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { cookie, authorization, accept, 'x-one': one } = request.headers;
        const seen = { method: request.method, cookie, authorization, accept, one };
        response.writeHead(200, { 'content-type': 'Application/JSON; charset=utf-8', etag: '"1"' });
        response.end(JSON.stringify({ ...seen, body: Buffer.concat(chunks).toString('hex') }));
      });
    });
    const send = sender({ hosts: internal(`127.0.0.1:${port}`) });
    const { status, etag, body } = await send(
      get(port, {
        method: 'POST',
        accepts: ['application/json'],
        body: Uint8Array.of(1, 2),
        headers: { 'x-one': 'a' },
      }),
    );
    expect([status, etag]).toEqual([200, '"1"']);
    expect(JSON.parse(Buffer.from(body).toString())).toEqual({
      method: 'POST',
      accept: 'application/json',
      one: 'a',
      body: '0102',
    });
  });

  it('takes other statuses for an answer where they were asked for, whatever type they have', async () => {
    const port = await serve((request, response) => {
      const status = Number(request.url?.slice(1));
      response.writeHead(status, { 'content-type': 'text/x.tlog.size' }).end('7');
    });
    const send = sender({ hosts: internal(`127.0.0.1:${port}`) });
    const asked = (status: number, passes?: readonly number[]): OutboundRequest =>
      get(port, {
        url: `http://127.0.0.1:${port}/${status}`,
        ...(passes !== undefined && { passes }),
      });
    const { status, body } = await send(asked(409, [409]));
    expect([status, Buffer.from(body).toString()]).toEqual([409, '7']);
    expect(await codeOf(send(asked(409)))).toBe('OUTBOUND_STATUS');
    expect(await codeOf(send(asked(404, [409])))).toBe('OUTBOUND_STATUS');
    expect(await codeOf(send({ ...asked(409, [409]), maxBytes: 0 }))).toBe('OUTBOUND_TOO_LARGE');
    // Neither a redirect nor another type of a good answer is passed by that.
    expect(await codeOf(send(asked(302, [302])))).toBe('OUTBOUND_REDIRECTED');
    expect(await codeOf(send(asked(200, [200])))).toBe('OUTBOUND_MEDIA_TYPE');
  });

  it('is not made to hosts that are on no list, nor to URLs that are not plain', async () => {
    const send = sender({ hosts: internal('localhost') });
    for (const url of ['http://127.0.0.1/', 'https://example.com/', 'http://localhost:1/'])
      expect(await codeOf(send(get(1, { url })))).toBe('OUTBOUND_HOST_REFUSED');
    for (const url of [
      'ldap://localhost/',
      'file:///etc/passwd',
      'http://u:p@localhost/',
      'http://localhost/#a',
      'http://localhost./',
      'localhost',
      `http://localhost/${'a'.repeat(2_048)}`,
    ])
      expect(await codeOf(send(get(1, { url })))).toBe('OUTBOUND_URL_REFUSED');
  });

  it('is not made to private addresses unless the host is allowed as internal, and never to others', async () => {
    let asked = 0;
    const port = await serve((_, response) => {
      asked++;
      response.end('x');
    });
    const [any] = [parseHostRule(`*`, { isInternal: false })];
    const [exact] = [parseHostRule(`127.0.0.1:${port}`, { isInternal: false })];
    if (any === null || exact === null) throw new Error('no rule');
    const send = sender({ hosts: [any, exact] });
    expect(await codeOf(send(get(port)))).toBe('OUTBOUND_ADDRESS_REFUSED');
    for (const url of [
      'http://2130706433/',
      'http://[::ffff:127.0.0.1]/',
      'http://0/',
      'http://[::1]/',
    ])
      expect(await codeOf(send(get(port, { url })))).toBe('OUTBOUND_ADDRESS_REFUSED');
    const metadata = sender({ hosts: internal('169.254.169.254', '[fe80::1]') });
    for (const url of ['http://169.254.169.254/latest/meta-data/', 'http://[fe80::1]/'])
      expect(await codeOf(metadata(get(port, { url })))).toBe('OUTBOUND_ADDRESS_REFUSED');
    expect(asked).toBe(0);
  });

  it('goes to the address that was judged, whatever the name leads to a moment later', async () => {
    const port = await serve((_, response) => response.end('inside'));
    const answers = [['93.184.215.14', '127.0.0.1'], ['127.0.0.1'], ['169.254.169.254']];
    let lookups = 0;
    const resolve = (): Promise<string[]> => Promise.resolve(answers[lookups++] ?? []);
    const rebinding = sender({ hosts: publicRules(`rebound.test:${port}`), resolve });
    const url = `http://rebound.test:${port}/`;
    for (let round = 0; round < 3; round++)
      expect(await codeOf(rebinding(get(port, { url })))).toBe('OUTBOUND_ADDRESS_REFUSED');
    expect(await codeOf(rebinding(get(port, { url })))).toBe('OUTBOUND_UNRESOLVED');
    expect(lookups).toBe(4);

    // The name is nobody's: that an answer comes shows that no other look-up is made than ours.
    let asked = 0;
    const pinned = sender({
      hosts: internal(`rebound.test:${port}`),
      resolve: () => Promise.resolve([['127.0.0.1'], ['192.168.255.255']][asked++] ?? []),
    });
    expect(Buffer.from((await pinned(get(port, { url }))).body).toString()).toBe('inside');
    expect(asked).toBe(1);
  });

  it('follows nothing', async () => {
    let asked = 0;
    const port = await serve((_, response) => {
      asked++;
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' });
      response.end();
    });
    const send = sender({ hosts: internal(`127.0.0.1:${port}`) });
    expect(await codeOf(send(get(port)))).toBe('OUTBOUND_REDIRECTED');
    expect(asked).toBe(1);
  });

  it('takes status 200 only, and 304 where it asked for changes', async () => {
    let status = 0;
    const port = await serve((_, response) => {
      response.writeHead(status, { 'last-modified': 'Mon, 23 Nov 2026 12:00:00 GMT' }).end();
    });
    const send = sender({ hosts: internal(`127.0.0.1:${port}`) });
    for (status of [201, 204, 400, 404, 429, 500, 503])
      expect(await codeOf(send(get(port)))).toBe('OUTBOUND_STATUS');
    status = 304;
    expect(await codeOf(send(get(port)))).toBe('OUTBOUND_REDIRECTED');
    const answer = await send(get(port, { headers: { 'if-none-match': '"1"' } }));
    expect([answer.status, answer.body.length, answer.lastModified]).toEqual([
      304,
      0,
      'Mon, 23 Nov 2026 12:00:00 GMT',
    ]);
  });

  it('takes answers of the type it asked for only, and none that are compressed', async () => {
    const send = async (headers: Record<string, string>): Promise<unknown> => {
      const port = await serve((_, response) => response.writeHead(200, headers).end('x'));
      return sender({ hosts: internal(`127.0.0.1:${port}`) })(get(port));
    };
    expect(await codeOf(send({ 'content-type': 'text/html' }))).toBe('OUTBOUND_MEDIA_TYPE');
    expect(await codeOf(send({ 'content-encoding': 'gzip' }))).toBe('OUTBOUND_MEDIA_TYPE');
    expect(await send({})).toMatchObject({ status: 200 });
    expect(await send({ 'content-type': 'application/octet-stream;a=b' })).toMatchObject({
      status: 200,
    });
  });

  it('reads no more than it should, said beforehand or not', async () => {
    let headers: Record<string, string> = { 'content-length': '1001' };
    let ended = 0;
    const port = await serve((_, response) => {
      response.on('close', () => ended++);
      response.writeHead(200, headers);
      void endless(response);
    });
    const send = sender({ hosts: internal(`127.0.0.1:${port}`) });
    expect(await codeOf(send(get(port)))).toBe('OUTBOUND_TOO_LARGE');
    headers = {};
    expect(await codeOf(send(get(port)))).toBe('OUTBOUND_TOO_LARGE');
    expect(await codeOf(send(get(port, { maxBytes: 3_000_000 })))).toBe('OUTBOUND_TOO_LARGE');
    headers = { long: 'x'.repeat(20_000) };
    expect(await codeOf(send(get(port)))).toBe('OUTBOUND_UNREACHABLE');
    while (ended < 4) await new Promise((resolve) => setImmediate(resolve));
  });

  it('takes exactly as much as it may', async () => {
    const port = await serve((_, response) => response.end(Buffer.alloc(1_000)));
    const send = sender({ hosts: internal(`127.0.0.1:${port}`) });
    expect((await send(get(port))).body).toHaveLength(1_000);
  });

  it('waits neither for the first byte nor for a next one for longer than it should', async () => {
    const silent = await serve(() => undefined);
    const stalled = await serve((_, response) => {
      response.writeHead(200);
      response.write('x');
    });
    for (const port of [silent, stalled]) {
      const hosts = internal(`127.0.0.1:${port}`);
      expect(await codeOf(sender({ hosts, idleMillis: 50 })(get(port)))).toBe('OUTBOUND_TIMEOUT');
      expect(await codeOf(sender({ hosts, timeoutMillis: 50 })(get(port)))).toBe(
        'OUTBOUND_TIMEOUT',
      );
    }
  });

  it('has a time for the whole, however steadily it drips', async () => {
    const port = await serve((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'), 5);
      response.on('close', () => {
        clearInterval(timer);
      });
    });
    const send = sender({ hosts: internal(`127.0.0.1:${port}`), timeoutMillis: 150 });
    expect(await codeOf(send(get(port)))).toBe('OUTBOUND_TIMEOUT');
  });

  it('waits for no resolver, and believes none that knows too much', async () => {
    const url = 'http://slow.test/';
    const hosts = internal('slow.test');
    const never = sender({ hosts, timeoutMillis: 30, resolve: () => new Promise(() => undefined) });
    expect(await codeOf(never(get(0, { url })))).toBe('OUTBOUND_TIMEOUT');
    const failing = sender({ hosts, resolve: () => Promise.reject(new Error('ENOTFOUND')) });
    expect(await codeOf(failing(get(0, { url })))).toBe('OUTBOUND_UNRESOLVED');
    const many = sender({
      hosts,
      resolve: () => Promise.resolve(Array<string>(65).fill('127.0.0.1')),
    });
    expect(await codeOf(many(get(0, { url })))).toBe('OUTBOUND_UNRESOLVED');
  });

  it('can be called off', async () => {
    const controller = new AbortController();
    const port = await serve(() => {
      controller.abort();
    });
    const send = sender({ hosts: internal(`127.0.0.1:${port}`) });
    const { signal } = controller;
    expect(await codeOf(send(get(port, { signal })))).toBe('OUTBOUND_CANCELLED');
    expect(await codeOf(send(get(port, { signal })))).toBe('OUTBOUND_CANCELLED');
  });

  it('says so where nobody listens, and where the connection breaks off', async () => {
    const tcp = createTcpServer((socket: Socket) => {
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf');
    }).listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    open.push(tcp);
    const { port } = tcp.address() as AddressInfo;
    const send = sender({ hosts: internal(`127.0.0.1:${port}`, '127.0.0.1:1') });
    expect(await codeOf(send(get(port)))).toBe('OUTBOUND_UNREACHABLE');
    expect(await codeOf(send(get(1)))).toBe('OUTBOUND_UNREACHABLE');
  });

  it('is made twice to one host at once and no oftener, and ten times as many wait', async () => {
    const waiting: ServerResponse[] = [];
    let atOnce = 0;
    let arrived: () => void = () => undefined;
    const port = await serve((_, response) => {
      waiting.push(response);
      atOnce = Math.max(atOnce, waiting.length);
      arrived();
    });
    const send = sender({ hosts: internal(`127.0.0.1:${port}`) });
    const requests = Array.from({ length: 23 }, () => send(get(port)));
    const last = requests.pop();
    expect(await codeOf(last ?? Promise.resolve())).toBe('OUTBOUND_BUSY');
    for (let answered = 0; answered < 22; answered++) {
      while (waiting.length < Math.min(2, 22 - answered))
        await new Promise<void>((resolve) => (arrived = resolve));
      waiting.shift()?.end('x');
    }
    expect(await Promise.all(requests)).toHaveLength(22);
    expect(atOnce).toBe(2);
  });

  it('lets go of its place when it fails, and of the queue when it is called off', async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    let arrivals = 0;
    const port = await serve((_, response) => {
      if (++arrivals > 1) response.end('x');
      else second.abort();
    });
    const hosts = internal(`127.0.0.1:${port}`);
    const send = sender({ hosts, perHost: 1 });
    const running = codeOf(send(get(port, { signal: first.signal })));
    const waiting = codeOf(send(get(port, { signal: second.signal })));
    const last = send(get(port));
    expect(await waiting).toBe('OUTBOUND_CANCELLED');
    first.abort();
    expect(await running).toBe('OUTBOUND_CANCELLED');
    expect(await last).toMatchObject({ status: 200 });
    expect(arrivals).toBe(2);
  });

  it('speaks TLS with those that its authorities vouch for, and with nobody else', async () => {
    const ca = authority('ca');
    const server = serverOf(ca);
    const tls = createTlsServer({ cert: pem(server), key: keyPem(server) });
    const port = await serve((_, response) => response.end('x'), tls);
    const url = `https://127.0.0.1:${port}/`;
    const hosts = internal(`127.0.0.1:${port}`, `other.test:${port}`);
    const resolve = (): Promise<string[]> => Promise.resolve(['127.0.0.1']);
    const tlsAuthorities = pem(ca);
    const send = sender({ hosts, resolve, tlsAuthorities });
    expect(await send(get(port, { url }))).toMatchObject({ status: 200 });
    const byAnotherName = send(get(port, { url: `https://other.test:${port}/` }));
    expect(await codeOf(byAnotherName)).toBe('OUTBOUND_UNREACHABLE');
    const stranger = sender({ hosts, tlsAuthorities: pem(authority('other')) });
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect(await codeOf(stranger(get(port, { url })))).toBe('OUTBOUND_UNREACHABLE');
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
  });
});

function publicRules(...texts: string[]): HostRule[] {
  return texts.flatMap((text) => parseHostRule(text, { isInternal: false }) ?? []);
}

async function endless(response: ServerResponse): Promise<void> {
  const piece = Buffer.alloc(64 * 1024);
  while (!response.destroyed)
    if (!response.write(piece))
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
}
