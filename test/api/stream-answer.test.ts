import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ApiError } from '../../src/api/api-error.js';
import { sendStream } from '../../src/api/stream-answer.js';

const CHUNK = 'x'.repeat(64 * 1024);
const CHUNKS = 2_000;

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

interface Sent {
  readonly port: number;
  /** Chunks that have been made. */
  made(): number;
  /** The code that sending ended with, or null. */
  readonly ended: Promise<unknown>;
}

async function serving(idleTimeoutMillis: number, failsAt = Infinity): Promise<Sent> {
  let made = 0;
  async function* chunks(): AsyncGenerator<string> {
    for (; made < CHUNKS; made++) {
      if (made === failsAt) throw new Error('a chunk that cannot be made');
      yield await Promise.resolve(CHUNK);
    }
  }
  let settle: (code: unknown) => void = () => undefined;
  const ended = new Promise((resolve) => (settle = resolve));
  server = createServer((request, response) => {
    const answer = { headers: { 'x-test': '1' }, chunks: chunks(), idleTimeoutMillis };
    sendStream(request, response, answer).then(() => {
      settle(null);
    }, settle);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, made: () => made, ended };
}

function ask(port: number, reads: boolean): Socket {
  const socket = connect(port, '127.0.0.1', () => {
    socket.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n');
  });
  socket.on('error', () => undefined);
  if (reads) socket.resume();
  else socket.pause();
  return socket;
}

describe('an answer that is made while it is sent', () => {
  it('arrives whole', async () => {
    const { port, ended } = await serving(10_000);
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect((await response.text()).length).toBe(CHUNK.length * CHUNKS);
    expect(await ended).toBeNull();
  });

  it('is cut where nobody reads, and what would not be read is not made', async () => {
    const { port, made, ended } = await serving(250);
    const socket = ask(port, false);
    expect(codeOf(await ended)).toBe('REQUEST_TIMEOUT');
    // Kernel buffers take some; the 125 MiB of the whole they do not.
    expect(made()).toBeGreaterThan(0);
    expect(made()).toBeLessThan(CHUNKS / 2);
    socket.destroy();
  });

  it('ends when the client goes away', async () => {
    const { port, made, ended } = await serving(10_000);
    const socket = ask(port, true);
    socket.once('data', () => socket.destroy());
    expect(codeOf(await ended)).toBe('BODY_INCOMPLETE');
    expect(made()).toBeLessThan(CHUNKS);
  });

  it('that fails midway does not look whole', async () => {
    const { port, ended } = await serving(10_000, 3);
    await expect(
      fetch(`http://127.0.0.1:${port}/`).then((response) => response.text()),
    ).rejects.toThrow();
    expect(String(await ended)).toContain('cannot be made');
  });
});

function codeOf(error: unknown): string | null {
  return error instanceof ApiError ? error.code : null;
}
