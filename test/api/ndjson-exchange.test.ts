import { request as httpRequest } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { Router } from 'express';
import { ApiError } from '../../src/api/api-error.js';
import { contentTypeOf } from '../../src/api/body.js';
import { exchangeNdjson, NDJSON } from '../../src/api/ndjson-exchange.js';
import { lineRefusal, type NdjsonLine } from '../../src/api/ndjson-lines.js';
import { lineProblem } from '../../src/api/problem.js';
import { addResource } from '../../src/api/resource.js';
import { type AsciiJson, asciiJson } from '../../src/base/ascii-json.js';
import { utf8ToString } from '../../src/base/bytes.js';
import { type JsonValue, parseStrictJson } from '../../src/base/canonical-json.js';
import { eventually } from '../support/eventually.js';
import { RawConnection } from './support/raw-http.js';
import { startTestNode } from './support/test-node.js';

/** What an exchange may stand still: short where that is tried, never reached where it is not. */
const IDLE_TIMEOUT_MILLIS = {
  '/lines': 300,
  '/patient-lines': 25_000,
  '/held-lines': 25_000,
} as const;
/** In flight on `/held-lines`, where nothing is answered before the test says so. */
const MAX_LINES = 1_000;
let hold: Promise<void> = Promise.resolve();
const MAX_UNREAD_BYTES = 64 * 1024;
const LARGE = 'x'.repeat(2048);

/** What the node has been given to answer so far; lines that hold "fail" fail their group. */
const taken: number[] = [];
let answered = 0;

function parse(line: NdjsonLine): JsonValue {
  if (line.kind === 'too-long') throw lineRefusal(line) ?? new Error('not refused');
  return parseStrictJson(utf8ToString(line.bytes));
}

async function answer(lines: readonly NdjsonLine[]): Promise<readonly AsciiJson[]> {
  taken.push(...lines.map(({ number }) => number));
  await new Promise((resolve) => setImmediate(resolve));
  const answers = lines.map((line): JsonValue => {
    try {
      const value = parse(line);
      if (value === 'fail') throw new ApiError('INTERNAL', 'the group failed');
      return value === 'large' ? LARGE : { value };
    } catch (error) {
      if (error instanceof ApiError && error.code === 'INTERNAL') throw error;
      return lineProblem(error, line.number, 'request');
    }
  });
  answered += answers.length;
  return answers.map((value) => asciiJson(value));
}

const node = await startTestNode({
  testRoutes: () => {
    const router = Router();
    for (const path of ['/lines', '/patient-lines', '/held-lines'] as const) {
      addResource(router, path, {
        post: async (request, response) => {
          taken.length = 0;
          answered = 0;
          contentTypeOf(request, [NDJSON]);
          const options = {
            maxLineBytes: 1000,
            idleTimeoutMillis: IDLE_TIMEOUT_MILLIS[path],
            maxLinesInFlight: path === '/held-lines' ? MAX_LINES : 4_096,
            maxBytesInFlight: 1024 * 1024,
            maxGroupsInFlight: path === '/held-lines' ? 1_000 : 4,
            maxUnreadBytes: MAX_UNREAD_BYTES,
          };
          await exchangeNdjson(request, response, options, async (lines) => {
            const answers = await answer(lines);
            if (path === '/held-lines') await hold;
            return answers;
          });
        },
      });
    }
    return router;
  },
});

const headOf = (path: keyof typeof IDLE_TIMEOUT_MILLIS): string =>
  `POST /test${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n`;
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

async function exchange(body: string): Promise<unknown[]> {
  const response = await node.fetch('/test/patient-lines', {
    method: 'POST',
    body,
    headers: { 'content-type': NDJSON },
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe(NDJSON);
  const text = await response.text();
  return text === ''
    ? []
    : text
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line));
}

describe('an NDJSON exchange', () => {
  it('answers each line in its place, the bad ones by problems with their numbers', async () => {
    const lines = Array.from({ length: 700 }, (_, at) => String(at));
    lines[499] = '{"a":1,"a":2}';
    lines[600] = `"${'x'.repeat(1000)}"`;
    lines[601] = '';
    const answers = await exchange(lines.join('\n'));
    expect(answers).toHaveLength(700);
    expect(answers[0]).toEqual({ value: 0 });
    expect(answers[499]).toMatchObject({ code: 'JSON_NOT_CANONICAL', line: 500, status: 400 });
    expect(answers[600]).toMatchObject({ code: 'LINE_TOO_LONG', line: 601, status: 413 });
    expect(answers[601]).toMatchObject({ code: 'JSON_MALFORMED', line: 602 });
    expect(answers[699]).toEqual({ value: 699 });
  });

  it('answers an empty body by an empty one', async () => {
    expect(await exchange('')).toEqual([]);
  });

  it('answers a line before the next one is sent', async () => {
    const connection = await RawConnection.open(node.url);
    connection.send(headOf('/patient-lines') + chunk('1\n'));
    await connection.until('{"value":1}\n');
    connection.send(chunk('2\n'));
    await connection.until('{"value":2}\n');
    connection.send('0\r\n\r\n');
    await connection.until('0\r\n\r\n');
    connection.destroy();
  });

  it('stops reading when the client does not read, and goes on when it does', async () => {
    const total = 16_000;
    let answeredUnread = 0;
    const received = await new Promise<number>((resolve, reject) => {
      const headers = { 'content-type': NDJSON };
      const request = httpRequest(`${node.url}/test/patient-lines`, { method: 'POST', headers });
      request.on('error', reject);
      request.on('response', (response) => {
        // Cut off by the node, it ends by an error, not by an end.
        response.on('error', reject);
        // Nothing is read until the node makes no more; what it made until then must have a bound.
        const waiting = setInterval(() => {
          if (answered !== answeredUnread) {
            answeredUnread = answered;
            return;
          }
          clearInterval(waiting);
          let bytes = 0;
          response.on('data', (data: Buffer) => {
            bytes += data.length;
          });
          response.on('end', () => {
            resolve(bytes);
          });
        }, 50);
      });
      for (let sent = 0; sent < total; sent += 1000) request.write('"large"\n'.repeat(1000));
      request.end();
    });
    expect(answeredUnread).toBeLessThan(total);
    expect(received).toBe(total * (LARGE.length + 3));
  });

  it('has so many lines answered at a time, in however many pieces they come', async () => {
    let release = (): void => undefined;
    hold = new Promise((resolve) => (release = resolve));
    const connection = await RawConnection.open(node.url);
    connection.send(headOf('/held-lines'));
    for (let sent = 0; sent < 3 * MAX_LINES; sent += 100) connection.send(chunk('1\n'.repeat(100)));
    await eventually(() => taken.length >= MAX_LINES, 'as many as are let in');
    // It would take more at once if it could: the rest is at hand.
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    // The last group may go beyond it.
    expect(taken.length).toBeLessThan(MAX_LINES + 600);
    release();
    connection.send(chunk('"last"\n') + chunk(''));
    await connection.until('{"value":"last"}\n');
    expect(taken).toHaveLength(3 * MAX_LINES + 1);
    connection.destroy();
  });

  it('takes no line that has not arrived as a whole when the client goes away', async () => {
    const connection = await RawConnection.open(node.url);
    connection.send(headOf('/patient-lines') + chunk('1\n2\n{"half":'));
    await connection.until('{"value":2}\n');
    connection.destroy();
    expect(taken).toEqual([1, 2]);
    // A new exchange works: nothing of the old one is in its way.
    expect(await exchange('3\n')).toEqual([{ value: 3 }]);
  });

  it('is cut off where a client stands still in the middle of it', async () => {
    const connection = await RawConnection.open(node.url);
    connection.send(headOf('/lines') + chunk('1\n'));
    const received = await connection.untilEnd();
    expect(received).toContain('{"value":1}');
    expect(received).not.toContain('0\r\n\r\n');
  });

  it('is cut off, not ended, where answering fails after it has begun', async () => {
    const connection = await RawConnection.open(node.url);
    connection.send(headOf('/lines') + chunk('1\n'));
    await connection.until('{"value":1}\n');
    connection.send(chunk('"fail"\n'));
    const received = await connection.untilEnd();
    expect(received).not.toContain('0\r\n\r\n');
  });

  it('is a problem where answering fails before it has begun', async () => {
    const response = await node.fetch('/test/lines', {
      method: 'POST',
      body: '"fail"\n1\n',
      headers: { 'content-type': NDJSON },
    });
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ code: 'INTERNAL' });
  });
});
