/** A key store made anew, of what escrow and the data directory say of the keys of a node. */
import { readdir, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { systemErrorCode } from '../base/system-error.js';
import type { DirectoryKeyStoreOptions } from './directory-key-store.js';
import { durableFileSystem } from './durable-file.js';
import { KeyDirectory } from './internal/key-directory.js';
import { createLostLogKeys } from './internal/log-key-files.js';
import { NODE_FILE, nodeContent } from './internal/node-file.js';
import { NodeKeyFiles } from './internal/node-key-files.js';
import { TenantKeyFiles } from './internal/tenant-key-files.js';
import type { LogPublicKeys, RestoredTenant } from './key-store.js';
import { KeysError } from './keys-error.js';

/** What escrow and the data directory say of the keys of a node. */
interface RestoredKeys {
  readonly nodeId: string;
  readonly tenants: readonly RestoredTenant[];
  readonly logs: readonly LogPublicKeys[];
  /** Of the data. */
  readonly run: number;
}

/**
 * Makes the store of a node anew, from escrow. Its mark is of a later run than the data's, so that nobody writes
 * before they go on in logs with new keys. Whole when it returns; a crash leaves `<directory>.restoring`, which the
 * next try begins anew.
 *
 * @throws KeysError KEYS_EXISTS if there is anything at `directory`.
 */
export async function restoreKeyStore(
  options: DirectoryKeyStoreOptions,
  from: RestoredKeys,
): Promise<void> {
  const { directory, dataDirectory, random, files = durableFileSystem } = options;
  if ((await namesIn(directory)).length > 0)
    throw new KeysError('KEYS_EXISTS', 'there is something at the place of the new key store');
  const aside = `${directory}.restoring`;
  await rm(aside, { recursive: true, force: true });
  const keys = await KeyDirectory.open(aside, dataDirectory, files);
  const { nodeId, tenants, logs, run } = from;
  await keys.create(NODE_FILE, nodeContent(nodeId, []));
  const tenantKeys = new TenantKeyFiles(keys, random);
  for (const tenant of tenants) await tenantKeys.restore(tenant);
  for (const log of logs) await createLostLogKeys(keys, log);
  await new NodeKeyFiles(keys, { nodeId, files: [] }).putMark({ epochs: null, run: run + 1 });
  // In the place of nothing, or of an empty directory.
  await files.rename(aside, directory);
  await files.syncDirectory(dirname(resolve(directory)));
}

/** None of a directory that is not there. */
async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return [];
    throw cause;
  }
}
