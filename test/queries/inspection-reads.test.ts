/** What was read under an inspection, found in its access ledger, and how much of that one package may be of. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../src/access/authorize.js';
import type { Inspection } from '../../src/access/inspection.js';
import { DEFAULT_TENANT } from '../../src/access/tenant-name.js';
import { problemOf } from '../../src/api/problem.js';
import type { UnixMillis } from '../../src/base/brand.js';
import { UTC } from '../../src/base/calendar.js';
import { silentLogger } from '../../src/base/logger.js';
import { MapKeeper } from '../../src/commands/keep-maps.js';
import { type NodeAccess, openNodeAccess } from '../../src/node-access.js';
import {
  type InspectionRead,
  inspectionReads,
  MAX_RECORDS,
} from '../../src/queries/inspection-reads.js';
import { TenantLedgers } from '../../src/queries/tenant-ledgers.js';
import { NodeViews } from '../../src/views/node-views.js';
import { openViewEngine } from '../../src/views/view-engine.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestNode, type TestNode } from '../support/test-node.js';

const INSPECTOR: Principal = {
  keyId: '0a1b2c3d4e5f' as Principal['keyId'],
  tenant: DEFAULT_TENANT,
  role: 'inspector',
  author: 'Inspector 1',
};

let root: string;
let opened: TestNode;
let views: NodeViews;
let access: NodeAccess;
let ledgers: TenantLedgers;

beforeEach(async () => {
  root = await temporaryDirectory();
  opened = await openTestNode(root);
  const { node, clock, random } = opened;
  await node.createLedger(DEFAULT_TENANT, 'kyc');
  access = await openNodeAccess(node, { clock, random, refusalsPerMinute: 100 });
  const engine = { openEngine: openViewEngine, logger: silentLogger, clock };
  views = await NodeViews.open({ ...engine, directory: join(root, 'views') }, []);
  ledgers = new TenantLedgers({
    ...{ store: node.store, marksOf: node.marksOf, clock, views },
    maps: new MapKeeper({ views, clock, sleep: () => Promise.resolve() }),
    timeZoneOf: () => UTC,
  });
});
afterEach(async () => {
  await views.close();
  await opened.close();
  await removeDirectory(root);
});

async function inspection(isHidden = false): Promise<Inspection> {
  const { inspectionChanges } = access;
  const mark = await inspectionChanges.mark(DEFAULT_TENANT, isHidden);
  return inspectionChanges.open(INSPECTOR, {
    ...mark,
    ledger: 'kyc',
    caseId: 'FMA-2026-118',
    authority: 'Financial Market Authority',
    legalBasis: 'FM-GwG § 25',
    scope: {},
    inspectors: [],
    expiresAt: (opened.clock.now() + 86_400_000) as UnixMillis,
  });
}

async function read(
  under: Inspection,
  request: string,
  subjects: readonly string[],
): Promise<void> {
  const entries = subjects.map((subject, at) => {
    const leafHash = at.toString(16).padStart(64, '0');
    return { leafHash, recordedAt: opened.clock.now(), type: 'test.Name', subject };
  });
  await access.recorder.disclosed(
    { principal: INSPECTOR, action: 'record:read', request, inspection: under },
    { ledger: 'kyc', question: { limit: 100 }, entries, send: () => undefined },
  );
}

const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `customer-${n}`);

describe.each([
  ['an inspection', false],
  ['a hidden one', true],
])('what was read under %s', (_what, isHidden) => {
  const readsOf = async (
    of: Inspection,
    maxRecords?: number,
  ): Promise<readonly InspectionRead[]> => {
    // As the guard does: what has been answered may still be on its way into the log.
    await access.recorder.applied();
    return inspectionReads(ledgers, DEFAULT_TENANT, of, maxRecords);
  };

  it('is found, that of no other, as long as it is not more entries than are read for a package', async () => {
    const [one, other] = [await inspection(isHidden), await inspection(isHidden)];
    for (const request of ['first', 'second', 'third']) await read(one, request, names(2));
    await read(other, 'of another', names(1));
    const all = await readsOf(one, 3);
    expect(all.map(({ request, persons }) => [request, persons])).toEqual(
      ['first', 'second', 'third'].map((request) => [request, names(2)]),
    );
    expect(await readsOf(one)).toEqual(all);
    await read(one, 'fourth', []);
    const refused = await readsOf(one, 3).then(
      () => null,
      (error: unknown) => problemOf(error, 'a request'),
    );
    expect(refused).toMatchObject({
      status: 400,
      code: 'QUERY_TOO_BROAD',
      detail:
        'more than 3 entries say what was read under the inspection: open one for each part of the case',
    });
    expect(await readsOf(one)).toHaveLength(4);
    expect(MAX_RECORDS).toBe(10_000);
  });

  it('counts by entries: one read of more persons than an entry names is several', async () => {
    const one = await inspection(isHidden);
    await read(one, 'of many', names(150));
    const [whole, ...more] = await readsOf(one, 3);
    expect(more).toEqual([]);
    expect(whole?.persons.toSorted()).toEqual(names(150).toSorted());
    await expect(readsOf(one, 2)).rejects.toMatchObject({ code: 'QUERY_TOO_BROAD' });
  });
});
