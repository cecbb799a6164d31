/** A ledger's own log, as a node writes it, in a replica: over TCP, and through a handover of its keys. */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import SecretStream from '@hyperswarm/secret-stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { appendRecords } from '../../../src/commands/append-records.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { parseRecordInput } from '../../../src/records/record-input.js';
import {
  formatAnnouncement,
  parseAnnouncement,
} from '../../../src/replication/replica/announcement.js';
import { parseVerifierKey } from '../../../src/tlog/note-key.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { depsOf, openTestStore, type TestStore } from '../../support/test-store.js';
import { openReplica, type TestReplica } from '../support/replica.js';

let root: string;
let opened: TestStore;
let ledger: Ledger;
let append: (entries: number) => Promise<void>;
let server: net.Server;
const sockets: { destroy(): void }[] = [];
const replicas: TestReplica[] = [];

beforeAll(async () => {
  root = await temporaryDirectory();
  opened = await openTestStore(root);
  const tenant = await opened.store.createTenant('default', 'example.org');
  ledger = await opened.store.createLedger(tenant, 'kyc');
  const deps = await depsOf(opened);
  const target = { tenant: tenant.handle, ledger: 'kyc', author: 'key:test' };
  append = async (entries) => {
    opened.clock.advance(1000);
    const requests = Array.from({ length: entries }, (_, at) => ({
      record: parseRecordInput({ type: 't', subject: `s${at}`, payload: { at } }),
      idempotencyKey: null,
    }));
    await appendRecords(deps, target, requests);
  };
  server = net.createServer((socket) => {
    const stream = new SecretStream(false, socket);
    stream.on('error', () => undefined);
    sockets.push(stream);
    for (const core of ledger.reader.cores) core.giveTo(stream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  server.close();
  for (const replica of replicas) await replica.close();
  await opened.store.close();
  await removeDirectory(root);
});

function connect({ log }: TestReplica): void {
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
  const stream = new SecretStream(true, socket);
  stream.on('error', () => undefined);
  sockets.push(stream);
  log.replicateWith(stream);
}

function announcement() {
  const { reader } = ledger;
  const [origin, keys, checkpoint] = [reader.origin, reader.keys, reader.checkpoint() ?? ''];
  return parseAnnouncement(formatAnnouncement({ origin, keys, checkpoint }));
}

async function replica(name: string, isReader: boolean): Promise<TestReplica> {
  const tenant = opened.store.tenantNamed('default');
  const made = await openReplica(`${root}/${name}`, {
    blockKey: isReader ? ledger.reader.blocks.key : null,
    pinned: {
      origin: ledger.reader.origin,
      firstKey: parseVerifierKey(firstKey),
      recoveryKey: parseVerifierKey(tenant?.recoveryKey ?? ''),
    },
  });
  replicas.push(made);
  return made;
}
let firstKey = '';

describe('a ledger of a node', () => {
  it('is followed over TCP, and on through a handover, by a reader and a blind replica', async () => {
    firstKey = ledger.reader.verifierKey;
    const both = [await replica('reader', true), await replica('blind', false)];
    both.forEach(connect);
    for (let commit = 0; commit < 20; commit++) await append(10);
    const before = ledger.reader.head.size;
    for (const one of both) {
      await one.log.announce(announcement());
      await one.settled(before);
      expect([one.failures, one.alarms]).toEqual([[], []]);
      expect(one.log.stored?.size).toBe(before);
    }
    await opened.store.rotateKeys(ledger.identity.handle);
    for (let commit = 0; commit < 5; commit++) await append(10);
    const { size, length } = ledger.reader.head;
    expect(ledger.reader.keys).toHaveLength(2);
    both.push(await replica('late', true));
    for (const one of both) {
      // What was attached before does not know the new Hypercore.
      connect(one);
      await one.log.announce(announcement());
      await one.settled(size);
      expect([one.failures, one.alarms]).toEqual([[], []]);
      expect(one.log.stored).toMatchObject({ size, binding: { length } });
    }
  }, 30_000);

  it('cannot be handed over by nobody, nor to others than before', async () => {
    const one = await replica('other', true);
    const told = announcement();
    const [first, second] = told.keys;
    if (first === undefined || second === undefined) throw new Error('it was not handed over');
    const unsigned = { ...first, ended: first.ended && { ...first.ended, signatures: [] } };
    for (const keys of [[second], [unsigned, second]])
      await expect(one.log.announce({ ...told, keys })).rejects.toMatchObject({
        code: 'REPLICA_KEYS_UNVERIFIED',
      });
    await expect(
      one.log.announce({ ...told, keys: [{ ...first, ended: null }] }),
    ).rejects.toMatchObject({ code: 'REPLICA_HEAD_UNVERIFIED' });
  });
});
