// A process with a store, to be killed: appends as fast as it can and says what it was told, one JSON
// line each. Its files can be made faulty from outside, to show that the suite notices.
// Usage: node kill-driver.mjs ROOT SEED [FAULT]
import { writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../dist/base/time.js';
import { RandomPool } from '../../dist/base/random.js';
import { appendRecords } from '../../dist/commands/append-records.js';
import { DirectoryKeyStore } from '../../dist/keys/directory-key-store.js';
import { tenantKeys } from '../../dist/keys/tenant-keys.js';
import { unobserved } from '../../dist/ledger/commit-observer.js';
import { openJournalFiles } from '../../dist/ledger/journal-files.js';
import { LedgerStore } from '../../dist/ledger/ledger-store.js';
import { parseRecordInput } from '../../dist/records/record-input.js';

const [root, seed, fault = 'none'] = process.argv.slice(2);
const LEDGERS = ['kyc', 'audit', 'payments'];

/** Says that it has written what it still holds: the journal of a node that acknowledges first. */
async function forgetfulJournalFiles(directory) {
  const files = await openJournalFiles(directory);
  return {
    ...files,
    create: async (name) => {
      const file = await files.create(name);
      let appends = 0;
      // The first two make the segment; a store that reopens must find one.
      return {
        ...file,
        append: (bytes) => (appends++ < 2 ? file.append(bytes) : Promise.resolve()),
      };
    },
  };
}

/** One line, written whole before anything else happens: a kill cannot take it back. */
function say(line) {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
  for (let at = 0; at < bytes.length;)
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      // The reader is slower than we are, and its pipe does not wait.
      if (error.code !== 'EAGAIN') throw error;
    }
}

const dataDirectory = join(root, 'data');
await mkdir(dataDirectory, { recursive: true });
const random = new RandomPool();
const directory = join(root, 'data.keys');
const keyStore = await DirectoryKeyStore.open({ directory, dataDirectory, random });
const store = await LedgerStore.open({
  dataDirectory,
  keyStore,
  clock: systemClock,
  random,
  observer: unobserved,
  onFailure: (error) => {
    throw error;
  },
  segmentBytes: 256 * 1024,
  ...(fault === 'forgetful journal' && { openJournalFiles: forgetfulJournalFiles }),
});
store.allowWrites();
await store.completeLedgers();
const tenant = store.tenantNamed('bank') ?? (await store.createTenant('bank', 'example.org'));
for (const name of LEDGERS)
  if (!store.ledgersOf(tenant.handle).some(({ identity }) => identity.name === name))
    await store.createLedger(tenant, name);
const { idempotency } = tenantKeys(await keyStore.tenantRoot(tenant.handle));
const deps = {
  store,
  clock: systemClock,
  random,
  anchoredSize: () => 0,
  idempotencyKey: () => idempotency,
};

async function client(number) {
  const ledger = LEDGERS[number % LEDGERS.length];
  const verifierKey = store.ledger(tenant.handle, ledger).reader.verifierKey;
  for (let n = 0; ; n++) {
    // Single records and streams; keys that a former life may have used, and may not have been told of.
    const count = number % 3 === 0 ? 40 : 1;
    const wishes = Array.from({ length: count }, (_, at) => ({
      ledger,
      subject: `subject-${at % 5}`,
      payload: { at, client: number, round: `${seed}-${n}` },
      idempotencyKey: at === 0 ? `${number}-${n}` : null,
    }));
    // A repeated key must carry the same record.
    wishes[0].payload = { at: 0, client: number, round: `${n}` };
    const requests = wishes.map(({ idempotencyKey, subject, payload }) => ({
      record: parseRecordInput({ type: 'test.Record', subject, payload }),
      idempotencyKey,
    }));
    const results = await appendRecords(
      deps,
      { tenant: tenant.handle, ledger, author: 'key:test' },
      requests,
    );
    results.forEach((result, at) => {
      if (result.kind === 'error') throw result.error;
      say({ wish: wishes[at], receipt: result.receipt, verifierKey });
    });
  }
}

say({ ready: true });
await Promise.all(Array.from({ length: 6 }, (_, number) => client(number)));
