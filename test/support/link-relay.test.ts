/** The bad network is what it says it is. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from './eventually.js';
import { type Conditions, TcpRelay, UdpRelay } from './link-relay.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Way {
  readonly relay: TcpRelay;
  readonly client: Socket;
  /** What came back from the other side, which echoes. */
  readonly echoed: () => string;
}

async function way(conditions: Partial<Conditions> = {}): Promise<Way> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const relay = await TcpRelay.open({ to: { host: '127.0.0.1', port }, seed: 'tcp' });
  closers.push(() => relay.close());
  relay.change(conditions);
  const client = connect(relay.port, '127.0.0.1');
  client.on('error', () => undefined);
  closers.push(() => client.destroy());
  await once(client, 'connect');
  let text = '';
  client.on('data', (bytes) => (text += bytes.toString('latin1')));
  return { relay, client, echoed: () => text };
}

describe('TcpRelay', () => {
  it('delays, and keeps the order', async () => {
    const { client, echoed } = await way({ delayMillis: 40, jitterMillis: 40 });
    const begun = performance.now();
    for (let at = 0; at < 20; at++) client.write(String.fromCharCode(97 + at));
    await eventually(() => echoed().length === 20, 'all is back');
    expect(performance.now() - begun).toBeGreaterThan(75);
    expect(echoed()).toBe('abcdefghijklmnopqrst');
  });

  it('lets so many bytes pass a second', async () => {
    const { client, echoed } = await way({ bytesPerSecond: 100_000 });
    const begun = performance.now();
    client.write(Buffer.alloc(20_000, 1));
    await eventually(() => echoed().length === 20_000, 'all is back');
    expect(performance.now() - begun).toBeGreaterThan(190);
  });

  it('keeps back everything in a partition, the end too, until it heals', async () => {
    const { relay, client, echoed } = await way();
    client.write('a');
    await eventually(() => echoed() === 'a', 'back');
    relay.partition();
    client.write('b');
    await new Promise((resolve) => setImmediate(resolve));
    expect(echoed()).toBe('a');
    relay.heal();
    await eventually(() => echoed() === 'ab', 'back');
  });

  it('puts bytes in, and resets', async () => {
    const { relay, client, echoed } = await way();
    client.write('a');
    await eventually(() => echoed() === 'a', 'back');
    relay.inject(Buffer.from('xyz'), 'toClient');
    await eventually(() => echoed() === 'axyz', 'put in');
    relay.reset();
    await new Promise((resolve) => client.once('close', resolve));
    expect(client.errored).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('UdpRelay', () => {
  async function datagrams(seed: string, loss: number): Promise<string> {
    const server = createSocket('udp4').bind(0, '127.0.0.1');
    await once(server, 'listening');
    server.on('message', (bytes, from) => {
      server.send(bytes, from.port, from.address);
    });
    const { port } = server.address();
    const relay = await UdpRelay.open({ to: { host: '127.0.0.1', port }, seed });
    relay.change({ loss });
    const client = createSocket('udp4').bind(0, '127.0.0.1');
    let back = '';
    client.on('message', (bytes) => (back += bytes.toString()));
    for (let at = 0; at < 20; at++) {
      const { lost } = relay;
      client.send(String.fromCharCode(97 + at), relay.port, '127.0.0.1');
      // One at a time: what is lost depends on the seed alone.
      const { length } = back;
      await eventually(
        () => back.length > length || relay.lost > lost,
        'it came back, or was lost',
      );
    }
    client.close();
    server.close();
    await relay.close();
    return back;
  }

  it('loses what its seed says, the same each time', async () => {
    expect(await datagrams('x', 0)).toBe('abcdefghijklmnopqrst');
    const first = await datagrams('x', 0.3);
    expect(first.length).toBeGreaterThan(0);
    expect(first.length).toBeLessThan(20);
    expect(await datagrams('x', 0.3)).toBe(first);
    expect(await datagrams('y', 0.3)).not.toBe(first);
    expect(await datagrams('x', 1)).toBe('');
  });
});
