import { afterEach, describe, expect, it } from '@jest/globals';
import { systemTimers } from '../../../src/replication/links/timers.js';
import { eventually } from '../../support/eventually.js';
import { UdpRelay } from '../../support/link-relay.js';
import { openDht } from '../../support/local-dht.js';
import { linked, type NodeOptions, TestNode } from './links-fixture.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const HOST = '127.0.0.1';

/** @returns their addresses. */
async function dht(size: number): Promise<string[]> {
  const nodes = await openDht(size);
  open.push(...nodes);
  return nodes.map(({ address }) => `${address.host}:${address.port}`);
}

/** The DHT has timers of its own. */
async function node(name: string, options: NodeOptions): Promise<TestNode> {
  const made = await TestNode.open(name, { ...options, timers: systemTimers });
  open.push(made);
  return made;
}

describe('links through a DHT', () => {
  it('find each other by key alone, where there are four nodes', async () => {
    const bootstrap = await dht(4);
    const a = await node('a', { peers: { b: null }, bootstrap });
    const b = await node('b', { peers: { a: null }, bootstrap });
    await linked(a, b);
    expect(a.peer('b').via).toBe('dht');
    await eventually(() => a.say('b', 'by udp'), 'said');
    await eventually(() => b.heard.length > 0, 'heard');
    expect(b.peer('a').bytesIn).toBeGreaterThan(0);
    await eventually(() => a.peer('b').rttMillis !== null, 'measured');
  });

  it('are refused to strangers, who learn no more than that nobody answers', async () => {
    const bootstrap = await dht(4);
    const a = await node('a', { peers: { b: null }, bootstrap });
    const b = await node('b', { peers: { a: null }, bootstrap });
    await linked(a, b);
    const x = await node('x', { peers: { a: null }, bootstrap });
    await eventually(() => a.links.status().refused.stranger > 0, 'refused', 30_000);
    await eventually(() => x.peer('a').lastFailure !== null, 'given up', 30_000);
    expect(x.stood).toEqual([]);
    expect(a.isLinkedTo('b')).toBe(true);
  });

  it('are by TCP where UDP does not pass, and the peer has an address', async () => {
    const [first = ''] = await dht(1);
    const relay = await UdpRelay.open({
      to: { host: HOST, port: Number(first.split(':')[1]) },
      seed: 'blocked',
    });
    open.push(relay);
    relay.partition();
    const bootstrap = [`${HOST}:${relay.port}`];
    const a = await node('a', { peers: { b: null }, bootstrap });
    const b = await node('b', { peers: { a: a.address }, bootstrap });
    await linked(a, b);
    expect([a.peer('b').via, relay.passed]).toEqual(['tcp', 0]);
    await eventually(() => relay.lost > 0, 'UDP was tried');
    // Nor does a DHT that does not answer keep a node from stopping.
    const begun = performance.now();
    await Promise.all([a.close(), b.close()]);
    expect(performance.now() - begun).toBeLessThan(8_000);
  });
});
