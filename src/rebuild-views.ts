/**
 * Making the views again from the logs, for a data directory that no node has open. A node does the same
 * while it serves; this is for whoever would rather wait for it than be refused.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TreeSize } from './base/brand.js';
import { silentLogger } from './base/logger.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import type { KeyStore } from './keys/key-store.js';
import { unobserved } from './ledger/commit-observer.js';
import { LedgerStore } from './ledger/ledger-store.js';
import type { LogReader } from './ledger/log-reader.js';
import { FindableFields } from './queries/findable-fields.js';
import { SchemaRegistry } from './queries/ledger-schemas.js';
import { searchSources } from './search-source.js';
import { NodeViews } from './views/node-views.js';
import { openViewEngine } from './views/view-engine.js';

export interface RebuildViewsOptions {
  readonly dataDirectory: string;
  readonly keyStore: KeyStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** @param entries of this log that are in its view. */
  readonly progress: (origin: string, entries: number) => void;
}

export interface RebuiltView {
  readonly origin: string;
  readonly entries: number;
}

/** Between two reports of progress. */
const STEP = 10_000;
/** For a step: far beyond what any disk takes, so that one that does not answer is told of. */
const PATIENCE_MILLIS = 10 * 60_000;

/**
 * A crash during it leaves views that are behind, and the next opening goes on with them.
 * @throws as `LedgerStore.open`; ViewsError VIEW_FAILED, VIEW_BEHIND.
 */
export async function rebuildViews(options: RebuildViewsOptions): Promise<RebuiltView[]> {
  const { dataDirectory, clock, progress } = options;
  const directory = join(dataDirectory, 'views');
  const store = await LedgerStore.open({
    ...options,
    observer: unobserved,
    // Nothing is appended.
    onFailure: () => undefined,
  });
  try {
    // Under the lock of the store: no node has them open.
    await rm(directory, { recursive: true, force: true });
    const views = await NodeViews.open(
      {
        directory,
        openEngine: openViewEngine,
        logger: silentLogger,
        clock,
        searchSource: searchSources(store, new FindableFields(new SchemaRegistry(store))),
        patienceMillis: PATIENCE_MILLIS,
      },
      [],
    );
    try {
      const rebuilt: RebuiltView[] = [];
      for (const reader of store.allLedgers().flatMap(({ logs }) => logs))
        rebuilt.push(await rebuild(views, reader, progress));
      return rebuilt;
    } finally {
      await views.close();
    }
  } finally {
    await store.close();
  }
}

async function rebuild(
  views: NodeViews,
  reader: LogReader,
  progress: RebuildViewsOptions['progress'],
): Promise<RebuiltView> {
  const { origin, head } = reader;
  const view = await views.of(reader);
  for (let size = 0; size < head.size;) {
    size = Math.min(size + STEP, head.size);
    await view.reached(size as TreeSize);
    progress(origin, size);
  }
  for (let size = 0; size < head.size;) {
    size = Math.min(size + STEP, head.size);
    await view.indexed(size as TreeSize);
  }
  return { origin, entries: head.size };
}
