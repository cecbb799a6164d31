/** Proofs of completeness, in this process, on the data of a node that has been stopped. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TreeSize } from '../src/base/brand.js';
import { UTC } from '../src/base/calendar.js';
import { silentLogger } from '../src/base/logger.js';
import { RandomPool } from '../src/base/random.js';
import { systemClock } from '../src/base/time.js';
import { appendRecords } from '../src/commands/append-records.js';
import { MapKeeper } from '../src/commands/keep-maps.js';
import { unobserved } from '../src/ledger/commit-observer.js';
import { openNode } from '../src/open-node.js';
import { personTag } from '../src/queries/person-tags.js';
import { NO_MARKS } from '../src/queries/receipt.js';
import { subjectState } from '../src/queries/subject-state.js';
import { TenantLedgers } from '../src/queries/tenant-ledgers.js';
import { parseRecordInput } from '../src/records/record-input.js';
import { DEFAULTS } from '../src/settings/settings-table.js';
import { proveList } from '../src/tlog/person-proof.js';
import { NodeViews } from '../src/views/node-views.js';
import { WorkerViews } from '../src/views/worker-views.js';
import type { Question } from './postgres.js';
import { HISTORY_TYPE } from './record-lines.js';
import type { Scratch } from './scratch.js';
import { timeEach } from './view-times.js';
import type { ViewsResult } from './views-result.js';

/** Persons about whom something is new when the second map is made. */
const FEW = 100;

export async function measureProofs(
  { directory, interrupted }: Scratch,
  { first, questions }: Record<'first' | 'questions', readonly Question[]>,
): Promise<Pick<ViewsResult, 'proven' | 'maps'>> {
  const data = join(directory, 'data');
  const random = new RandomPool();
  const surroundings = {
    clock: systemClock,
    random,
    observer: unobserved,
    onFailure: (error: Error): void => {
      throw error;
    },
  };
  const opened = await openNode({ ...DEFAULTS, data, keys: `${data}.keys` }, {}, surroundings);
  const views = await NodeViews.open(
    {
      directory: join(data, 'views'),
      openEngine: (at) => Promise.resolve(new WorkerViews(at)),
      logger: silentLogger,
      clock: systemClock,
    },
    [],
  );
  try {
    const maps = new MapKeeper({ views, clock: systemClock, sleep: delay });
    const { node } = opened;
    const marksOf = () => NO_MARKS;
    const timeZoneOf = (): typeof UTC => UTC;
    const ledgers = new TenantLedgers({
      ...{ store: node.store, marksOf, clock: systemClock, views, maps, timeZoneOf },
    });
    const found = ledgers.find('default', 'bench');
    const { ledger, vault } = found;
    const view = await views.of(ledger.reader);
    await view.reached(ledger.reader.head.size);
    const allMillis = await timed(() => maps.coverAll(ledger));
    const { tenant } = ledger.identity;
    await appendRecords(
      {
        ...{ store: node.store, clock: systemClock, random, marksOf },
        idempotencyKey: (handle) => node.tenantKeys(handle).idempotency,
      },
      { tenant, ledger: 'bench', author: 'bench' },
      Array.from({ length: FEW }, (_, n) => ({
        record: parseRecordInput({ type: HISTORY_TYPE, subject: `customer-${n}`, payload: {} }),
        idempotencyKey: null,
      })),
    );
    await view.reached(ledger.reader.head.size);
    const fewMillis = await timed(() => maps.coverAll(ledger));
    const prove = async ({ subject, size }: Question): Promise<void> => {
      await subjectState(found, { subject, asOf: String(size), limit: 100 });
      await maps.cover(ledger, size as TreeSize);
      for (const role of ['subject', 'party'] as const) {
        const tag = await personTag(vault, subject, role);
        if (tag === null) throw new Error('a customer whom nobody knows');
        const { map, list } = await view.person(tag);
        proveList(map, list, size as TreeSize);
      }
    };
    await timeEach(first, prove, interrupted);
    const proven = await timeEach(questions, prove, interrupted);
    return { proven, maps: { allMillis, few: FEW, fewMillis } };
  } finally {
    await views.close();
    await opened.close();
  }
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await act();
  return performance.now() - started;
}
