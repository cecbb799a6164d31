/**
 * Opens the log store, and not with a hole in it. RocksDB's own log is not synced; after a power cut
 * it may have lost a piece from its middle, zeros that RocksDB passes over without a word, and a
 * Hypercore then stands at its last length with blocks missing below it. The journal knows them all:
 * where one is missing, what RocksDB had not flushed is forgotten, and the journal appends it again.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes } from '../../base/bytes.js';
import type { DurableFileSystem } from '../../keys/durable-file.js';
import type { Catalog } from '../catalog.js';
import type { JournalContent } from '../journal.js';
import { damaged } from '../ledger-error.js';
import { HypercoreStore } from './hypercore-log.js';
import { segmentsOf } from './log-segments.js';
import { journaledLog, lastHead } from './recover-log.js';

export async function openHypercores(
  directory: string,
  catalog: Catalog,
  journal: JournalContent,
  files: DurableFileSystem,
): Promise<HypercoreStore> {
  const store = await HypercoreStore.open(directory);
  try {
    if (!(await hasHole(store, catalog, journal))) return store;
  } catch (cause) {
    await store.close();
    throw cause;
  }
  await store.close();
  await forgetUnflushed(join(directory, 'db'), files);
  return HypercoreStore.open(directory);
}

/** Whether a block that the journal knows, or the tree over it, is missing below its log's length. */
async function hasHole(
  store: HypercoreStore,
  catalog: Catalog,
  journal: JournalContent,
): Promise<boolean> {
  for (const descriptor of catalog.ledgers().flatMap(({ logs }) => logs)) {
    const { origin } = descriptor;
    const log = await store.log(segmentsOf(descriptor));
    const journaled = journaledLog(journal, log.key);
    // Longer than the journal is damage: it must stay as it is, and is reported by the comparison.
    if (log.length > lastHead(journaled).length) return false;
    for (const { block, head } of journaled.blocks) {
      if (head.length > log.length) break;
      const stored = await log.blockIfThere(head.length - 1);
      // A block and the tree over it are written one after the other: either may be the one lost.
      if (stored === null || !(await log.hasTree(head.length))) return true;
      if (!equalBytes(stored, block))
        throw damaged(`log ${origin} differs from the journal at block ${head.length - 1}`);
    }
  }
  return false;
}

/** The log of RocksDB holds nothing but what was written since the last flush: the journal has it. */
async function forgetUnflushed(directory: string, files: DurableFileSystem): Promise<void> {
  const names = (await readdir(directory)).filter((name) => /^\d+\.log$/.test(name));
  // Newest first: a crash in between leaves a shorter log, or one with a hole, as before.
  for (const name of names.sort().reverse()) await rm(join(directory, name));
  await files.syncDirectory(directory);
}
