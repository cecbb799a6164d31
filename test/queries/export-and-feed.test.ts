import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LeafIndex } from '../../src/base/brand.js';
import { UTC } from '../../src/base/calendar.js';
import { silentLogger } from '../../src/base/logger.js';
import { appendRecords } from '../../src/commands/append-records.js';
import { type EntryExport, exportEntries } from '../../src/queries/export-entries.js';
import { ledgerFeed } from '../../src/queries/ledger-feed.js';
import { NO_MARKS } from '../../src/queries/receipt.js';
import type { MapEntries, TenantLedger } from '../../src/queries/tenant-ledgers.js';
import { parseRecordInput } from '../../src/records/record-input.js';
import { NodeViews } from '../../src/views/node-views.js';
import { openViewEngine } from '../../src/views/view-engine.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { depsOf, openTestStore, type TestStore } from '../support/test-store.js';

const RECORDS = 30;
const never = new AbortController().signal;
const noMaps: MapEntries = {
  cover: () => Promise.reject(new Error('not asked')),
  coverAll: () => Promise.reject(new Error('not asked')),
  closed: () => Promise.reject(new Error('not asked')),
};

let root: string;
let opened: TestStore;
let tenant: string;
let views: NodeViews;
/** Whether the view names other entries than there are. */
let lies = false;

beforeAll(async () => {
  root = await temporaryDirectory();
  opened = await openTestStore(root);
  const made = await opened.store.createTenant('default', 'example.org');
  tenant = made.handle;
  await opened.store.createLedger(made, 'kyc');
  const requests = Array.from({ length: RECORDS }, (_, at) => ({
    record: parseRecordInput({ type: `test.T${at % 3}`, subject: 'ada', payload: { at } }),
    idempotencyKey: null,
  }));
  const target = { tenant, ledger: 'kyc', author: 'key:test' };
  await appendRecords(await depsOf(opened), target, requests);
  views = await NodeViews.open(
    {
      directory: join(root, 'views'),
      openEngine: async (directory) => {
        const engine = await openViewEngine(directory);
        const find = engine.find.bind(engine);
        engine.find = async (log, query) => {
          const found = await find(log, query);
          // Of the first row: index, flag, then the leaf hash.
          if (lies) found.rows[9] = (found.rows[9] ?? 0) ^ 1;
          return found;
        };
        return engine;
      },
      logger: silentLogger,
      clock: opened.clock,
      patienceMillis: 60_000,
    },
    [],
  );
});
afterAll(async () => {
  await views.close();
  await opened.store.close();
  await removeDirectory(root);
});

function ledger(): TenantLedger {
  return {
    ledger: opened.store.ledger(tenant, 'kyc'),
    vault: opened.store.vaultOf(tenant),
    marksOf: () => NO_MARKS,
    clock: opened.clock,
    timeZone: UTC,
    views,
    maps: noMaps,
  };
}

async function sent(made: EntryExport): Promise<number[]> {
  const indices: number[] = [];
  for await (const { index } of made.entries()) indices.push(index);
  return indices;
}

describe('an export', () => {
  it('is refused before anything is opened if it would be too large, and at its limit is not', async () => {
    const ask = (limits: { maxExported: number; maxExamined: number }): Promise<EntryExport> =>
      exportEntries(ledger(), { filters: { types: ['test.T0'], kind: 'record' } }, never, limits);
    const tooBroad = { code: 'QUERY_TOO_BROAD' };
    await expect(ask({ maxExported: 9, maxExamined: 1000 })).rejects.toMatchObject(tooBroad);
    await expect(ask({ maxExported: 1000, maxExamined: 9 })).rejects.toMatchObject(tooBroad);
    const made = await ask({ maxExported: 10, maxExamined: 10 });
    expect(await sent(made)).toEqual(made.found.map(({ index }) => index));
    expect(made.found).toHaveLength(10);
  });

  it('is not looked for when nobody waits for it any more', async () => {
    const reason = new Error('gone');
    const gone = AbortSignal.abort(reason);
    await expect(exportEntries(ledger(), { filters: {} }, gone)).rejects.toBe(reason);
  });

  it('ends where the view says something else than the log', async () => {
    lies = true;
    const made = await exportEntries(ledger(), { filters: {} }, never);
    lies = false;
    await expect(sent(made)).rejects.toMatchObject({ code: 'VIEW_DIFFERS' });
  });
});

describe('a feed', () => {
  it('of a log that is not written any more ends with it, and then has nothing more', async () => {
    const before = ledger().ledger.reader;
    const { handle } = ledger().ledger.identity;
    const { reader } = await opened.store.succeed(handle, 'a test');
    expect(reader.origin).not.toBe(before.origin);
    const feed = ledgerFeed(ledger(), { origin: before.origin, from: 0 as LeafIndex });
    expect(feed.isOver).toBe(false);
    const indices: number[] = [];
    for await (const group of feed.entries(never)) indices.push(...group.map(({ index }) => index));
    expect(indices).toEqual(Array.from({ length: RECORDS + 1 }, (_, at) => at));
    const { isOver } = ledgerFeed(ledger(), {
      origin: before.origin,
      from: before.head.size as number as LeafIndex,
    });
    expect(isOver).toBe(true);
    expect(ledgerFeed(ledger(), {}).isOver).toBe(false);
  });
});
