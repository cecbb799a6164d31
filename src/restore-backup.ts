/**
 * A data directory out of a backup, as decision 39 says: checked, opened once, and gone on with in new logs
 * unless it is known that nothing was shown since. For an empty directory, and by an operator's order only.
 */
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BackupContent, readContent } from './backup/backup-content.js';
import { BackupError } from './backup/backup-error.js';
import { openTarget } from './backup/target.js';
import { unpackBackup } from './backup/unpack-backup.js';
import type { UnixMillis } from './base/brand.js';
import { equalBytes } from './base/bytes.js';
import { goOnAsSuccessor, type GoOnOptions, type WentOn } from './go-on.js';
import {
  type DurableFileSystem,
  durableFileSystem,
  makeDirectoryDurably,
} from './keys/durable-file.js';
import type { KeyStore } from './keys/key-store.js';
import type { Mark } from './keys/mark.js';
import type { LedgerStore } from './ledger/ledger-store.js';
import { recordErasedSince } from './record-erased-since.js';
import { restoreContent } from './restore-content.js';

export interface RestoreBackupOptions extends GoOnOptions {
  /** Directory of the backup. */
  readonly from: string;
  /** Directories of other backups of the node, for newer vaults. */
  readonly vaultsFrom: readonly string[];
  /** Of the backup; the newest unless given. */
  readonly number?: number;
  readonly files?: DurableFileSystem;
  readonly progress: (what: string) => void;
}

export interface RestoredBackup {
  readonly number: number;
  /** When the backup was complete. */
  readonly takenAt: UnixMillis;
  /** One for each ledger; null if nothing can have been shown since, so that it goes on as it is. */
  readonly wentOn: readonly WentOn[] | null;
  /** Secrets that were destroyed since the backup was made: the new logs name their rows. */
  readonly erasedSince: number;
}

const BUILDING = 'restored.tmp';
/** Without it nothing opens the directory. */
const LAST = 'FORMAT';

/** @throws BackupError BACKUP_NOT_EMPTY, and as `unpackBackup`; what is left then is removed by the next try. */
export async function restoreBackup(options: RestoreBackupOptions): Promise<RestoredBackup> {
  const { dataDirectory, from, keyStore, number, vaultsFrom } = options;
  const { files = durableFileSystem } = options;
  const target = await openTarget(from, keyStore);
  const others = await Promise.all(vaultsFrom.map((directory) => openTarget(directory, keyStore)));
  const content = await readContent(target, number);
  const building = await beginRestore(dataDirectory, files);
  // A crash from here on leaves `restored.tmp`, which nothing opens, and which the next try begins anew.
  const { isKeyGone, rotatedSince } = await unpackBackup({
    ...{ ...options, target, content, others, into: building, files },
    putContent: (copied) => restoreContent({ ...options, dataDirectory: building, files }, copied),
  });
  let erasedSince = 0;
  const besides = async (store: LedgerStore): Promise<void> => {
    erasedSince = await recordErasedSince(store, options, content.number, rotatedSince);
  };
  // Vaults that were rotated since say that a node has run, whatever else was remembered; keys that were handed over,
  // that logs have gone on.
  const isBehind =
    isKeyGone || rotatedSince.length > 0 || !(await isAllThatWasShown(content, keyStore));
  const wentOn = isBehind
    ? // A crash in it leaves a mark that has moved on: doing it again goes on in new logs again.
      await goOnAsSuccessor({ ...options, dataDirectory: building, besides })
    : null;
  await moveIntoPlace(building, dataDirectory, files);
  const takenAt = content.completedAt ?? (0 as UnixMillis);
  return { number: content.number, takenAt, wentOn, erasedSince };
}

/** Only where no node ran when it was taken, and none has since: each start moves the mark on. */
async function isAllThatWasShown(content: BackupContent, keyStore: KeyStore): Promise<boolean> {
  const { isAtRest, mark, accessChanges } = content;
  return (
    isAtRest &&
    isSameMark(mark, await keyStore.mark()) &&
    accessChanges === (await keyStore.accessChanges())
  );
}

function isSameMark(one: Mark | null, other: Mark | null): boolean {
  if (one === null || other === null) return one === other;
  if (one.run !== other.run) return false;
  const [a, b] = [one.epochs, other.epochs];
  if (a === null || b === null) return a === b;
  return a.size === b.size && equalBytes(a.rootHash, b.rootHash);
}

/** @returns an empty directory in it. @throws BackupError BACKUP_NOT_EMPTY. */
async function beginRestore(root: string, files: DurableFileSystem): Promise<string> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const found = (await readdir(root)).filter((name) => name !== 'lost+found');
  // What an earlier try left can be told from data: that has its format.
  const isLeftOver = found.includes(BUILDING) && !found.includes(LAST);
  if (found.length > 0 && !isLeftOver)
    throw new BackupError(
      'BACKUP_NOT_EMPTY',
      'the data directory is not empty: restore into an empty one, and keep this as it is',
    );
  const building = join(root, BUILDING);
  // `restored.tmp` last: without it the rest would be data again.
  for (const name of found)
    if (name !== BUILDING) await rm(join(root, name), { recursive: true, force: true });
  await rm(building, { recursive: true, force: true });
  await makeDirectoryDurably(building, files);
  return building;
}

async function moveIntoPlace(
  building: string,
  root: string,
  files: DurableFileSystem,
): Promise<void> {
  const names = (await readdir(building)).filter((name) => name !== LAST);
  // A crash here leaves some of them in place, and a directory without a format, which nothing opens.
  for (const name of names) await files.rename(join(building, name), join(root, name));
  await files.syncDirectory(root);
  await files.rename(join(building, LAST), join(root, LAST));
  // A crash here leaves an empty directory of no meaning.
  await files.syncDirectory(root);
  await rmdir(building);
}
