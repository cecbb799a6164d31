/** The chunks of a data directory that no node has open. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RandomSource } from './base/random.js';
import { systemErrorCode } from './base/system-error.js';
import { BlobLogBook } from './files/chunks/blob-log-book.js';
import { ChunkStore } from './files/chunks/chunk-store.js';
import { type DurableFileSystem, durableFileSystem } from './keys/durable-file.js';
import type { KeyStore } from './keys/key-store.js';
import { tenantKeys } from './keys/tenant-keys.js';
import type { TakenContent } from './ledger/blob-cores.js';

export interface OpenChunksOptions {
  readonly dataDirectory: string;
  readonly keyStore: Pick<KeyStore, 'tenantRoot'>;
  readonly random: RandomSource;
  /** Handles. */
  readonly tenants: readonly string[];
  readonly files?: DurableFileSystem;
}

/** Opening makes the index up to date, as a node's does. @throws as `ChunkStore.open`; KeysError KEYS_MISSING. */
export async function openChunks(options: OpenChunksOptions): Promise<ChunkStore> {
  const { dataDirectory, keyStore, random, tenants, files = durableFileSystem } = options;
  const keys = new Map<string, Uint8Array>();
  for (const handle of tenants)
    keys.set(handle, tenantKeys(await keyStore.tenantRoot(handle)).files);
  return ChunkStore.open({
    directory: join(dataDirectory, 'files'),
    ...{ random, files },
    filesKey: (handle) => {
      const key = keys.get(handle);
      if (key === undefined) throw new Error('content of a tenant that is not there');
      return key;
    },
  });
}

/** All content of a stopped node while `use` runs, for a copy of it; none where there never were files. @throws as `openChunks`. */
export async function withContent<T>(
  options: OpenChunksOptions,
  use: (content: () => Promise<readonly TakenContent[]>) => Promise<T>,
): Promise<T> {
  if (!(await isThere(join(options.dataDirectory, 'files')))) return use(() => Promise.resolve([]));
  const chunks = await openChunks(options);
  try {
    return await use(() => chunks.taken());
  } finally {
    await chunks.close();
  }
}

/** Hypercores of content that are in the data directory are not written again. A crash in it leaves some that are: to be done again. */
export async function giveUpContent({
  dataDirectory,
  random,
  files = durableFileSystem,
}: Pick<OpenChunksOptions, 'dataDirectory' | 'random' | 'files'>): Promise<void> {
  const directory = join(dataDirectory, 'files');
  if (!(await isThere(directory))) return;
  await (await BlobLogBook.open(directory, random, files)).giveUp();
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return false;
    throw cause;
  }
}
