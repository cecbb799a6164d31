/**
 * The rows of one vault generation, appended to one file (docs/formats/vault.md). What the journal
 * knows of it is its length and a digest of all of it, so opening is one pass of SHA-256.
 */
import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ByteReader, ByteWriter } from '../../base/byte-codec.js';
import { equalBytes, utf8 } from '../../base/bytes.js';
import { durableFileSystem } from '../durable-file.js';
import { KeysError } from '../keys-error.js';
import { hashUpTo, readUpTo, writeFully } from './file-bytes.js';
import { MAX_ROW_LENGTH } from './vault-row.js';

/** What the journal knows of a vault file. */
export interface VaultState {
  readonly generation: number;
  /** In bytes. */
  readonly length: number;
  /** First 8 bytes of the SHA-256 of the file up to there. */
  readonly check: Uint8Array;
}

export interface StoredRow {
  readonly row: Uint8Array;
  /** Where its bytes begin in the file. */
  readonly offset: number;
}

export const VAULT_HEADER_LENGTH = 24;
/** Of the length in front of each row. */
export const ROW_LENGTH_LENGTH = 4;
const CHECK_LENGTH = 8;
const MAGIC = utf8('CGV1');
const CHUNK_LENGTH = 1024 * 1024;

/** @param previous state of the generation whose rows were wrapped anew; null in a first one. */
export function vaultHeader(generation: number, previous: VaultState | null): Uint8Array {
  const writer = new ByteWriter(VAULT_HEADER_LENGTH);
  writer.bytes(MAGIC);
  writer.u32(generation);
  writer.u64(previous?.length ?? 0);
  writer.bytes(previous?.check ?? new Uint8Array(CHECK_LENGTH));
  return writer.finish();
}

/** What rows lie as in a file. */
export function encodeRows(rows: readonly Uint8Array[]): Uint8Array {
  const writer = new ByteWriter(rows.reduce((sum, row) => sum + ROW_LENGTH_LENGTH + row.length, 0));
  for (const row of rows) writer.bytes32(row);
  return writer.finish();
}

export class VaultFile {
  readonly generation: number;
  readonly #handle: FileHandle;
  /** Of everything up to `#length`. */
  readonly #hash: Hash;
  #length: number;

  private constructor(handle: FileHandle, generation: number, hash: Hash, length: number) {
    this.#handle = handle;
    this.generation = generation;
    this.#hash = hash;
    this.#length = length;
  }

  /**
   * Up to `base` the file must be exactly what the journal says; behind that the journal leads, and
   * what a crash kept from the file is written again.
   *
   * @param base null of a vault that the journal has not described yet.
   * @param rows what the journal has for it since.
   * @throws KeysError KEYS_VAULT_DAMAGED; the file is then as it was.
   */
  static async recover(
    path: string,
    generation: number,
    { base, rows }: { readonly base: VaultState | null; readonly rows: readonly Uint8Array[] },
  ): Promise<VaultFile> {
    const from = base?.length ?? 0;
    const header = base === null ? vaultHeader(generation, null) : new Uint8Array(0);
    const due = Buffer.concat([header, encodeRows(rows)]);
    // Whatever the journal describes was synced before: it is not made here.
    const flags = constants.O_RDWR | (base === null ? constants.O_CREAT : 0);
    return withFile(path, flags, generation, async (handle) => {
      const hash = createHash('sha256');
      await hashUpTo(handle, from, hash);
      if (base !== null && !equalBytes(checkOf(hash), base.check))
        throw damaged(generation, 'was changed since it was written');
      await redo(handle, from, due, generation);
      hash.update(due);
      if (base === null) await durableFileSystem.syncDirectory(dirname(path));
      return new VaultFile(handle, generation, hash, from + due.length);
    });
  }

  /**
   * A file that a rotation has renamed into place, and that the journal does not describe yet.
   *
   * @throws KeysError KEYS_VAULT_DAMAGED unless it succeeds `previous`.
   */
  static async openSuccessor(path: string, previous: VaultState): Promise<VaultFile> {
    const generation = previous.generation + 1;
    return withFile(path, constants.O_RDWR, generation, async (handle) => {
      const header = await readUpTo(handle, 0, VAULT_HEADER_LENGTH);
      if (!equalBytes(header, vaultHeader(generation, previous)))
        throw damaged(generation, 'does not follow the one that the journal describes');
      const { size } = await handle.stat();
      const hash = createHash('sha256');
      await hashUpTo(handle, size, hash);
      return new VaultFile(handle, generation, hash, size);
    });
  }

  get state(): VaultState {
    return { generation: this.generation, length: this.#length, check: checkOf(this.#hash) };
  }

  /** Not durable when it returns. @returns where each row has come to lie. */
  async append(rows: readonly Uint8Array[]): Promise<StoredRow[]> {
    const bytes = encodeRows(rows);
    await writeFully(this.#handle, bytes, this.#length);
    const stored = placeRows(rows, this.#length);
    this.#hash.update(bytes);
    this.#length += bytes.length;
    return stored;
  }

  /** @throws KeysError KEYS_VAULT_DAMAGED if the file is shorter. */
  async readRow(offset: number, length: number): Promise<Uint8Array> {
    if (length > MAX_ROW_LENGTH || offset + length > this.#length)
      throw damaged(this.generation, 'has no row where its index says');
    const row = await readUpTo(this.#handle, offset, length);
    if (row.length < length) throw damaged(this.generation, 'is shorter than it was');
    return row;
  }

  /** All rows from an offset on, in order, many at a time. @throws KeysError KEYS_VAULT_DAMAGED. */
  async *rows(from = VAULT_HEADER_LENGTH, chunkLength = CHUNK_LENGTH): AsyncGenerator<StoredRow[]> {
    const end = this.#length;
    for (let at = from; at < end;) {
      const chunk = await readUpTo(this.#handle, at, Math.min(chunkLength, end - at));
      const stored = wholeRows(chunk, at);
      const last = stored.at(-1);
      if (last === undefined) throw damaged(this.generation, 'holds something that is not a row');
      at = last.offset + last.row.length;
      yield stored;
    }
  }

  /** Everything appended so far is on disk when it returns. */
  async sync(): Promise<void> {
    await this.#handle.datasync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function placeRows(rows: readonly Uint8Array[], from: number): StoredRow[] {
  let at = from;
  return rows.map((row) => {
    const offset = at + ROW_LENGTH_LENGTH;
    at = offset + row.length;
    return { row, offset };
  });
}

/** The rows that lie whole in a chunk of the file that begins with one. */
function wholeRows(chunk: Uint8Array, from: number): StoredRow[] {
  const reader = new ByteReader(chunk);
  const stored: StoredRow[] = [];
  while (reader.remaining >= ROW_LENGTH_LENGTH) {
    const length = reader.u32();
    if (length > MAX_ROW_LENGTH || length > reader.remaining) break;
    stored.push({ offset: from + reader.offset, row: reader.bytes(length) });
  }
  return stored;
}

async function withFile(
  path: string,
  flags: number,
  generation: number,
  use: (handle: FileHandle) => Promise<VaultFile>,
): Promise<VaultFile> {
  let handle: FileHandle;
  try {
    handle = await open(path, flags, 0o600);
  } catch (cause) {
    throw damaged(generation, 'cannot be opened', cause);
  }
  try {
    return await use(handle);
  } catch (cause) {
    await handle.close();
    throw cause;
  }
}

/** Writes what the journal has behind `from`, if what is there can be what a crash left of it. */
async function redo(
  handle: FileHandle,
  from: number,
  due: Uint8Array,
  generation: number,
): Promise<void> {
  const { size } = await handle.stat();
  const found = await readUpTo(handle, from, Math.max(0, Math.min(size - from, due.length)));
  // A file system may have lengthened the file before it wrote all of it: what is missing is zero.
  const isLeftOver = found.every((byte, at) => byte === due[at] || byte === 0);
  if (!isLeftOver || size > from + due.length)
    throw damaged(generation, 'holds rows that the journal does not know');
  // A crash here leaves part of them, as before.
  if (!equalBytes(found, due)) await writeFully(handle, due, from);
}

function checkOf(hash: Hash): Uint8Array {
  return new Uint8Array(hash.copy().digest().subarray(0, CHECK_LENGTH));
}

function damaged(generation: number, what: string, cause?: unknown): KeysError {
  return new KeysError(
    'KEYS_VAULT_DAMAGED',
    `the vault file of generation ${generation} ${what}: \`fsck\`, then \`restore\``,
    { cause },
  );
}
