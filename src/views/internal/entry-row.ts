/**
 * An entry as a view keeps it: the statement verbatim and its parts as they are sealed in the log, so
 * that reading one does not mean opening the block of a thousand others.
 */
import type { LeafIndex } from '../../base/brand.js';
import { ByteReader, ByteWriter } from '../../base/byte-codec.js';
import { sha256Digest } from '../../base/bytes.js';
import type { StoredEntry } from '../../ledger/log-reader.js';

/** An entry without what only the log says: whether a request can repeat it. */
export type ViewedEntry = Omit<StoredEntry, 'idempotency'>;

export interface EntryRow extends ViewedEntry {
  /** False if they are too large to lie here twice: the log has them. */
  readonly hasParts: boolean;
}

/** A large entry costs as much to copy as to read from its block. */
const MAX_PARTS_BYTES = 64 * 1024;

/**
 * `u8 has parts ‖ leaf hash[32] ‖ statement ‖ u8 number of parts ‖ parts` of each, all in one buffer: one of
 * its own for each row would cost more than filling it.
 */
export function encodeEntryRows(entries: readonly Omit<ViewedEntry, 'index'>[]): Uint8Array[] {
  const writer = new ByteWriter(entries.reduce((sum, entry) => sum + maxRowLength(entry), 0));
  const ends = entries.map((entry) => {
    writeRow(writer, entry);
    return writer.length;
  });
  const rows = writer.finish();
  return ends.map((end, at) => rows.subarray(ends[at - 1] ?? 0, end));
}

/** @throws BaseError BYTES_MALFORMED. */
export function decodeEntryRow(index: LeafIndex, value: Uint8Array): EntryRow {
  const reader = new ByteReader(value);
  const row = readRow(index, reader);
  reader.end();
  return row;
}

/** Rows as one buffer, which a thread hands over without a copy of each. */
export function packRows(
  rows: readonly { readonly index: number; readonly value: Uint8Array }[],
): Uint8Array {
  const length = rows.reduce((sum, { value }) => sum + 8 + value.length, 0);
  const writer = new ByteWriter(Buffer.allocUnsafeSlow(length));
  for (const { index, value } of rows) {
    writer.u64(index);
    writer.bytes(value);
  }
  return writer.finish();
}

/** @throws BaseError BYTES_MALFORMED. */
export function unpackRows(packed: Uint8Array): EntryRow[] {
  const reader = new ByteReader(packed);
  const rows: EntryRow[] = [];
  while (reader.remaining > 0) rows.push(readRow(reader.u64() as LeafIndex, reader));
  return rows;
}

function writeRow(
  writer: ByteWriter,
  { leafHash, statement, sealedParts }: Omit<ViewedEntry, 'index'>,
): void {
  const hasParts = lengthOf(sealedParts) <= MAX_PARTS_BYTES;
  const parts = hasParts ? sealedParts : [];
  writer.u8(hasParts ? 1 : 0);
  writer.bytes(leafHash);
  writer.bytes16(statement);
  writer.u8(parts.length);
  for (const part of parts) writer.bytes32(part);
}

function maxRowLength({ statement, sealedParts }: Omit<ViewedEntry, 'index'>): number {
  const bytes = Math.min(lengthOf(sealedParts), MAX_PARTS_BYTES);
  return 36 + statement.length + bytes + 4 * sealedParts.length;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function readRow(index: LeafIndex, reader: ByteReader): EntryRow {
  const hasParts = reader.u8() === 1;
  const leafHash = sha256Digest(reader.bytes(32));
  const statement = reader.bytes16();
  const sealedParts = Array.from({ length: reader.u8() }, () => reader.bytes32(reader.remaining));
  return { index, leafHash, statement, sealedParts, hasParts };
}
