import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { TcpRelay } from '../../support/link-relay.js';
import { linked, linkKey, type NodeOptions, TestNode } from './links-fixture.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function node(name: string, options: NodeOptions): Promise<TestNode> {
  const made = await TestNode.open(name, options);
  open.push(made);
  return made;
}

async function relayTo(to: { readonly port: number; readonly host?: string }): Promise<TcpRelay> {
  const { port, host = '127.0.0.1' } = to;
  const relay = await TcpRelay.open({ to: { host, port }, seed: 'relay' });
  open.push(relay);
  return relay;
}

describe('links over TCP', () => {
  it('stand between peers that list each other, and carry messages both ways', async () => {
    const a = await node('a', { peers: { b: null } });
    const b = await node('b', { peers: { a: a.address } });
    await linked(a, b);
    expect(a.say('b', 'from a')).toBe(true);
    expect(b.say('a', 'from b')).toBe(true);
    await eventually(() => a.heard.length + b.heard.length === 2, 'both heard');
    expect([a.heard, b.heard]).toEqual([['b: from b'], ['a: from a']]);
    expect(a.peer('b')).toMatchObject({ linkKey: linkKey('b'), via: 'tcp', reconnects: 0 });
    expect(a.peer('b').bytesIn).toBeGreaterThan(0);
    expect(a.links.linkTo(linkKey('b'))).toBe(a.stood[0]);
  });

  it('carry what was sent before the other side was ready for it', async () => {
    const a = await node('a', {
      peers: { b: null },
      onLink: () => a.say('b', 'at once'),
    });
    const b = await node('b', { peers: { a: a.address } });
    await eventually(() => b.heard.length === 1, 'heard');
    expect(b.heard).toEqual(['a: at once']);
  });

  it('stand among three, each with one link to each', async () => {
    const a = await node('a', { peers: { b: null, c: null } });
    const b = await node('b', { peers: { a: a.address, c: null } });
    const c = await node('c', { peers: { a: a.address, b: b.address } });
    await linked(a, b, c);
    for (const one of [a, b, c])
      for (const other of [a, b, c])
        if (one !== other) expect(one.say(other.name, 'hello')).toBe(true);
    await eventually(() => [a, b, c].every(({ heard }) => heard.length === 2), 'all heard');
    for (const one of [a, b, c]) expect(one.stood).toHaveLength(2);
  });

  it('are one where both dial at the same time, the same one for both', async () => {
    for (let round = 0; round < 5; round++) {
      // At addresses where nothing else takes a port that was free a moment ago.
      const [placeA, placeB] = [
        { host: '127.0.0.2', port: await freePort() },
        { host: '127.0.0.3', port: await freePort() },
      ];
      const toA = await relayTo(placeA);
      const toB = await relayTo(placeB);
      for (const relay of [toA, toB]) relay.partition();
      const a = await node('a', { peers: { b: toB.address }, listen: at(placeA) });
      const b = await node('b', { peers: { a: toA.address }, listen: at(placeB) });
      await eventually(() => toA.connections + toB.connections === 2, 'both dial');
      for (const relay of [toA, toB]) relay.heal();
      const surplus = (): number =>
        (a.peer('b').dropped.surplus ?? 0) + (b.peer('a').dropped.surplus ?? 0);
      await eventually(() => surplus() > 0 && isQuiet(a) && isQuiet(b), 'one is given up');
      await linked(a, b);
      const [first, second] = [a.links.linkTo(linkKey('b')), b.links.linkTo(linkKey('a'))];
      expect(first?.dialled?.dialler).toBe(second?.dialled?.dialler);
      expect(first?.dialled?.dialler).toBe([linkKey('a'), linkKey('b')].sort()[0]);
      expect([a.say('b', 'x'), b.say('a', 'y')]).toEqual([true, true]);
      await eventually(() => a.heard.length > 0 && b.heard.length > 0, 'heard');
    }
  });

  it('give way to those of a peer that has started anew', async () => {
    const a = await node('a', { peers: { b: null } });
    const relay = await relayTo(a);
    const b = await TestNode.open('b', { peers: { a: relay.address } });
    await linked(a, b);
    // Its end never reaches a.
    relay.partition();
    await b.close();
    expect(a.isLinkedTo('b')).toBe(true);
    const again = await node('b', { peers: { a: a.address } });
    await linked(a, again);
    await eventually(() => a.stood.length === 2, 'the second stood');
    expect(a.peer('b')).toMatchObject({ reconnects: 1, dropped: { surplus: 1 } });
    expect(again.say('a', 'anew')).toBe(true);
    await eventually(() => a.heard.length === 1, 'heard');
  });

  it('measure the way and the peer’s clock, and say where it is far off', async () => {
    const a = await node('a', { peers: { b: null } });
    const b = await node('b', { peers: { a: a.address }, aheadMillis: 10 * 60_000 });
    await linked(a, b);
    await eventually(
      () => a.peer('b').rttMillis !== null && b.peer('a').rttMillis !== null,
      'measured',
    );
    expect(a.peer('b')).toMatchObject({ clockOffsetMillis: 600_000, isClockSkewed: true });
    expect(b.peer('a')).toMatchObject({ clockOffsetMillis: -600_000, isClockSkewed: true });
    expect(a.isLinkedTo('b')).toBe(true);
  });

  it('count as skewed only beyond the bound', async () => {
    const a = await node('a', { peers: { b: null } });
    const b = await node('b', { peers: { a: a.address }, aheadMillis: 5 * 60_000 });
    await linked(a, b);
    await eventually(() => a.peer('b').rttMillis !== null, 'measured');
    expect(a.peer('b').isClockSkewed).toBe(false);
  });

  it('refuse a node that is its own peer, and a port that is taken', async () => {
    await expect(TestNode.open('a', { peers: { a: '127.0.0.1:1' } })).rejects.toMatchObject({
      code: 'REPLICATION_SETTINGS_MALFORMED',
    });
    const a = await node('a', { peers: {} });
    await expect(TestNode.open('b', { peers: {}, listen: a.address })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});

describe('a link that is lost', () => {
  it('is dialled again, after pauses that double and differ up to a longest one', async () => {
    const a = await node('a', { peers: { b: null } });
    const relay = await relayTo(a);
    const b = await node('b', { peers: { a: relay.address } });
    await linked(a, b);
    await stood(b, 'a');
    await relay.close();
    await eventually(() => !b.isLinkedTo('a'), 'lost');
    const pauses: number[] = [];
    for (let tries = 0; tries < 9; tries++) {
      await eventually(() => b.peer('a').state === 'waiting', 'waiting');
      const [pause = 0] = b.timers.pauses;
      pauses.push(pause);
      b.timers.advance(pause);
      await eventually(() => b.peer('a').failures === tries + 1, 'failed');
    }
    for (const [at, pause] of pauses.entries()) {
      const most = Math.min(250 * 2 ** Math.max(0, at - 1), 15_000);
      expect(pause).toBeGreaterThanOrEqual(most / 2);
      expect(pause).toBeLessThanOrEqual(most);
    }
    expect(b.peer('a').lastFailure).toContain('ECONNREFUSED');
  });

  it('stands again when a partition heals', async () => {
    const a = await node('a', { peers: { b: null } });
    const relay = await relayTo(a);
    const b = await node('b', { peers: { a: relay.address } });
    await linked(a, b);
    relay.partition();
    // Nothing comes: both find out on their own.
    for (let look = 0; look < 8 && (a.isLinkedTo('b') || b.isLinkedTo('a')); look++)
      for (const one of [a, b]) one.timers.advance(3_000);
    expect([a.peer('b').lastDrop, b.peer('a').lastDrop]).toEqual(['idle', 'idle']);
    relay.heal();
    await eventually(() => {
      b.timers.advance(1_000);
      return a.isLinkedTo('b') && b.isLinkedTo('a');
    }, 'linked again');
    expect(b.peer('a').reconnects).toBe(1);
    b.say('a', 'again');
    await eventually(() => a.heard.length === 1, 'heard');
  });

  it('is told by a reset at once', async () => {
    const a = await node('a', { peers: { b: null } });
    const relay = await relayTo(a);
    const b = await node('b', { peers: { a: relay.address } });
    await linked(a, b);
    relay.reset();
    await eventually(() => !a.isLinkedTo('b') && !b.isLinkedTo('a'), 'lost');
    expect(a.peer('b').dropped).toEqual({ broken: 1 });
    b.timers.advance(250);
    await linked(a, b);
  });

  it('works on a slow and unsteady way', async () => {
    const a = await node('a', { peers: { b: null } });
    const relay = await relayTo(a);
    relay.change({ delayMillis: 20, jitterMillis: 30, bytesPerSecond: 50_000 });
    const b = await node('b', { peers: { a: relay.address } });
    await linked(a, b);
    for (let one = 0; one < 50; one++) b.say('a', String(one));
    await eventually(() => a.heard.length === 50, 'all heard');
    expect(a.heard).toEqual(Array.from({ length: 50 }, (_, one) => `b: ${one}`));
  });

  it('keeps no connection, timer or port when the node closes', async () => {
    const a = await TestNode.open('a', { peers: { b: null, c: '127.0.0.1:1' } });
    const b = await TestNode.open('b', { peers: { a: a.address } });
    await linked(a, b);
    await Promise.all([a.close(), b.close()]);
    expect([a.timers.pauses, b.timers.pauses]).toEqual([[], []]);
    const again = await node('a', { peers: {}, listen: a.address });
    expect(again.port).toBe(a.port);
  });
});

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const holder = await TestNode.open('holder', { peers: {} });
  await holder.close();
  return holder.port;
}

function isQuiet(one: TestNode): boolean {
  return one.links.status().unproved === 0;
}

function at({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host}:${port}`;
}

/** Long enough to be a good one. */
async function stood(one: TestNode, peer: string): Promise<void> {
  for (let look = 0; look < 4; look++) {
    const { bytesIn } = one.peer(peer);
    one.timers.advance(3_000);
    await eventually(() => one.peer(peer).bytesIn > bytesIn, 'answered');
  }
}
