/** The bundle: all entries of one group commit of one ledger, in the clear (docs/formats/block.md). */
import type { LeafIndex } from '../base/brand.js';
import { ByteReader, type ByteWriter } from '../base/byte-codec.js';
import { assert, BaseError } from '../base/errors.js';
import { RecordsError } from './records-error.js';

export interface Bundle {
  readonly firstIndex: LeafIndex;
  /** Rows of the vault that entries of this bundle are the first to need. */
  readonly vaultRows: readonly Uint8Array[];
  /** At least one. */
  readonly entries: readonly BundleEntry[];
}

export interface BundleEntry {
  readonly statement: Uint8Array;
  readonly idempotency: IdempotencyTags | null;
  /** In the order header, payload, parts of the statement; none in entries that hold nothing sealed. */
  readonly sealedParts: readonly Uint8Array[];
}

export interface IdempotencyTags {
  /** `idempotencyTag`, 32 bytes. */
  readonly key: Uint8Array;
  /** `recordTag`, 32 bytes. */
  readonly record: Uint8Array;
}

/** Bytes that `writeBundle` takes for this entry: what a group commit fills up to its limit with. */
export function entryLength(entry: BundleEntry): number {
  let length = 2 + entry.statement.length + 1 + 1;
  if (entry.idempotency !== null) length += 2 * TAG_LENGTH;
  for (const part of entry.sealedParts) length += 4 + part.length;
  return length;
}

export function writeBundle(writer: ByteWriter, bundle: Bundle): void {
  assert(bundle.entries.length > 0, 'a bundle has an entry');
  writer.u64(bundle.firstIndex);
  writer.u32(bundle.vaultRows.length);
  for (const row of bundle.vaultRows) writer.bytes32(row);
  writer.u32(bundle.entries.length);
  for (const entry of bundle.entries) writeEntry(writer, entry);
}

/**
 * Statements and parts are views of `bytes`. They are not looked into.
 *
 * @throws RecordsError BLOCK_MALFORMED unless the bytes are what `writeBundle` writes.
 */
export function readBundle(bytes: Uint8Array): Bundle {
  try {
    const reader = new ByteReader(bytes);
    const firstIndex = reader.u64() as LeafIndex;
    const vaultRows = repeat(reader.u32(), () => reader.bytes32(reader.remaining));
    const count = reader.u32();
    if (count === 0) throw malformed('it has no entry');
    const entries = repeat(count, () => readEntry(reader));
    reader.end();
    return { firstIndex, vaultRows, entries };
  } catch (cause) {
    if (cause instanceof BaseError) throw malformed(cause.message, cause);
    throw cause;
  }
}

const TAG_LENGTH = 32;

function writeEntry(writer: ByteWriter, entry: BundleEntry): void {
  writer.bytes16(entry.statement);
  writer.u8(entry.idempotency === null ? 0 : 1);
  if (entry.idempotency !== null) {
    const { key, record } = entry.idempotency;
    assert(key.length === TAG_LENGTH && record.length === TAG_LENGTH, 'a tag has 32 bytes');
    writer.bytes(key);
    writer.bytes(record);
  }
  writer.u8(entry.sealedParts.length);
  for (const part of entry.sealedParts) writer.bytes32(part);
}

function readEntry(reader: ByteReader): BundleEntry {
  const statement = reader.bytes16();
  const hasIdempotency = reader.u8();
  if (hasIdempotency > 1) throw malformed('a flag is neither 0 nor 1');
  const idempotency =
    hasIdempotency === 1
      ? { key: reader.bytes(TAG_LENGTH), record: reader.bytes(TAG_LENGTH) }
      : null;
  const sealedParts = repeat(reader.u8(), () => reader.bytes32(reader.remaining));
  return { statement, idempotency, sealedParts };
}

/** Grows item by item: a hostile count ends with the bytes, not with memory. */
function repeat<T>(count: number, read: () => T): T[] {
  const items: T[] = [];
  for (let n = 0; n < count; n++) items.push(read());
  return items;
}

function malformed(reason: string, cause?: unknown): RecordsError {
  return new RecordsError('BLOCK_MALFORMED', `not a bundle: ${reason}`, { cause });
}
