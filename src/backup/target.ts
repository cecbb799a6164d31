/** A directory that backups of one node lie in (docs/formats/backup.md). */
import { stat } from 'node:fs/promises';
import { toHex } from '../base/bytes.js';
import { JsonMembers, textLike, HANDLE } from '../base/json-members.js';
import { randomBytes, type RandomSource } from '../base/random.js';
import { formatStoredJson, parseStoredJson } from '../base/stored-json.js';
import { type DurableFileSystem, durableFileSystem } from '../keys/durable-file.js';
import type { KeyStore } from '../keys/key-store.js';
import { NODE_ID } from '../keys/mark.js';
import { nodeKey, tenantKeys } from '../keys/tenant-keys.js';
import { BackupError, damagedBackup } from './backup-error.js';
import { MANIFESTS, PARTS, TARGET_FILE, VAULTS } from './internal/places.js';
import type { BackupSeal } from './internal/seal.js';
import { atTarget, makeDirectory, names, putFile, readIfThere } from './internal/target-files.js';

export interface Target extends BackupSeal {
  /** Absolute. */
  readonly directory: string;
}

/** What it takes to write there. */
export interface TargetWriting {
  readonly keyStore: KeyStore;
  readonly random: RandomSource;
  readonly files?: DurableFileSystem;
  /** Handle of the node's own tenant. */
  readonly nodeTenant: string;
}

/** Hex, 16 bytes; random. */
export const TARGET_ID = textLike(/^[0-9a-f]{32}$/, 'an id');

/**
 * One that is there.
 * @throws BackupError BACKUP_MISSING, BACKUP_TARGET_OTHER, BACKUP_DAMAGED, BACKUP_TARGET_UNUSABLE.
 */
export async function openTarget(directory: string, keyStore: KeyStore): Promise<Target> {
  await checkDirectory(directory);
  const target = await readTarget(directory, keyStore);
  if (target === null)
    throw new BackupError('BACKUP_MISSING', `there is no ${TARGET_FILE} in it: it is no backup`);
  return target;
}

/**
 * The one that is there, or a new one in an empty directory.
 * @throws BackupError BACKUP_TARGET_OTHER, BACKUP_DAMAGED, BACKUP_TARGET_UNUSABLE.
 */
export async function beginTarget(
  directory: string,
  { keyStore, random, nodeTenant: tenant, files = durableFileSystem }: TargetWriting,
): Promise<Target> {
  await checkDirectory(directory);
  const found = await readTarget(directory, keyStore);
  if (found === null) {
    if ((await names(directory, '.')).some((name) => !MAY_BE_THERE.has(name)))
      throw new BackupError(
        'BACKUP_TARGET_OTHER',
        'the directory holds something, and no backup: give an empty one',
      );
    const content = { id: toHex(randomBytes(random, 16)), nodeId: keyStore.nodeId, tenant };
    // A crash before it is there leaves an empty target, or a file aside.
    await putFile(directory, TARGET_FILE, formatStoredJson(TARGET_FILE, content), files);
  }
  const target = found ?? (await openTarget(directory, keyStore));
  for (const place of [MANIFESTS, PARTS, VAULTS]) await makeDirectory(directory, place, files);
  return target;
}

/** What a crash left of `backup.json`, and what file systems put at their root. */
const MAY_BE_THERE: ReadonlySet<string> = new Set([`${TARGET_FILE}.tmp`, 'lost+found']);

async function checkDirectory(directory: string): Promise<void> {
  await atTarget(async () => {
    if (!(await stat(directory)).isDirectory())
      throw new BackupError('BACKUP_TARGET_UNUSABLE', 'the target is no directory');
  });
}

async function readTarget(directory: string, keyStore: KeyStore): Promise<Target | null> {
  const bytes = await readIfThere(directory, TARGET_FILE);
  if (bytes === null) return null;
  const stored = parseStoredJson(TARGET_FILE, bytes, {
    damaged: () => damagedBackup(TARGET_FILE, 'is not what was written'),
    newer: (format, known) =>
      new BackupError(
        'BACKUP_FORMAT_NEWER',
        `the backup has format ${format}; this version reads up to ${known}`,
      ),
  });
  const members = new JsonMembers(stored, () =>
    damagedBackup(TARGET_FILE, 'is not what was written'),
  );
  const id = members.required('id', TARGET_ID);
  const nodeId = members.required('nodeId', NODE_ID);
  const tenant = members.required('tenant', HANDLE);
  members.end();
  if (nodeId !== keyStore.nodeId)
    throw new BackupError('BACKUP_TARGET_OTHER', 'the backup is of another node than the keys');
  const key = nodeKey(tenantKeys(await keyStore.tenantRoot(tenant)), 'backup');
  return { directory, id, key };
}
