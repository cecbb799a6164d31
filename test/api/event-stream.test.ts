import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ApiError } from '../../src/api/api-error.js';
import {
  type EventStreamLimits,
  sendEvents,
  type ServerEvent,
} from '../../src/api/event-stream.js';

const LIMITS = { heartbeatMillis: 60_000, idleTimeoutMillis: 60_000, maxAgeMillis: 60_000 };
const GROUPS = 2_000;

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

interface Sent {
  readonly port: number;
  made(): number;
  readonly ended: Promise<unknown>;
}

type Make = (signal: AbortSignal) => AsyncIterable<readonly ServerEvent[]>;

async function serving(limits: Partial<EventStreamLimits>, make?: Make): Promise<Sent> {
  let made = 0;
  async function* without(): AsyncGenerator<readonly ServerEvent[]> {
    for (; made < GROUPS; made++)
      yield await Promise.resolve([
        { id: String(made), event: 'entry', data: JSON.stringify('x'.repeat(64 * 1024)) },
      ]);
  }
  let settle: (cause: unknown) => void = () => undefined;
  const ended = new Promise((resolve) => (settle = resolve));
  server = createServer((request, response) => {
    const all = { ...LIMITS, ...limits };
    const never = new AbortController().signal;
    sendEvents(request, response, all, never, make ?? without).then(
      () => {
        settle(null);
      },
      (cause: unknown) => {
        response.destroy();
        settle(cause);
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, made: () => made, ended };
}

/** Nothing comes until the client or the stream's age ends it. */
async function* silence(signal: AbortSignal): AsyncGenerator<readonly ServerEvent[]> {
  if (!signal.aborted) await once(signal, 'abort');
  yield* [];
}

describe('a stream of events', () => {
  it('shows that it lives while nothing happens, and ends when it is old', async () => {
    const { port, ended } = await serving({ heartbeatMillis: 20, maxAgeMillis: 500 }, silence);
    const text = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    expect(text).toMatch(/^retry: \d+\n\n(?::\n\n)+$/);
    expect(await ended).toBeNull();
  });

  it('is cut for a client that does not read, and makes nothing meanwhile', async () => {
    const { port, made, ended } = await serving({ idleTimeoutMillis: 200, heartbeatMillis: 20 });
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n');
    });
    socket.on('error', () => undefined);
    socket.pause();
    const cause = await ended;
    expect(cause instanceof ApiError ? cause.code : cause).toBe('REQUEST_TIMEOUT');
    expect(made()).toBeLessThan(GROUPS / 2);
    socket.destroy();
  });

  it('ends quietly when the client goes away', async () => {
    let wasAborted = false;
    const { port, ended } = await serving({}, async function* (signal) {
      yield [{ id: '0', event: 'entry', data: '{}' }];
      if (!signal.aborted) await once(signal, 'abort');
      wasAborted = true;
    });
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n');
    });
    socket.on('error', () => undefined);
    socket.once('data', () => socket.destroy());
    expect(await ended).toBeNull();
    expect(wasAborted).toBe(true);
  });
});
