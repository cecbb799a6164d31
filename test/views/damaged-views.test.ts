import { randomBytes } from 'node:crypto';
import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import RocksDB from 'rocksdb-native';
import { UTC } from '../../src/base/calendar.js';
import { silentLogger } from '../../src/base/logger.js';
import { appendRecords } from '../../src/commands/append-records.js';
import type { LogReader } from '../../src/ledger/log-reader.js';
import { countEntries, findEntries } from '../../src/queries/find-entries.js';
import { NO_MARKS } from '../../src/queries/receipt.js';
import { subjectState } from '../../src/queries/subject-state.js';
import type { MapEntries, TenantLedger } from '../../src/queries/tenant-ledgers.js';
import { parseRecordInput } from '../../src/records/record-input.js';
import { FORMAT_KEY } from '../../src/views/internal/view-keys.js';
import { NodeViews, type NodeViewsOptions } from '../../src/views/node-views.js';
import { openViewEngine } from '../../src/views/view-engine.js';
import { ViewsError } from '../../src/views/views-error.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { depsOf, openTestStore, type TestStore } from '../support/test-store.js';

const ENTRIES = 200;
const noMaps: MapEntries = {
  cover: () => Promise.reject(new Error('not asked')),
  coverAll: () => Promise.reject(new Error('not asked')),
  closed: () => Promise.reject(new Error('not asked')),
};

let root: string;
let opened: TestStore;
let tenant: string;
/** Views as they are when nothing has happened to them, their rows in tables. */
let sound: string;
let answers: string;

beforeAll(async () => {
  root = await temporaryDirectory();
  opened = await openTestStore(root);
  const made = await opened.store.createTenant('default', 'example.org');
  tenant = made.handle;
  await opened.store.createLedger(made, 'kyc');
  const requests = Array.from({ length: ENTRIES }, (_, at) => ({
    record: parseRecordInput({
      type: `test.T${at % 3}`,
      subject: `s${at % 7}`,
      key: `k${at % 20}`,
      // Nothing that a table would make smaller.
      payload: { at, noise: randomBytes(600).toString('hex') },
    }),
    idempotencyKey: null,
  }));
  const deps = await depsOf(opened);
  for (let at = 0; at < ENTRIES; at += 50)
    await appendRecords(
      deps,
      { tenant, ledger: 'kyc', author: 'key:test' },
      requests.slice(at, at + 50),
    );
  sound = join(root, 'sound');
  const first = await openViews(sound);
  answers = await ask(first);
  await first.close();
  // What was in RocksDB's log goes into a table when it is opened again.
  const second = await openViews(sound);
  expect(await ask(second)).toBe(answers);
  await second.close();
});
afterAll(async () => {
  await opened.store.close();
  await removeDirectory(root);
});

function readers(): readonly LogReader[] {
  return opened.store.allLedgers().flatMap(({ logs }) => logs);
}

function openViews(directory: string, options: Partial<NodeViewsOptions> = {}): Promise<NodeViews> {
  const { clock } = opened;
  return NodeViews.open(
    {
      directory,
      openEngine: openViewEngine,
      logger: silentLogger,
      clock,
      patienceMillis: 60_000,
      ...options,
    },
    readers(),
  );
}

/** The JSON of a set of questions, which read every row that there is. */
async function ask(views: NodeViews): Promise<string> {
  const ledger: TenantLedger = {
    ledger: opened.store.ledger(tenant, 'kyc'),
    vault: opened.store.vaultOf(tenant),
    marksOf: () => NO_MARKS,
    clock: opened.clock,
    timeZone: UTC,
    views,
    maps: noMaps,
  };
  const state = { asOf: String(ledger.ledger.reader.head.size) };
  const all = [];
  for (const filters of [
    {},
    { types: ['test.T1'] },
    { types: ['test.T2', 'test.T0'] },
    { subject: 's3' },
    { subject: 's3', types: ['test.T0'], key: 'k10' },
    { author: 'key:test' },
    { validAt: '2999-01-01' },
    { recordedTo: '2999-01-01' },
  ])
    all.push(
      await findEntries(ledger, { ...state, filters, limit: 1000 }),
      await countEntries(ledger, { ...state, filters }),
    );
  for (let n = 0; n < 3; n++)
    all.push((await subjectState(ledger, { ...state, subject: `s${n}`, limit: 1000 })).answer);
  return JSON.stringify(all);
}

/** Asks until views that fail have been made again. */
async function askUntilMended(views: NodeViews): Promise<{ said: string; codes: Set<string> }> {
  const codes = new Set<string>();
  for (;;) {
    try {
      return { said: await ask(views), codes };
    } catch (cause) {
      if (!(cause instanceof ViewsError)) throw cause;
      codes.add(cause.code);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

async function flip(path: string, from: number, to: number): Promise<void> {
  const bytes = await readFile(path);
  const [first, last] = [Math.floor(bytes.length * from), Math.ceil(bytes.length * to)];
  await writeFile(
    path,
    bytes.map((byte, at) => (at >= first && at < last ? byte ^ 0x5a : byte)),
  );
}

async function filesOf(directory: string, pattern: RegExp): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => pattern.test(name)).sort();
  expect(names).not.toEqual([]);
  return names.map((name) => join(directory, name));
}

async function foreign(directory: string, rows: readonly (readonly [Uint8Array, Uint8Array])[]) {
  const db = new RocksDB(directory);
  await db.ready();
  const batch = db.write();
  for (const [key, value] of rows) batch.tryPut(key, value);
  await batch.flush();
  batch.destroy();
  await db.close();
}

const TABLES = /\.sst$/;
const each = async (
  directory: string,
  pattern: RegExp,
  act: (path: string) => Promise<void>,
): Promise<void> => {
  for (const path of await filesOf(directory, pattern)) await act(path);
};

const DAMAGE: readonly (readonly [string, (directory: string) => Promise<void>])[] = [
  ['are missing', (directory) => rm(directory, { recursive: true })],
  [
    'are a file',
    async (directory) => {
      await rm(directory, { recursive: true });
      await writeFile(directory, 'nothing of ours');
    },
  ],
  ['have no tables', (directory) => each(directory, TABLES, (path) => rm(path))],
  ['have cut tables', (directory) => each(directory, TABLES, (path) => truncate(path, 100))],
  ['have empty tables', (directory) => each(directory, TABLES, (path) => truncate(path, 0))],
  ['have tables of noise', (directory) => each(directory, TABLES, (path) => flip(path, 0, 1))],
  ['have a flipped footer', (directory) => each(directory, TABLES, (path) => flip(path, 0.99, 1))],
  ['have no CURRENT', (directory) => rm(join(directory, 'CURRENT'))],
  ['have a CURRENT of noise', (directory) => writeFile(join(directory, 'CURRENT'), 'MANIFEST-99')],
  ['have no MANIFEST', (directory) => each(directory, /^MANIFEST/, (path) => rm(path))],
  ['have a flipped MANIFEST', (directory) => each(directory, /^MANIFEST/, (p) => flip(p, 0.3, 1))],
  ['have a cut MANIFEST', (directory) => each(directory, /^MANIFEST/, (p) => truncate(p, 40))],
  ['have a flipped log', (directory) => each(directory, /\.log$/, (path) => flip(path, 0, 1))],
  [
    'are another RocksDB',
    async (directory) => {
      await rm(directory, { recursive: true });
      await foreign(directory, [[Buffer.from('key'), Buffer.from('value')]]);
    },
  ],
  [
    'are of a newer format',
    (directory) => foreign(directory, [[FORMAT_KEY, Buffer.of(0, 0, 0, 9)]]),
  ],
  ['have a format of noise', (directory) => foreign(directory, [[FORMAT_KEY, Buffer.of(1)]])],
];

describe('a node whose views', () => {
  it.each(DAMAGE)('%s makes them again, and answers the same', async (what, damage) => {
    const directory = join(root, what.replaceAll(' ', '-'));
    await cp(sound, directory, { recursive: true });
    await damage(directory);
    const views = await openViews(directory);
    expect((await askUntilMended(views)).said).toBe(answers);
    expect(views.failure).toBeNull();
    await views.close();
    const again = await openViews(directory, {
      openEngine: async (place) => {
        const engine = await openViewEngine(place);
        // They are sound now: nothing is made again.
        engine.clear = () => Promise.reject(new Error('made again'));
        return engine;
      },
    });
    expect(await ask(again)).toBe(answers);
    await again.close();
  });

  it('fail in the middle of a table says so, makes them again while it serves, and answers the same', async () => {
    const directory = join(root, 'middle');
    await cp(sound, directory, { recursive: true });
    await each(directory, TABLES, (path) => flip(path, 0.4, 0.6));
    const events: string[] = [];
    const note = (event: string): void => {
      events.push(event);
    };
    const logger = { ...silentLogger, warn: note, error: note };
    const views = await openViews(directory, { logger });
    // Opening does not see it.
    expect(events).toEqual([]);
    await expect(ask(views)).rejects.toMatchObject({ code: 'VIEW_FAILED' });
    expect(views.failure).toMatch(/^the views failed/);
    const { said, codes } = await askUntilMended(views);
    expect(said).toBe(answers);
    expect([...codes]).toEqual(['VIEW_FAILED']);
    expect(views.failure).toBeNull();
    expect(events).toEqual(['views failed', 'views are removed and made again']);
    await views.close();
  });

  it('fail again and again are made again once in ten minutes', async () => {
    const directory = join(root, 'again');
    await cp(sound, directory, { recursive: true });
    let opens = 0;
    let isBroken = true;
    const views = await openViews(directory, {
      openEngine: async (place) => {
        opens++;
        const engine = await openViewEngine(place);
        const find = engine.find.bind(engine);
        engine.find = (log, query) =>
          isBroken ? Promise.reject(new Error('checksum mismatch')) : find(log, query);
        return engine;
      },
    });
    const failsUntil = async (done: () => boolean): Promise<void> => {
      while (!done()) {
        await expect(ask(views)).rejects.toMatchObject({ code: 'VIEW_FAILED' });
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await failsUntil(() => opens === 2);
    for (let n = 0; n < 50; n++) await failsUntil(() => views.failure !== null);
    opened.clock.advance(10 * 60_000 - 1);
    await expect(ask(views)).rejects.toMatchObject({ code: 'VIEW_FAILED' });
    expect(opens).toBe(2);
    isBroken = false;
    opened.clock.advance(1);
    expect((await askUntilMended(views)).said).toBe(answers);
    expect(opens).toBe(3);
    await views.close();
  });
});
