/** Every checker of these suites proves that it can fail: each planted fault turns it red at once. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TreeSize } from '../../src/base/brand.js';
import { sha256Digest } from '../../src/base/bytes.js';
import { RandomPool } from '../../src/base/random.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import { openJournalFiles, type JournalFiles } from '../../src/ledger/journal-files.js';
import { formatCheckpoint } from '../../src/tlog/checkpoint.js';
import { parseVerifierKey } from '../../src/tlog/note-key.js';
import { noteSigner, signNote } from '../../src/tlog/signed-note.js';
import {
  ask,
  brokenPromises,
  brokenRepeats,
  ClientMemory,
  type Wish,
} from '../support/client-memory.js';
import { copyDirectory } from '../support/copy-directory.js';
import { FaultPlan } from '../support/fault-plan.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestStore, type TestStore } from '../support/test-store.js';
import { checkAfterwards, live } from './a-life.js';

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(() => removeDirectory(root));

const wish = (n: number): Wish => ({
  ledger: 'kyc',
  subject: 'anna',
  payload: { n },
  idempotencyKey: `key-${n}`,
});

async function withRecords(memory: ClientMemory, count: number): Promise<TestStore> {
  const opened = await openTestStore(join(root, 'store'));
  const tenant = await opened.store.createTenant('bank', 'example.org');
  await opened.store.createLedger(tenant, 'kyc');
  for (let n = 0; n < count; n++) await ask(opened, 'bank', memory, [wish(n)]);
  return opened;
}

/** Begins segments as it should, and keeps everything after that in memory. */
async function forgetfulJournalFiles(directory: string): Promise<JournalFiles> {
  const files = await openJournalFiles(directory);
  return {
    ...files,
    create: async (name) => {
      const file = await files.create(name);
      let appends = 0;
      return { ...file, append: async (bytes) => (appends++ < 2 ? file.append(bytes) : undefined) };
    },
  };
}

describe('the checks after a fault', () => {
  it('notice a journal that acknowledges what it has not written', async () => {
    // A segment that never fills: a rotation would flush the logs, and nothing would depend on the journal.
    const options = { openJournalFiles: forgetfulJournalFiles, segmentBytes: 1024 * 1024 };
    const life = await live(join(root, 'life'), new FaultPlan(null), true, options);
    expect(await checkAfterwards(life)).not.toEqual([]);
  });

  it('notice records that are gone from an older copy', async () => {
    const memory = new ClientMemory();
    const opened = await withRecords(memory, 3);
    await copyDirectory(join(root, 'store'), join(root, 'older'));
    await ask(opened, 'bank', memory, [wish(3)]);
    await opened.store.close();
    const older = await openTestStore(join(root, 'older'));
    expect(await brokenPromises(older.store, memory)).not.toEqual([]);
    await older.store.close();
  });

  it('notice a checkpoint that was signed over another tree', async () => {
    const memory = new ClientMemory();
    const opened = await withRecords(memory, 3);
    expect(await brokenPromises(opened.store, memory)).toEqual([]);
    const { store } = opened;
    const { reader } = store.ledger(store.tenantNamed('bank')?.handle ?? '', 'kyc');
    const keyStore = await DirectoryKeyStore.open({
      directory: join(root, 'store', 'data.keys'),
      dataDirectory: join(root, 'store', 'data'),
      random: new RandomPool(),
    });
    const { note } = await keyStore.logKeys(reader.handle);
    const forged = formatCheckpoint({
      origin: reader.origin,
      size: 2 as TreeSize,
      rootHash: sha256Digest(new Uint8Array(32).fill(7)),
      extensions: [],
    });
    const signer = noteSigner(parseVerifierKey(reader.verifierKey), (message) =>
      note.sign(message),
    );
    memory.checkpoints.get(reader.origin)?.add(signNote(forged, signer));
    expect(await brokenPromises(store, memory)).not.toEqual([]);
    await store.close();
  });

  it('notice an idempotency key that the store has forgotten', async () => {
    const memory = new ClientMemory();
    const opened = await withRecords(memory, 2);
    expect(await brokenRepeats(opened, 'bank', memory)).toEqual([]);
    const [first] = memory.told;
    if (first === undefined) throw new Error('nothing was told');
    const forgotten = { ...first.wish, idempotencyKey: 'forgotten' };
    memory.keyed.push(forgotten);
    memory.note(forgotten, first.receipt);
    expect(await brokenRepeats(opened, 'bank', memory)).not.toEqual([]);
    await opened.store.close();
  });

  it('notice a payload that became another', async () => {
    const memory = new ClientMemory();
    const opened = await withRecords(memory, 1);
    const [first] = memory.told;
    if (first === undefined) throw new Error('nothing was told');
    memory.note({ ...first.wish, payload: { n: 9 } }, first.receipt);
    expect(await brokenPromises(opened.store, memory)).not.toEqual([]);
    await opened.store.close();
  });
});
