/**
 * Puts parts of a data directory in the place of damaged ones, so that a crash at any step leaves the
 * old parts whole or an exchange that is finished when it is asked for again. In between, nothing
 * opens the directory.
 *
 *     restore.tmp/after/<part>   being made; of no meaning until it is renamed
 *     restore/after/<part>       sound, and to be put in place
 *     restore/before/<part>      what was there
 *     damaged/<n>/<part>         what was there, once all is done
 */
import { lstat, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../../base/system-error.js';
import { type DurableFileSystem, makeDirectoryDurably } from '../../keys/durable-file.js';
import { damaged } from '../ledger-error.js';

const PARTS = ['catalog', 'journal', 'logs', 'state'] as const;
const BUILDING = 'restore.tmp';
const RESTORE = 'restore';
const EVIDENCE = 'damaged';

/**
 * An empty directory for the new parts; what an earlier attempt left of one is gone.
 *
 * @throws LedgerError LEDGER_DAMAGED if a part could not be renamed.
 */
export async function beginExchange(root: string, files: DurableFileSystem): Promise<string> {
  await checkOneDisk(root);
  const building = join(root, BUILDING);
  await rm(building, { recursive: true, force: true });
  await makeDirectoryDurably(building, files);
  await makeDirectoryDurably(join(building, 'before'), files);
  const after = join(building, 'after');
  await makeDirectoryDurably(after, files);
  return after;
}

/** From here on the exchange happens. The new parts must be flushed and closed, the old ones locked. */
export async function commitExchange(root: string, files: DurableFileSystem): Promise<void> {
  // A crash before the rename leaves the old parts, and what is built anew by the next attempt.
  await files.rename(join(root, BUILDING), join(root, RESTORE));
  await files.syncDirectory(root);
}

export async function isExchangeUnfinished(root: string): Promise<boolean> {
  return exists(join(root, RESTORE));
}

/** @throws LedgerError LEDGER_DAMAGED while parts of two directories may lie side by side. */
export async function refuseUnfinishedExchange(root: string): Promise<void> {
  if (await isExchangeUnfinished(root))
    throw damaged('a restore of the data directory was cut short: give the same order again');
}

/** @returns where the old parts are now, below the data directory. */
export async function finishExchange(root: string, files: DurableFileSystem): Promise<string> {
  const restore = join(root, RESTORE);
  const before = join(restore, 'before');
  for (const part of PARTS) await exchange(root, part, files);
  await makeDirectoryDurably(join(root, EVIDENCE), files);
  if (await exists(before)) {
    await files.rename(before, join(root, EVIDENCE, String((await lastEvidence(root)) + 1)));
    // A crash here leaves an empty order: doing it again finds nothing to exchange, and removes it.
    for (const directory of [join(root, EVIDENCE), restore]) await files.syncDirectory(directory);
  }
  await rm(join(restore, 'after'), { recursive: true, force: true });
  await rmdir(restore);
  await files.syncDirectory(root);
  return join(EVIDENCE, String(await lastEvidence(root)));
}

/** Found before anything is changed, not between two renames. */
async function checkOneDisk(root: string): Promise<void> {
  const { dev } = await lstat(root);
  for (const part of PARTS) {
    const path = join(root, part);
    if ((await exists(path)) && (await lstat(path)).dev !== dev)
      throw damaged(
        `\`${part}\` lies on another disk than the data directory: move it there first`,
      );
  }
}

async function exchange(root: string, part: string, files: DurableFileSystem): Promise<void> {
  const restore = join(root, RESTORE);
  const [before, after] = [join(restore, 'before'), join(restore, 'after')];
  // Where the new part is no longer there, it has been put in place before a crash.
  if (!(await exists(join(after, part)))) return;
  if (await exists(join(root, part))) {
    await files.rename(join(root, part), join(before, part));
    // A crash here leaves neither in place: the next attempt puts the new one there.
    for (const directory of [before, root]) await files.syncDirectory(directory);
  }
  await files.rename(join(after, part), join(root, part));
  for (const directory of [root, after]) await files.syncDirectory(directory);
}

async function lastEvidence(root: string): Promise<number> {
  const numbers = (await readdir(join(root, EVIDENCE))).filter((name) =>
    /^[1-9]\d{0,8}$/.test(name),
  );
  return Math.max(0, ...numbers.map(Number));
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return false;
    throw cause;
  }
}
