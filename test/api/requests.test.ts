/** What every route has from the app around it: methods, media types, bodies, headers, problems. */
import { describe, expect, it } from '@jest/globals';
import { Router } from 'express';
import { sendJson } from '../../src/api/answer.js';
import { readJsonBody } from '../../src/api/body.js';
import { addResource } from '../../src/api/resource.js';
import { RawConnection } from './support/raw-http.js';
import { MAX_BODY_BYTES, startTestNode } from './support/test-node.js';

const BODY_TIMEOUT_MILLIS = 200;

const node = await startTestNode({
  bodyTimeoutMillis: BODY_TIMEOUT_MILLIS,
  headersTimeoutMillis: 300,
  testRoutes: () => {
    const router = Router();
    const limits = { maxBytes: MAX_BODY_BYTES, timeoutMillis: BODY_TIMEOUT_MILLIS };
    addResource(router, '/echo', {
      post: async (request, response) => {
        sendJson(response, 200, { echo: await readJsonBody(request, limits) });
      },
    });
    addResource(router, '/broken', {
      get: () => {
        throw new Error('the password is hunter2');
      },
    });
    return router;
  },
});

const echo = (body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Response> =>
  node.fetch('/test/echo', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });

async function expectProblem(response: Response, status: number, code: string): Promise<void> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem: unknown = await response.json();
  expect(problem).toMatchObject({
    status,
    code,
    type: `/problems/${code.toLowerCase().replaceAll('_', '-')}`,
    instance: response.headers.get('x-request-id'),
  });
  expect(response.status).toBe(status);
}

describe('a JSON body', () => {
  it('is read', async () => {
    const response = await echo('{"b":1,"a":[true,null,"é"]}');
    expect(await response.json()).toEqual({ echo: { b: 1, a: [true, null, 'é'] } });
  });

  it.each([
    ['nothing', '', 'JSON_MALFORMED'],
    ['half an object', '{"a":', 'JSON_MALFORMED'],
    ['two values', '1 2', 'JSON_MALFORMED'],
    ['a duplicate member', '{"a":1,"a":2}', 'JSON_NOT_CANONICAL'],
    ['a member __proto__', '{"__proto__":{"admin":true}}', 'JSON_NOT_CANONICAL'],
    ['deep nesting', `${'['.repeat(1000)}${']'.repeat(1000)}`, 'JSON_NOT_CANONICAL'],
    ['a number that loses digits', '{"n":9007199254740993}', 'JSON_NOT_CANONICAL'],
    ['a lone surrogate', '{"s":"\\ud800"}', 'JSON_NOT_CANONICAL'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'BYTES_MALFORMED'],
    ['overlong UTF-8', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'BYTES_MALFORMED'],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le'), 'JSON_MALFORMED'],
  ])('that is %s is a problem', async (_what, body, code) => {
    await expectProblem(await echo(body), 400, code);
  });

  it('of another media type is a problem', async () => {
    for (const type of [
      'text/plain',
      'application/x-ndjson',
      'application/json; charset=latin1',
      '',
    ])
      await expectProblem(
        await echo('{}', { 'content-type': type }),
        415,
        'CONTENT_TYPE_UNSUPPORTED',
      );
  });

  it('may say that it is UTF-8', async () => {
    const response = await echo('{}', { 'content-type': 'Application/JSON; charset="UTF-8"' });
    expect(response.status).toBe(200);
  });

  it('that is compressed is a problem', async () => {
    const response = await echo('{}', { 'content-encoding': 'gzip' });
    await expectProblem(response, 415, 'CONTENT_ENCODING_UNSUPPORTED');
  });

  it('of exactly the largest size is read, and one byte more is a problem', async () => {
    const fitting = `"${'x'.repeat(MAX_BODY_BYTES - 2)}"`;
    expect((await echo(fitting)).status).toBe(200);
    await expectProblem(await echo(`${fitting} `), 413, 'BODY_TOO_LARGE');
  });

  it('of unknown length that grows too large is a problem, and its sender can read it', async () => {
    const connection = await RawConnection.open(node.url);
    connection.send(
      'POST /test/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    for (let sent = 0; sent <= MAX_BODY_BYTES; sent += 1024)
      connection.send(`400\r\n${'x'.repeat(1024)}\r\n`);
    await connection.until('BODY_TOO_LARGE');
    connection.send('0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await connection.until('{"status":"ok"}');
    connection.destroy();
  });

  it('that never ends is answered, and its connection is closed', async () => {
    const connection = await RawConnection.open(node.url);
    connection.send(
      'POST /test/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{',
    );
    expect(await connection.untilEnd()).toMatch(/^HTTP\/1\.1 408 [^]*REQUEST_TIMEOUT/);
  });

  it('that nobody reads is not waited for without end', async () => {
    const connection = await RawConnection.open(node.url);
    connection.send('POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{');
    expect(await connection.untilEnd()).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('with malformed chunks is a problem, and ends the connection', async () => {
    const connection = await RawConnection.open(node.url);
    connection.send(
      'POST /test/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    );
    expect(await connection.untilEnd()).toMatch(/^HTTP\/1\.1 400 [^]*HTTP_MALFORMED/);
  });
});

describe('what is not HTTP', () => {
  it('is a problem', async () => {
    const connection = await RawConnection.open(node.url);
    connection.send('\u0016\u0003\u0001 hello\r\n\r\n');
    const answer = await connection.untilEnd();
    expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*HTTP_MALFORMED/);
    expect(answer).not.toContain('hello');
  });

  it('is a problem of its own where only the header is too large', async () => {
    const connection = await RawConnection.open(node.url);
    connection.send(`GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(await connection.untilEnd()).toMatch(/^HTTP\/1\.1 431 [^]*HEADERS_TOO_LARGE/);
  });

  it('is not waited for without end where the header does not come', async () => {
    const connection = await RawConnection.open(node.url);
    connection.send('GET / HTTP/1.1\r\nHost: x\r\n');
    expect(await connection.untilEnd()).toMatch(/^HTTP\/1\.1 408 [^]*REQUEST_TIMEOUT/);
  });

  it('is refused where two lengths would let a request be smuggled', async () => {
    const connection = await RawConnection.open(node.url);
    connection.send(
      'POST /test/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    );
    expect(await connection.untilEnd()).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('a path', () => {
  it('that does not exist is a problem', async () => {
    for (const path of ['/', '/v1', '/v1/keys/', '/V1/keys', '/healthz/', '/v2/keys'])
      await expectProblem(await node.fetch(path), 404, 'ROUTE_UNKNOWN');
  });

  it('that cannot be decoded is a problem', async () => {
    const response = await node.fetch('/v1/keys/%ff', { method: 'DELETE', key: node.adminKey });
    await expectProblem(response, 400, 'REQUEST_INVALID');
  });

  it('answers other methods with those it takes', async () => {
    const response = await node.fetch('/v1/keys', { method: 'PATCH' });
    expect(response.headers.get('allow')).toBe('POST, GET, HEAD, OPTIONS');
    await expectProblem(response, 405, 'METHOD_NOT_ALLOWED');
  });

  it('answers OPTIONS, without a key and without a body', async () => {
    const response = await node.fetch('/v1/keys', { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(response.headers.get('allow')).toBe('POST, GET, HEAD, OPTIONS');
  });

  it('answers HEAD as GET, without the body', async () => {
    const response = await node.fetch('/healthz', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });
});

describe('a failure of ours', () => {
  it('is a problem without details', async () => {
    const response = await node.fetch('/test/broken');
    const text = await response.clone().text();
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('detail');
    await expectProblem(response, 500, 'INTERNAL');
  });
});

describe('every answer', () => {
  it('carries the id that the request came with, if it is harmless', async () => {
    const given = await node.fetch('/healthz', { headers: { 'x-request-id': 'trace-1.2_3' } });
    expect(given.headers.get('x-request-id')).toBe('trace-1.2_3');
    const hostile = await node.fetch('/healthz', { headers: { 'x-request-id': 'a b"c' } });
    expect(hostile.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('may not be sniffed, framed or run', async () => {
    const { headers } = await node.fetch('/healthz');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('cache-control')).toBe('no-store');
  });
});
