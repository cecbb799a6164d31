/** Drives of one tenant over a ledger store on a real directory. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { TenantName } from '../../src/access/tenant-name.js';
import { RandomPool } from '../../src/base/random.js';
import { Drives } from '../../src/files/drives.js';
import type { DurableFileSystem } from '../../src/keys/durable-file.js';
import { tenantKeys } from '../../src/keys/tenant-keys.js';
import { type TestStore, depsOf, openTestStore } from './test-store.js';

export const TENANT = 'default' as TenantName;
export const ANNA = { author: 'key:anna' };

export interface TestDrives extends TestStore {
  readonly drives: Drives;
  readonly root: string;
  close(): Promise<void>;
}

export async function openTestDrives(
  root: string,
  { files }: { readonly files?: DurableFileSystem } = {},
): Promise<TestDrives> {
  const test = await openTestStore(root);
  const { store, keyStore } = test;
  const tenant = store.tenantNamed(TENANT) ?? (await store.createTenant(TENANT, 'test'));
  const { files: filesKey } = tenantKeys(await keyStore.tenantRoot(tenant.handle));
  const drives = await Drives.open({
    ...{ store, random: new RandomPool(), appending: await depsOf(test) },
    directory: join(root, 'data', 'files'),
    filesKey: () => filesKey,
    createLedger: (_, name) => store.createLedger(tenant, name),
    typeClassesOf: () => ({}),
    ...(files !== undefined && { files }),
  });
  return {
    ...{ ...test, drives, root },
    close: async () => {
      await drives.close();
      await store.close();
    },
  };
}

/** Not compressible, and the same each time. */
export function bytesOf(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0, n = 0; at < length; at += 32, n++)
    createHash('sha256').update(`${seed}/${n}`).digest().copy(bytes, at);
  return bytes;
}

/** Content in pieces of any length. */
export async function* inPieces(bytes: Uint8Array, length = 10_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
  await Promise.resolve();
}

export async function allOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
