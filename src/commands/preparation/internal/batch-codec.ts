/** A batch on its way to the worker, in one buffer that is handed over, not copied. */
import { ByteReader, ByteWriter } from '../../../base/byte-codec.js';
import { utf8, utf8ToString } from '../../../base/bytes.js';
import type { PreparationBatch } from '../preparer.js';

export function encodeBatch(batch: PreparationBatch): Uint8Array {
  const { tenant, ledger, author, month, lines } = batch;
  const length = lines.reduce((sum, line) => sum + 4 + line.length, CONTEXT_LENGTH);
  const writer = new ByteWriter(length);
  for (const text of [tenant, ledger, author, month]) writer.bytes16(utf8(text));
  writer.bytes16(batch.idempotencyKey);
  writer.u32(batch.vaultGeneration);
  writer.u32(batch.maxPayloadBytes);
  writer.u32(lines.length);
  for (const line of lines) writer.bytes32(line);
  return writer.finish();
}

/** @throws BaseError BYTES_MALFORMED unless `encodeBatch` wrote it. */
export function decodeBatch(bytes: Uint8Array): PreparationBatch {
  const reader = new ByteReader(bytes);
  const text = (): string => utf8ToString(reader.bytes16());
  const batch = {
    tenant: text(),
    ledger: text(),
    author: text(),
    month: text(),
    idempotencyKey: reader.bytes16(),
    vaultGeneration: reader.u32(),
    maxPayloadBytes: reader.u32(),
    lines: readMany(reader, () => reader.bytes32(reader.remaining)),
  };
  reader.end();
  return batch;
}

/** `u32 count`, then so many. Grows item by item: a wrong count ends with the bytes. */
export function readMany<T>(reader: ByteReader, read: () => T): T[] {
  const items: T[] = [];
  for (let left = reader.u32(); left > 0; left--) items.push(read());
  return items;
}

/** All but the lines; a longer author costs one copy. */
const CONTEXT_LENGTH = 512;
