/** The chunks of a data directory that no node has open. */
import { join } from 'node:path';
import type { RandomSource } from './base/random.js';
import { ChunkStore } from './files/chunks/chunk-store.js';
import { type DurableFileSystem, durableFileSystem } from './keys/durable-file.js';
import type { KeyStore } from './keys/key-store.js';
import { tenantKeys } from './keys/tenant-keys.js';

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
