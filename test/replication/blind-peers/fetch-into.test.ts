/** Blocks that come back from a blind peer: all of them, byte for byte, and what is said of those that are not as they should be. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { tenantKeys } from '../../../src/keys/tenant-keys.js';
import type { LogReader } from '../../../src/ledger/log-reader.js';
import { segmentsOfKeys } from '../../../src/ledger/replica-log.js';
import { ReplicaLogs } from '../../../src/ledger/replica-logs.js';
import {
  fetchInto,
  type FetchIntoOptions,
} from '../../../src/replication/blind-peers/fetch-into.js';
import type { LinkKey } from '../../../src/replication/links/link-settings.js';
import { systemTimers } from '../../../src/replication/links/timers.js';
import { parseVerifierKey } from '../../../src/tlog/note-key.js';
import { type BlindPeerProcess, startBlindPeer } from '../../support/blind-peer.js';
import { rejection } from '../../support/errors.js';
import { eventually } from '../../support/eventually.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { keysOf } from '../links/links-fixture.js';
import { dht, type Dht, TestWriter } from './blind-peers-fixture.js';

let net: Dht;
let root: string;
let peer: BlindPeerProcess;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  net = await dht();
});
afterAll(() => net.close());
beforeEach(async () => {
  root = await temporaryDirectory();
  peer = await startBlindPeer(join(root, 'blind'), net.bootstrap);
  closers.push(() => peer.end('SIGKILL'));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await removeDirectory(root);
});

async function writer(at = root): Promise<TestWriter> {
  const made = await TestWriter.open(at, net);
  closers.push(() => made.close());
  return made;
}

function readerOf(node: TestWriter): LogReader {
  const { store } = node.opened;
  return store.ledger(store.tenantNamed('acme')?.handle ?? '', 'kyc').reader;
}

async function givenTo(node: TestWriter): Promise<void> {
  node.give([{ name: 'vault', key: peer.key, ledgers: ['acme/kyc'] }]);
  await eventually(() => node.hasReceived('vault', 'kyc'), 'received', 30_000);
}

async function optionsOf(
  node: TestWriter,
  more: Partial<FetchIntoOptions> = {},
): Promise<FetchIntoOptions> {
  const { store, keyStore } = node.opened;
  const tenant = store.tenantNamed('acme');
  const { keys, origin, head } = readerOf(node);
  return {
    directory: join(root, 'back'),
    pinned: {
      origin,
      firstKey: parseVerifierKey(keys[0]?.verifierKey ?? ''),
      recoveryKey: parseVerifierKey(tenant?.recoveryKey ?? ''),
    },
    ...{ keys, here: head, checkpoint: null, peer: peer.key as LinkKey, timers: systemTimers },
    blockKey: tenantKeys(await keyStore.tenantRoot(tenant?.handle ?? '')).block,
    ...{ bootstrap: net.bootstrap, linkKeys: null },
    ...more,
  };
}

describe('a log that a blind peer keeps', () => {
  it('comes back byte for byte, through all its keys, to a node that has an older copy', async () => {
    const node = await writer();
    await node.tenant('acme', 'kyc');
    await node.append('acme', 'kyc', 'one');
    await node.opened.store.rotateKeys(handleOf(node));
    await node.append('acme', 'kyc', 'two');
    await node.close();
    closers.pop();
    await cp(join(root, 'writer'), join(root, 'older', 'writer'), { recursive: true });
    const again = await writer();
    await again.append('acme', 'kyc', 'three', 'four');
    await givenTo(again);
    const { head, keys } = readerOf(again);
    const shown = readerOf(again).checkpoint();
    const { read } = readerOf(again).blocks;
    const blocks = await Promise.all(Array.from({ length: head.length }, (_, at) => read(at)));
    await again.close();
    closers.pop();

    const older = await writer(join(root, 'older'));
    expect(readerOf(older).head.length).toBe(head.length - 2);
    const options = await optionsOf(older, { checkpoint: shown, linkKeys: keysOf('writer') });
    const report = await fetchInto(options);
    expect(report).toMatchObject({
      ...{ blocks: head.length, there: head.length, size: head.size, recordedAt: head.recordedAt },
      treeHash: Buffer.from(head.treeHash).toString('hex'),
      rootHash: Buffer.from(head.rootHash).toString('hex'),
      ...{ flaw: null, own: 'same', checkpoint: 'same' },
    });
    // Asked again, nothing is lost of it.
    expect(await fetchInto(options)).toEqual(report);
    const logs = await ReplicaLogs.open(options.directory);
    closers.push(() => logs.close());
    const log = await logs.log(segmentsOfKeys(keys), SILENT, head.length);
    for (const [at, block] of blocks.entries())
      expect(Buffer.from(await log.block(at)).equals(block)).toBe(true);
    expect(blocks.length).toBeGreaterThan(4);
  });

  it('is told apart from another history, and from a checkpoint of another', async () => {
    const node = await writer();
    await node.tenant('acme', 'kyc');
    await node.append('acme', 'kyc', 'one');
    await node.close();
    closers.pop();
    await cp(join(root, 'writer'), join(root, 'older', 'writer'), { recursive: true });
    const again = await writer();
    await again.append('acme', 'kyc', 'two', 'three');
    await givenTo(again);
    await again.close();
    closers.pop();
    const older = await writer(join(root, 'older'));
    // What the mark keeps a node from: it goes on in the copy.
    await older.append('acme', 'kyc', 'other');
    const checkpoint = readerOf(older).checkpoint();
    const report = await fetchInto(await optionsOf(older, { checkpoint }));
    expect(report).toMatchObject({ blocks: 4, flaw: null, own: 'differs', checkpoint: 'differs' });
    await older.append('acme', 'kyc', 'and', 'more', 'of it');
    const beyond = await optionsOf(older, { checkpoint: readerOf(older).checkpoint() });
    expect(await fetchInto(beyond)).toMatchObject({ own: 'beyond', checkpoint: 'beyond' });
  });

  it('cannot be taken for what it is not: another tenant cannot open it, other checkpoints are refused', async () => {
    const node = await writer();
    await node.tenant('acme', 'kyc');
    await node.append('acme', 'kyc', 'one');
    await givenTo(node);
    const stranger = await optionsOf(node, { blockKey: new Uint8Array(32) });
    expect(await fetchInto(stranger)).toMatchObject({
      ...{ blocks: 2, size: 0 },
      flaw: expect.stringMatching(/block 0 .*does not open/) as unknown,
    });
    const other = await optionsOf(node, { checkpoint: 'example.org/1/x\n1\nAAAA\n\n— x AAAA\n' });
    expect((await rejection(fetchInto(other))).code).toBe('REPLICA_HEAD_UNVERIFIED');
  });

  it('is not there where the peer is away', async () => {
    const node = await writer();
    await node.tenant('acme', 'kyc');
    const nobody = await optionsOf(node, { peer: '58'.concat('66'.repeat(31)) as LinkKey });
    expect((await rejection(fetchInto(nobody))).code).toBe('REPLICATION_PEER_UNREACHABLE');
  });
});

const SILENT = {
  onNews: () => undefined,
  onConflict: () => undefined,
  onInvalidData: () => undefined,
};

function handleOf(node: TestWriter): string {
  const { store } = node.opened;
  return store.ledger(store.tenantNamed('acme')?.handle ?? '', 'kyc').identity.handle;
}
