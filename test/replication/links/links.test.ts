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

async function relayTo(to: TestNode): Promise<TcpRelay> {
  const relay = await TcpRelay.open({ to: { host: '127.0.0.1', port: to.port }, seed: 'relay' });
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
});
