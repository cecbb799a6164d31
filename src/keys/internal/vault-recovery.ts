/**
 * Opening a vault file: up to where the journal begins it must be exactly what the journal says;
 * behind that the journal is the truth, and what a crash left there is written again from it.
 */
import type { FileHandle } from 'node:fs/promises';
import { equalBytes } from '../../base/bytes.js';
import { durableFileSystem } from '../durable-file.js';
import { KeysError } from '../keys-error.js';
import {
  emptyVault,
  encodeRows,
  scanRows,
  type StoredRow,
  VAULT_HEADER_LENGTH,
  vaultHeader,
  type VaultState,
} from './vault-file.js';

/** @returns the state with all rows in, and the rows that the journal still knows. */
export async function recoverVaultFile(
  file: FileHandle,
  directory: string,
  base: VaultState,
  journaled: readonly Uint8Array[],
): Promise<{ state: VaultState; rows: StoredRow[] }> {
  const { generation } = base;
  const found = await readVaultFile(file);
  if (found.length < VAULT_HEADER_LENGTH && base.length === VAULT_HEADER_LENGTH) {
    // A crash here leaves a shorter header, which the next opening writes again.
    await file.write(vaultHeader(generation), 0, VAULT_HEADER_LENGTH, 0);
    await durableFileSystem.syncDirectory(directory);
  } else checkBase(found, base, journaled);
  const { bytes, stored } = encodeRows(base, journaled);
  await file.truncate(base.length);
  // A crash here leaves fewer rows than the journal has, as before.
  await file.write(bytes, 0, bytes.length, base.length);
  return { state: stored.at(-1)?.after ?? base, rows: stored };
}

function checkBase(found: Uint8Array, base: VaultState, journaled: readonly Uint8Array[]): void {
  const { generation } = base;
  const rows = scanRows(found, generation);
  const known = [emptyVault(generation), ...rows.map(({ after }) => after)];
  const reached = known.find(({ length }) => length === base.length);
  if (reached === undefined || !equalBytes(reached.check, base.check))
    throw new KeysError(
      'KEYS_VAULT_DAMAGED',
      'a vault file is shorter than what was committed to it, or was changed: `fsck`, then `restore`',
    );
  const beyond = rows.filter(({ offset }) => offset >= base.length);
  const isJournaled = beyond.every(({ row }, at) => {
    const expected = journaled[at];
    return expected !== undefined && equalBytes(row, expected);
  });
  if (!isJournaled)
    throw new KeysError(
      'KEYS_VAULT_DAMAGED',
      'a vault file holds rows that the journal does not know: one of them has lost its end',
    );
}

export async function readVaultFile(file: FileHandle): Promise<Uint8Array> {
  const { size } = await file.stat();
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size;) {
    const { bytesRead } = await file.read(bytes, at, size - at, at);
    if (bytesRead === 0)
      throw new KeysError('KEYS_VAULT_DAMAGED', 'a vault file grew shorter while it was read');
    at += bytesRead;
  }
  return bytes;
}
