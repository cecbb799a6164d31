/** What links are for: Hypercores replicate over them, beside channels of ours, each only what it is given. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Corestore, { type Manifest } from 'corestore';
import type Hypercore from 'hypercore';
import { keyPairOf } from '../../../src/keys/key-pair.js';
import type { Link } from '../../../src/replication/links/link.js';
import { eventually } from '../../support/eventually.js';
import { TcpRelay } from '../../support/link-relay.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { linked, TestNode } from './links-fixture.js';

/** What the ledger does not call. */
interface Replicating {
  replicate(mux: unknown): unknown;
  get(index: number): Promise<Buffer>;
}

const KEY_PAIR = keyPairOf(Buffer.alloc(32, 9));

function manifestOf(namespace: number): Manifest {
  const { publicKey } = KEY_PAIR;
  const signer = {
    signature: 'ed25519',
    namespace: Buffer.alloc(32, namespace),
    publicKey,
  } as const;
  return { version: 1, hash: 'blake2b', quorum: 1, signers: [signer] };
}

let root: string;
const closers: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await removeDirectory(root);
});

async function coresOf(name: string): Promise<Hypercore[]> {
  const store = new Corestore(join(root, name));
  closers.push(() => store.close());
  const cores = [1, 2].map((namespace) => store.get({ manifest: manifestOf(namespace) }));
  for (const core of cores) await core.ready();
  return cores;
}

const replicating = (core: Hypercore | undefined): Replicating => core as unknown as Replicating;

/** Over its mux, as soon as the link stands. */
function replicates(...cores: (Hypercore | undefined)[]): (_: unknown, link: Link) => void {
  return (_, link) => {
    for (const core of cores) replicating(core).replicate(link.mux);
  };
}

describe('a link', () => {
  it('replicates the Hypercores that it is given and no others, and goes on after a loss', async () => {
    const [shared, kept] = await coresOf('a');
    const [copy, empty] = await coresOf('b');
    for (const core of [shared, kept])
      await core?.append([Buffer.from('one'), Buffer.alloc(300_000, 2)], { keyPair: KEY_PAIR });
    const a = await TestNode.open('a', { peers: { b: null }, onLink: replicates(shared) });
    closers.push(() => a.close());
    const relay = await TcpRelay.open({ to: { host: '127.0.0.1', port: a.port }, seed: 'cores' });
    closers.push(() => relay.close());
    const b = await TestNode.open('b', {
      peers: { a: relay.address },
      onLink: replicates(copy, empty),
    });
    closers.push(() => b.close());
    await linked(a, b);
    await eventually(() => copy?.length === 2, 'the length is known');
    expect((await replicating(copy).get(0)).toString()).toBe('one');
    expect(await replicating(copy).get(1)).toHaveLength(300_000);
    expect([a.say('b', 'beside it'), empty?.length]).toEqual([true, 0]);
    await eventually(() => b.heard.length === 1, 'heard');

    relay.reset();
    await eventually(() => !b.isLinkedTo('a'), 'lost');
    await shared?.append([Buffer.from('three')], { keyPair: KEY_PAIR });
    b.timers.advance(250);
    await linked(a, b);
    await eventually(() => copy?.length === 3, 'the new length is known');
    expect((await replicating(copy).get(2)).toString()).toBe('three');
    expect([a.peer('b').state, b.peer('a').state, empty?.length]).toEqual(['linked', 'linked', 0]);
  });
});
