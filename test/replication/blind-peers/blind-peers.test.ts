/** Logs at blind peers: Holepunch's own program in processes of its own, found through a private DHT. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { GivenCore } from '../../../src/ledger/given-core.js';
import {
  type BlindPeerOptions,
  type BlindPeerProcess,
  holdsText,
  startBlindPeer,
} from '../../support/blind-peer.js';
import { eventually } from '../../support/eventually.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { dht, type Dht, TestWriter } from './blind-peers-fixture.js';

const WITHIN = 30_000;

let net: Dht;
let root: string;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  net = await dht();
});
afterAll(() => net.close());
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await removeDirectory(root);
});

async function blindPeer(options: BlindPeerOptions = {}): Promise<BlindPeerProcess> {
  const made = await startBlindPeer(join(root, 'blind'), net.bootstrap, options);
  closers.push(() => made.end('SIGKILL'));
  return made;
}

async function writer(): Promise<TestWriter> {
  const made = await TestWriter.open(root, net);
  closers.push(() => made.close());
  await made.tenant('acme', 'kyc', 'hr');
  return made;
}

const vault = (key: string, ...ledgers: string[]): object => ({ name: 'vault', key, ledgers });

const received = (node: TestWriter, ledger: string): Promise<void> =>
  eventually(() => node.hasReceived('vault', ledger), `${ledger} received`, WITHIN);

describe('a blind peer', () => {
  it('receives the logs that are chosen for it, cannot read them, and knows nothing of others', async () => {
    const peer = await blindPeer();
    const node = await writer();
    await node.append('acme', 'kyc', 'a passport of Ada', 'another one');
    await node.append('acme', 'hr', 'a salary');
    node.give([vault(peer.key, 'acme/kyc', 'acme/none', 'other/kyc')]);
    await received(node, 'kyc');
    expect(node.peer('vault')).toMatchObject({
      ...{ state: 'linked', reconnects: 0, failures: 0, lastFailure: null, troubles: [] },
      logs: [{ tenant: 'acme', ledger: 'kyc', blocks: 3, received: 3, longer: null, isCut: false }],
    });
    expect(node.peer('vault').bytesOut).toBeGreaterThan(0);

    // What is written from now on goes there by itself, and ledgers that are made later as well.
    await node.append('acme', 'kyc', 'a third passport');
    await received(node, 'kyc');
    expect(node.log('vault', 'kyc').received).toBe(4);

    const [kyc, hr] = ['kyc', 'hr'].map((ledger) => keyOf(node, ledger));
    await node.takeBack();
    await peer.end('SIGTERM');
    const kept = join(root, 'blind');
    expect(await holdsText(kept, 'passport')).toBe(false);
    expect(await holdsText(kept, 'Ada')).toBe(false);
    expect(await holdsText(join(root, 'writer', 'data'), 'passport')).toBe(false);
    // It has the key of what it keeps as it is, so that a search would have found the other.
    expect([await holdsRaw(kept, kyc), await holdsRaw(kept, hr)]).toEqual([true, false]);
  });

  it('that is killed catches up when it is there again', async () => {
    const peer = await blindPeer();
    const node = await writer();
    await node.append('acme', 'kyc', 'one');
    node.give([vault(peer.key, 'acme/*')]);
    await received(node, 'kyc');
    await peer.end('SIGKILL');
    await node.append('acme', 'kyc', 'two', 'three');
    await eventually(() => node.peer('vault').state !== 'linked', 'lost', WITHIN);
    node.look();
    expect(node.log('vault', 'kyc')).toMatchObject({ blocks: 4, received: 2 });
    node.look(11 * 60_000);
    expect(node.peer('vault').troubles).toMatchObject([{ kind: 'away' }]);

    expect((await blindPeer()).key).toBe(peer.key);
    await received(node, 'kyc');
    expect(node.peer('vault')).toMatchObject({ reconnects: 1, troubles: [] });
    expect(node.log('vault', 'kyc').behindSince).toBeNull();
  });

  it('is given all Hypercores of a log whose keys have changed, before and while it is linked', async () => {
    const peer = await blindPeer();
    const node = await writer();
    const { store } = node.opened;
    const handle = store.ledger(store.tenantNamed('acme')?.handle ?? '', 'kyc').identity.handle;
    await node.append('acme', 'kyc', 'by the first key');
    await store.rotateKeys(handle);
    await node.append('acme', 'kyc', 'by the second');
    node.give([vault(peer.key, 'acme/kyc')]);
    await received(node, 'kyc');
    const before = node.log('vault', 'kyc').blocks;
    await store.rotateKeys(handle);
    await node.append('acme', 'kyc', 'by the third');
    await received(node, 'kyc');
    expect(node.log('vault', 'kyc').received).toBeGreaterThan(before);
    expect(node.opened.store.ledgerOf(handle)?.reader.cores).toHaveLength(3);
    expect(node.peer('vault').troubles).toEqual([]);
  });

  it('that refuses this node, or is none, is tried again and holds up no write', async () => {
    const peer = await blindPeer({ refuses: true });
    const node = await writer();
    const none = { name: 'none', key: '11'.repeat(32), ledgers: ['acme/*'] };
    node.give([vault(peer.key, 'acme/*'), { ...none, key: ED25519_OF_NOBODY }]);
    await node.append('acme', 'kyc', 'one', 'two');
    const failed = (name: string, times: number) => (): boolean => {
      node.step(name);
      return node.peer(name).failures + node.peer(name).reconnects >= times;
    };
    await eventually(failed('vault', 2), 'refused twice', WITHIN);
    await eventually(failed('none', 2), 'not found twice', WITHIN);
    expect(node.peer('none')).toMatchObject({
      state: expect.not.stringMatching('linked') as unknown,
    });
    expect(node.log('none', 'kyc')).toMatchObject({ blocks: 3, received: null });
    node.look(11 * 60_000);
    expect(node.peer('none').troubles).toMatchObject([
      { kind: 'away', text: expect.stringContaining('unreachable') as unknown },
    ]);
    expect(node.opened.failures).toEqual([]);
  });

  it('that has more than an older copy of this node is an alarm, and gives it nothing', async () => {
    const peer = await blindPeer();
    const node = await writer();
    await node.append('acme', 'kyc', 'one');
    await node.close();
    closers.pop();
    await cp(join(root, 'writer'), join(root, 'older'), { recursive: true });
    const again = await TestWriter.open(root, net);
    await again.append('acme', 'kyc', 'two', 'three');
    again.give([vault(peer.key, 'acme/kyc')]);
    await received(again, 'kyc');
    await again.close();

    await cp(join(root, 'older'), join(root, 'copy', 'writer'), { recursive: true });
    const older = await TestWriter.open(join(root, 'copy'), net);
    closers.push(() => older.close());
    older.give([vault(peer.key, 'acme/kyc')]);
    await eventually(
      () => {
        older.step('vault');
        return older.log('vault', 'kyc').longer !== null;
      },
      'said',
      WITHIN,
    );
    expect(older.log('vault', 'kyc')).toMatchObject({ blocks: 2, received: 2, longer: 4 });
    expect(older.peer('vault').troubles).toMatchObject([{ kind: 'longer' }]);
    older.look();
    const said = older.lines.filter(({ level }) => level === 'error');
    expect(said).toMatchObject([{ fields: { peer: 'vault', ledger: 'kyc', here: 2, there: 4 } }]);
    expect(coresOf(older, 'kyc').map(({ length }) => length)).toEqual([2]);
  });

  it('that has let blocks go for want of room is said to lack them', async () => {
    const peer = await blindPeer({ maxBytes: 20_000 });
    const node = await writer();
    const large = (at: number): string => `${at} `.repeat(4_000);
    await node.append('acme', 'kyc', large(1));
    node.give([vault(peer.key, 'acme/kyc')]);
    await received(node, 'kyc');
    await node.append('acme', 'kyc', large(2), large(3), large(4));
    await eventually(
      () => {
        node.look(1_000);
        return (
          node.log('vault', 'kyc').behindSince !== null && node.peer('vault').troubles.length > 0
        );
      },
      'said to be behind',
      WITHIN,
    );
    expect(node.peer('vault').troubles).toMatchObject([{ kind: 'behind' }]);
  });

  it('where data may not lie is not given them', async () => {
    const peer = await blindPeer();
    const node = await writer();
    await node.append('acme', 'kyc', 'one');
    const { store } = node.opened;
    const handle = store.ledger(store.tenantNamed('acme')?.handle ?? '', 'kyc').identity.handle;
    await store.share(handle);
    const shared = { ...vault(peer.key, 'acme/kyc', 'acme/hr'), country: 'CH' };
    node.give([shared], () => ['DE', 'FR']);
    await received(node, 'hr');
    expect(node.log('vault', 'kyc')).toMatchObject({ isWithheld: true, received: null });
    expect(node.peer('vault').troubles).toMatchObject([{ kind: 'withheld' }]);
    const key = keyOf(node, 'kyc');
    expect(node.peer('vault').reconnects).toBe(0);
    await node.takeBack();
    await peer.end('SIGTERM');
    expect(await holdsRaw(join(root, 'blind'), key)).toBe(false);
  });

  it('is given no more of them once its group says so', async () => {
    const peer = await blindPeer();
    const node = await writer();
    await node.append('acme', 'kyc', 'one');
    const { store } = node.opened;
    await store.share(store.ledger(store.tenantNamed('acme')?.handle ?? '', 'kyc').identity.handle);
    let countries: readonly string[] | null = null;
    node.give([vault(peer.key, 'acme/kyc', 'acme/hr')], () => countries);
    await received(node, 'kyc');
    countries = ['DE'];
    const isAgain = (): boolean => {
      node.step('vault');
      return node.peer('vault').reconnects === 1;
    };
    await eventually(isAgain, 'another connection', WITHIN);
    await received(node, 'hr');
    expect(node.log('vault', 'kyc')).toMatchObject({ isWithheld: true, received: null });
    const [core] = coresOf(node, 'kyc');
    expect(core?.heldBy(Buffer.from(peer.key, 'hex'))).toBeNull();
  });
});

/** A key that nobody has announced. */
const ED25519_OF_NOBODY = '58'.concat('66'.repeat(31));

function coresOf(node: TestWriter, ledger: string): readonly GivenCore[] {
  const { store } = node.opened;
  return store.ledger(store.tenantNamed('acme')?.handle ?? '', ledger).reader.cores;
}

function keyOf(node: TestWriter, ledger: string): Uint8Array {
  return coresOf(node, ledger)[0]?.key ?? new Uint8Array();
}

const holdsRaw = (directory: string, key: Uint8Array | undefined): Promise<boolean> =>
  holdsText(directory, key ?? '');
