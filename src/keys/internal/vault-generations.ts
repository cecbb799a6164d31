/**
 * Which generation of a vault is the one, after any crash. A rotation is undone until its file has
 * been renamed into place, and finished from then on.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type DurableFileSystem, removeFileDurably } from '../durable-file.js';
import type { KeyStore } from '../key-store.js';
import { KeysError } from '../keys-error.js';
import type { TenantEscrow } from '../vault-keepers.js';
import { VaultFile, type VaultState } from './vault-file.js';
import { VaultGeneration } from './vault-generation.js';
import type { VaultKey } from './vault-row.js';

export interface VaultPlace {
  /** Of this tenant alone. */
  readonly directory: string;
  readonly tenantHandle: string;
  readonly keyStore: KeyStore;
  readonly files: DurableFileSystem;
  /** Null where nothing of the tenant is kept in escrow. */
  readonly escrow: TenantEscrow | null;
  /** Generation that a new vault begins with. */
  readonly first: number;
}

/** What the journal knows: the file before its first record, and the rows since. */
export interface JournaledVault {
  /** Null if no snapshot names this vault yet. */
  readonly base: VaultState | null;
  readonly rows: readonly Uint8Array[];
}

export function vaultPath({ directory }: VaultPlace, generation: number): string {
  return join(directory, `${String(generation).padStart(8, '0')}.rows`);
}

/** @throws KeysError KEYS_VAULT_DAMAGED, KEYS_MISSING naming the generation. */
export async function openGeneration(
  place: VaultPlace,
  journal: JournaledVault,
): Promise<VaultGeneration> {
  const { base } = journal;
  const names = await readdir(place.directory);
  const successor = (base?.generation ?? place.first) + 1;
  return base !== null && names.includes(`${String(successor).padStart(8, '0')}.rows`)
    ? finishRotation(place, base, journal.rows)
    : recoverGeneration(place, journal);
}

/** Destroys the key of a generation, then its file: what it alone could open is gone. */
export async function retireGeneration(place: VaultPlace, generation: number): Promise<void> {
  const { keyStore, tenantHandle, files, escrow } = place;
  // A crash before this leaves a key and a file that the next opening retires.
  if ((await keyStore.vaultGenerations(tenantHandle)).includes(generation))
    await keyStore.destroyVaultKey(tenantHandle, generation);
  // A crash here leaves it in escrow, from where the next opening removes it.
  await escrow?.drop(generation);
  // A crash here leaves a file that nothing opens.
  await removeFileDurably(vaultPath(place, generation), files);
}

async function finishRotation(
  place: VaultPlace,
  base: VaultState,
  rows: readonly Uint8Array[],
): Promise<VaultGeneration> {
  const generation = base.generation + 1;
  if (rows.length > 0)
    throw new KeysError(
      'KEYS_VAULT_DAMAGED',
      `the journal has rows for vault generation ${base.generation}, which was succeeded: \`fsck\``,
    );
  const key = await loadKey(place, generation);
  const file = await VaultFile.openSuccessor(vaultPath(place, generation), base);
  try {
    await retireGeneration(place, base.generation);
  } catch (cause) {
    await file.close();
    throw cause;
  }
  return new VaultGeneration(file, key);
}

async function recoverGeneration(
  place: VaultPlace,
  { base, rows }: JournaledVault,
): Promise<VaultGeneration> {
  const generation = base?.generation ?? place.first;
  const key = await loadKey(place, generation);
  const file = await VaultFile.recover(vaultPath(place, generation), generation, { base, rows });
  try {
    // Only now that this generation has been found whole.
    await undoRotation(place, generation + 1);
  } catch (cause) {
    await file.close();
    throw cause;
  }
  return new VaultGeneration(file, key);
}

/** Leaves nothing of a generation whose file has not been renamed into place. */
export async function undoRotation(place: VaultPlace, generation: number): Promise<void> {
  const { keyStore, tenantHandle, files, escrow } = place;
  await removeFileDurably(`${vaultPath(place, generation)}.tmp`, files);
  if ((await keyStore.vaultGenerations(tenantHandle)).includes(generation))
    await keyStore.destroyVaultKey(tenantHandle, generation);
  // A crash here leaves in escrow a key that wrapped nothing.
  await escrow?.drop(generation);
}

async function loadKey(
  { keyStore, tenantHandle }: VaultPlace,
  generation: number,
): Promise<VaultKey> {
  return { generation, key: await keyStore.vaultKey(tenantHandle, generation) };
}
