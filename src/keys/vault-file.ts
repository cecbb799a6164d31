/**
 * The rows of one vault generation, appended to one file (docs/formats/vault.md). The check of each
 * row covers all before it, so a file is known by its length and last check.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { ByteReader, ByteWriter } from '../base/byte-codec.js';
import { equalBytes, u32be, utf8 } from '../base/bytes.js';
import { sha256 } from '../base/hash.js';
import { KeysError } from './keys-error.js';
import { MAX_ROW_LENGTH } from './vault-row.js';

/** What the journal knows of a vault file. */
export interface VaultState {
  readonly generation: number;
  /** In bytes. */
  readonly length: number;
  /** 8 bytes; covers everything before. */
  readonly check: Uint8Array;
}

export interface StoredRow {
  readonly row: Uint8Array;
  /** Where it begins in the file. */
  readonly offset: number;
  /** The file's state once it is in. */
  readonly after: VaultState;
}

export const VAULT_HEADER_LENGTH = 8;
const MAGIC = utf8('CGV1');
const CHECK_LENGTH = 8;

export function vaultHeader(generation: number): Uint8Array {
  const writer = new ByteWriter(VAULT_HEADER_LENGTH);
  writer.bytes(MAGIC);
  writer.u32(generation);
  return writer.finish();
}

export function emptyVault(generation: number): VaultState {
  return { generation, length: VAULT_HEADER_LENGTH, check: new Uint8Array(CHECK_LENGTH) };
}

/** The bytes of rows that follow a state, and where each comes to lie. */
export function encodeRows(
  from: VaultState,
  rows: readonly Uint8Array[],
): { bytes: Uint8Array; stored: StoredRow[] } {
  const writer = new ByteWriter(rows.reduce((sum, row) => sum + row.length + 12, 0));
  const stored: StoredRow[] = [];
  let state = from;
  for (const row of rows) {
    const offset = state.length;
    const check = checkOf(state.check, row);
    writer.bytes32(row);
    writer.bytes(check);
    state = { generation: from.generation, length: from.length + writer.length, check };
    stored.push({ row, offset, after: state });
  }
  return { bytes: writer.finish(), stored };
}

/**
 * The sound rows at the beginning of a file's bytes; what follows the last of them is not looked at.
 *
 * @throws KeysError KEYS_VAULT_DAMAGED if it does not begin as a vault of this generation.
 */
export function scanRows(bytes: Uint8Array, generation: number): StoredRow[] {
  if (!equalBytes(bytes.subarray(0, VAULT_HEADER_LENGTH), vaultHeader(generation)))
    throw new KeysError('KEYS_VAULT_DAMAGED', `vault file ${generation} does not begin as one`);
  const rows: StoredRow[] = [];
  for (let state = emptyVault(generation); ;) {
    const stored = rowAt(bytes, state);
    if (stored === null) return rows;
    rows.push(stored);
    state = stored.after;
  }
}

/** The row at an offset of a file. @throws KeysError KEYS_VAULT_DAMAGED if none begins there. */
export async function readRow(file: FileHandle, offset: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_ROW_LENGTH + 4), {
    position: offset,
  });
  const reader = new ByteReader(new Uint8Array(buffer.buffer, buffer.byteOffset, bytesRead));
  const length = reader.remaining >= 4 ? reader.u32() : 0;
  if (length === 0 || length > MAX_ROW_LENGTH || length > reader.remaining)
    throw new KeysError('KEYS_VAULT_DAMAGED', 'the vault has no row where its index says');
  return reader.bytes(length);
}

export async function openVaultFile(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
}

function rowAt(bytes: Uint8Array, state: VaultState): StoredRow | null {
  const { length: offset, generation } = state;
  if (offset + 4 > bytes.length) return null;
  const length = new ByteReader(bytes.subarray(offset, offset + 4)).u32();
  const end = offset + 4 + length + CHECK_LENGTH;
  if (length > MAX_ROW_LENGTH || end > bytes.length) return null;
  const row = bytes.subarray(offset + 4, offset + 4 + length);
  const check = checkOf(state.check, row);
  if (!equalBytes(check, bytes.subarray(end - CHECK_LENGTH, end))) return null;
  return { row, offset, after: { generation, length: end, check } };
}

function checkOf(previous: Uint8Array, row: Uint8Array): Uint8Array {
  return sha256(previous, u32be(row.length), row).slice(0, CHECK_LENGTH);
}
