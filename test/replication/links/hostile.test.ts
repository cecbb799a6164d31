import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type SecretStream from '@hyperswarm/secret-stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Protomux from 'protomux';
import { networkOf } from '../../../src/replication/links/admission.js';
import { RAW } from '../../../src/replication/links/channel.js';
import { answerHandshake, dialHandshake } from '../../../src/replication/links/handshake.js';
import { HELLO, HELLO_FORMAT } from '../../../src/replication/links/hello.js';
import type { LinkLimits } from '../../../src/replication/links/link-limits.js';
import { eventually } from '../../support/eventually.js';
import { TcpRelay } from '../../support/link-relay.js';
import { keysOf, linked, nestedBatches, type NodeOptions, TestNode } from './links-fixture.js';

const closers: (() => unknown)[] = [];
let a: TestNode;
beforeEach(async () => {
  a = await node('a', { peers: { b: null } });
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe('a stranger', () => {
  it('with a key of its own gets not a byte, and learns nothing by it', async () => {
    const got = await answerTo(async (socket) => {
      await expect(dialHandshake(socket, keysOf('x'), keysOf('a').publicKey)).rejects.toThrow();
    });
    expect(got).toBe(0);
    expect(a.links.status().refused).toMatchObject({ stranger: 1 });
  });

  it('gets the same who does not know the key, or speaks something else', async () => {
    for (const [at, send] of [
      (socket: Socket) => dialHandshake(socket, keysOf('b'), keysOf('c').publicKey),
      (socket: Socket) => void socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.padEnd(99)),
      (socket: Socket) => void socket.write(Buffer.alloc(1_000_000, 7)),
      (socket: Socket) =>
        void socket.write(Buffer.concat([Buffer.from([96, 0, 0]), Buffer.alloc(96)])),
    ].entries()) {
      const got = await answerTo(async (socket) => {
        await Promise.resolve(send(socket)).catch(() => undefined);
      });
      expect([got, a.links.status().refused.malformed]).toEqual([0, at + 1]);
    }
  });

  it('who says nothing, or half of something, is let go when its time is over', async () => {
    for (const begin of ['', 'half a hands']) {
      const socket = await dial(a);
      socket.write(begin);
      await eventually(() => a.links.status().unproved === 1, 'there');
      a.timers.advance(9_999);
      expect(a.links.status().unproved).toBe(1);
      a.timers.advance(1);
      await closed(socket);
    }
    await eventually(() => a.links.status().unproved === 0, 'gone');
    expect(a.links.status().refused.unfinished).toBe(2);
  });

  it('is one of eight from an address, and of so many in all', async () => {
    const few = await node('few', {
      peers: { b: null },
      limits: { maxUnproved: 3, maxUnprovedPerAddress: 100 },
    });
    for (const [node, most] of [
      [a, 8],
      [few, 3],
    ] as const) {
      const sockets = [];
      for (let one = 0; one < most; one++) sockets.push(await dial(node));
      await eventually(() => node.links.status().unproved === most, 'all there');
      const surplus = await dial(node);
      await eventually(() => node.links.status().refused.crowded === 1, 'one too many');
      await closed(surplus);
      // A place that is left is taken again.
      sockets[0]?.destroy();
      await eventually(() => node.links.status().unproved === most - 1, 'one left');
      await dial(node);
      await eventually(() => node.links.status().unproved === most, 'taken again');
    }
  });

  it('counts by its network where it has many addresses', () => {
    for (const [address, network] of [
      ['192.0.2.1', '192.0.2.1'],
      ['::ffff:192.0.2.1', '192.0.2.1'],
      ['2001:db8:1:2ff::1', '2001:db8:1:200'],
      ['2001:db8:1:2aa:1:2:3:4', '2001:db8:1:200'],
      ['2001:db8::1:2:3:4', '2001:db8:0:0'],
      ['2001::a:b:c:d:e:f', '2001:0:a:0'],
      ['fe80::1%eth0', 'fe80:0:0:0'],
      ['::1', '0:0:0:0'],
      ['', ''],
    ] as const)
      expect(networkOf(address)).toBe(network);
  });

  it('who plays again what a peer once said gets no further than one answer, and harms no link', async () => {
    const relay = await relayTo(a);
    const b = await node('b', { peers: { a: relay.address } });
    await linked(a, b);
    const first = await firstMessageOf('b', 'a');
    for (const rest of [
      // A header whose id fits nothing, and what cannot open.
      Buffer.concat([
        Buffer.from([56, 0, 0]),
        Buffer.alloc(56),
        Buffer.from([40, 0, 0]),
        Buffer.alloc(40, 1),
      ]),
      // A frame that is too large to be a hello.
      Buffer.concat([Buffer.from([56, 0, 0]), Buffer.alloc(56), Buffer.from([255, 255, 255])]),
    ]) {
      const got = await answerTo((socket) => {
        socket.write(Buffer.concat([first, rest]));
        return Promise.resolve();
      });
      // The answer of a handshake, and at most the header of a stream that nobody can open.
      expect([51, 51 + 59]).toContain(got);
    }
    expect(a.isLinkedTo('b')).toBe(true);
    expect(a.stood).toHaveLength(1);
    expect(a.peer('b').state).toBe('linked');
    expect(b.say('a', 'still here')).toBe(true);
    await eventually(() => a.heard.length === 1, 'heard');
  });
});

describe('what is at an address', () => {
  it('with another key is refused, and told so', async () => {
    const b = await node('b', { peers: { c: a.address } });
    await eventually(() => b.peer('c').lastFailure !== null, 'failed');
    expect(b.peer('c').lastFailure).toContain('does not answer as this peer');
    expect(b.isLinkedTo('c')).toBe(false);
    expect(a.links.status().refused).toMatchObject({ malformed: 1, stranger: 0 });
  });

  it('and speaks something else, or nothing, is given up', async () => {
    for (const answer of [
      Buffer.alloc(51, 1),
      Buffer.from('220 mail.example ESMTP'.padEnd(60)),
      null,
    ]) {
      const port = await serve((socket) => {
        if (answer !== null) socket.write(answer);
      });
      const b = await node('b', { peers: { a: `127.0.0.1:${port}` } });
      if (answer === null) b.timers.advance(10_000);
      await eventually(() => b.peer('a').failures === 1, 'given up');
      expect(b.peer('a')).toMatchObject({ state: 'waiting', dropped: {} });
    }
  });

  it('and proves its key, but never says hello, is given up', async () => {
    const port = await serve((socket) => {
      void answerHandshake(socket, keysOf('a'), () => true);
    });
    const b = await node('b', { peers: { a: `127.0.0.1:${port}` } });
    const { handshakeMillis } = { handshakeMillis: 10_000 };
    await eventually(() => {
      b.timers.advance(handshakeMillis / 10);
      return b.peer('a').dropped.unproved === 1;
    }, 'given up');
    expect(b.stood).toEqual([]);
  });
});

describe('bytes that nobody sent', () => {
  it('end the link and blame nobody: it is dialled again', async () => {
    const relay = await relayTo(a);
    const b = await node('b', { peers: { a: relay.address } });
    await linked(a, b);
    // A whole frame, under no key.
    relay.inject(Buffer.concat([Buffer.from([40, 0, 0]), Buffer.alloc(40, 1)]));
    await eventually(() => !a.isLinkedTo('b') && !b.isLinkedTo('a'), 'lost');
    expect(a.peer('b')).toMatchObject({ state: 'waiting', dropped: { broken: 1 } });
    b.timers.advance(250);
    await linked(a, b);
  });
});

describe('a peer on the list', () => {
  it.each([
    ['garbage on the mux', Buffer.from('fffefdfc', 'hex')],
    ['a frame that ends too soon', Buffer.from([0, 1, 200])],
    ['an open message for channel 0', Buffer.from([0, 1, 0, 1, 120, 0])],
    ['batches within batches', nestedBatches(200_000)],
    ['a session that is opened twice', Buffer.concat([openOf(3, 'x'), Buffer.alloc(0)])],
  ])('that sends %s is dropped, and banned for a while', async (what, frame) => {
    const { stream } = await posing();
    stream.write(frame);
    if (what.includes('twice')) stream.write(openOf(9, 'y'));
    await eventually(() => !a.isLinkedTo('b'), 'dropped');
    expect(a.peer('b')).toMatchObject({ state: 'banned', lastDrop: 'garbage' });
    // No more of an answer than a stranger.
    const got = await answerTo(async (socket) => {
      await dialHandshake(socket, keysOf('b'), keysOf('a').publicKey).catch(() => undefined);
    });
    expect(got).toBe(0);
    a.timers.advance(60_000);
    await posing();
    expect(a.isLinkedTo('b')).toBe(true);
  });

  it('is banned for garbage in the place of its hello, too', async () => {
    const stream = await dialHandshake(await dial(a), keysOf('b'), keysOf('a').publicKey);
    stream.on('error', () => undefined);
    stream.write(Buffer.from('fffefdfc', 'hex'));
    await eventually(() => a.peer('b').state === 'banned', 'banned');
    expect(a.peer('b')).toMatchObject({ dropped: { garbage: 1 }, lastFailure: 'garbage' });
  });

  it.each([
    ['too-large', 65, 1],
    ['too-many', 5, 101],
    ['garbage', 0, 1],
  ] as const)('is dropped as %s by what a channel takes', async (reason, length, times) => {
    const { send } = await posing();
    // All is well up to there.
    for (let one = 1; one < times; one++) send(Buffer.alloc(length, 1));
    if (times === 1) send(Buffer.alloc(64, 1));
    await eventually(() => a.heard.length === Math.max(1, times - 1), 'heard');
    expect(a.isLinkedTo('b')).toBe(true);
    send(Buffer.alloc(length, 1));
    await eventually(() => !a.isLinkedTo('b'), 'dropped');
    expect(a.peer('b')).toMatchObject({ state: 'banned', lastDrop: reason });
  });

  it('may send again after a while what was too many at once', async () => {
    const { send } = await posing();
    for (let one = 0; one < 100; one++) send(Buffer.alloc(2, 1));
    await eventually(() => a.heard.length === 100, 'heard');
    a.timers.advance(1_000);
    for (let one = 0; one < 10; one++) send(Buffer.alloc(2, 1));
    await eventually(() => a.heard.length === 110, 'heard');
    send(Buffer.alloc(2, 1));
    await eventually(() => a.peer('b').lastDrop === 'too-many', 'dropped');
  });

  it.each([
    ['messages', { messages: { perSecond: 10, burst: 20 } }, 21, 2],
    ['bytes', { bytes: { perSecond: 10, burst: 500_000 } }, 1, 600_000],
  ] as const)(
    'is dropped for too many %s of the stream, whatever they are',
    async (_, limits, times, length) => {
      await restart(limits);
      const { stream } = await posing();
      // To a channel that is closed, which Protomux lets pass.
      for (let one = 0; one < times; one++) stream.write(Buffer.alloc(length, 9));
      await eventually(() => a.peer('b').lastDrop === 'too-many', 'dropped');
      expect(a.peer('b').state).toBe('banned');
    },
  );

  it('that answers no ping is dropped, whatever else it sends', async () => {
    const { send } = await posing({ answersPings: false });
    for (let look = 0; look < 20 && a.isLinkedTo('b'); look++) {
      const { length } = a.heard;
      send(Buffer.from([1, 33]));
      await eventually(() => a.heard.length > length, 'heard');
      expect(a.isLinkedTo('b')).toBe(true);
      a.timers.advance(3_000);
    }
    expect(a.peer('b')).toMatchObject({ state: 'waiting', lastDrop: 'stalled' });
  });

  it('that answers a ping nobody sent is dropped', async () => {
    const { sendPing } = await posing();
    sendPing(Buffer.from([2, 0, 0, 0, 77, 0, 0, 0, 0, 0, 0, 0, 1]));
    await eventually(() => a.peer('b').lastDrop === 'garbage', 'dropped');
  });

  it('that does not read is dropped before what waits for it grows too large', async () => {
    await restart({ maxQueuedBytes: 100_000 });
    const { stream } = await posing();
    stream.pause();
    stream.rawStream.pause();
    let sent = 0;
    while (a.say('b', 'x'.repeat(63)) && sent < 1_000_000) sent++;
    expect(sent).toBeLessThan(1_000_000);
    expect(a.peer('b')).toMatchObject({ state: 'banned', lastDrop: 'unread' });
  });

  it('of a later format is let go, and not banned', async () => {
    const socket = await dial(a);
    const stream = await dialHandshake(socket, keysOf('b'), keysOf('a').publicKey);
    greet(stream, HELLO_FORMAT + 1);
    await eventually(() => a.peer('b').dropped.newer === 1, 'let go');
    expect(a.peer('b')).toMatchObject({ state: 'waiting', lastFailure: 'newer' });
    expect(a.stood).toEqual([]);
  });

  it('is not blamed for a failure of ours', async () => {
    await a.close();
    a = await node('a', {
      peers: { b: null },
      onLink: () => {
        throw new Error('a mistake');
      },
    });
    await posing({ mayFail: true });
    await eventually(() => a.peer('b').dropped.failed === 1, 'ended');
    expect(a.peer('b').state).toBe('waiting');
  });
});

async function node(name: string, options: NodeOptions): Promise<TestNode> {
  const made = await TestNode.open(name, options);
  closers.push(() => made.close());
  return made;
}

async function restart(limits: Partial<LinkLimits>): Promise<void> {
  await a.close();
  a = await node('a', { peers: { b: null }, limits });
}

async function relayTo(to: TestNode): Promise<TcpRelay> {
  const relay = await TcpRelay.open({ to: { host: '127.0.0.1', port: to.port }, seed: 'relay' });
  closers.push(() => relay.close());
  return relay;
}

async function dial({ port }: TestNode): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  closers.push(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** @returns how many bytes came back until the end. */
async function answerTo(act: (socket: Socket) => Promise<void>): Promise<number> {
  const socket = await dial(a);
  await act(socket);
  if (!socket.closed) await closed(socket);
  return socket.bytesRead;
}

async function serve(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    sockets.push(socket);
    onSocket(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** What `from` says first when it dials `to`, as somebody on the way sees it. */
async function firstMessageOf(from: string, to: string): Promise<Buffer> {
  let seen: (bytes: Buffer) => void = () => undefined;
  const first = new Promise<Buffer>((resolve) => {
    seen = resolve;
  });
  const port = await serve((socket) => {
    socket.once('data', seen);
  });
  const socket = connect(port, '127.0.0.1');
  closers.push(() => socket.destroy());
  dialHandshake(socket, keysOf(from), keysOf(to).publicKey).catch(() => undefined);
  return first;
}

interface Pose {
  readonly stream: SecretStream;
  /** On the channel of texts. */
  readonly send: (bytes: Uint8Array) => void;
  readonly sendPing: (bytes: Uint8Array) => void;
}

/** Has the key of `b`, links to `a`, and then does as it likes. */
async function posing({ answersPings = true, mayFail = false } = {}): Promise<Pose> {
  const socket = await dial(a);
  const stream = await dialHandshake(socket, keysOf('b'), keysOf('a').publicKey);
  const mux = greet(stream, HELLO_FORMAT);
  const text = mux.createChannel<never, Uint8Array>({
    protocol: 'chirograph/test/text',
    messages: [{ encoding: RAW, onmessage: () => undefined }],
  });
  const ping = mux.createChannel<never, Uint8Array>({
    protocol: 'chirograph/ping',
    messages: [
      {
        encoding: RAW,
        onmessage: (bytes) => {
          if (bytes[0] !== 1 || !answersPings) return;
          const pong = Buffer.alloc(13);
          pong.set(bytes);
          pong[0] = 2;
          ping?.messages[0]?.send(pong);
        },
      },
    ],
  });
  text?.open();
  ping?.open();
  if (!mayFail) await eventually(() => a.isLinkedTo('b') && text?.opened === true, 'linked');
  return {
    stream,
    send: (bytes) => text?.messages[0]?.send(bytes),
    sendPing: (bytes) => ping?.messages[0]?.send(bytes),
  };
}

let dials = 0;
function greet(stream: SecretStream, format: number): Protomux {
  stream.on('error', () => undefined);
  const mux = new Protomux(stream);
  const control = mux.createChannel({
    protocol: 'chirograph/link',
    handshake: HELLO,
    messages: [],
  });
  control?.open({ format, run: Buffer.alloc(16, 5), dial: ++dials });
  return mux;
}

function openOf(id: number, protocol: string): Buffer {
  return Buffer.concat([
    Buffer.from([0, 1, id, protocol.length]),
    Buffer.from(protocol),
    Buffer.from([0]),
  ]);
}

/** However it ends. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on('close', () => {
      resolve();
    });
    socket.resume();
  });
}
