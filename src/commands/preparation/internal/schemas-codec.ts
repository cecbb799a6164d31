/** What a worker asks about schemas, and the answer. It never leaves the process. */
import { ByteReader, ByteWriter } from '../../../base/byte-codec.js';
import { utf8, utf8ToString } from '../../../base/bytes.js';
import type { FoundSchema } from '../preparer.js';
import { readFlag, readMany } from './batch-codec.js';

export function encodeTypes(types: readonly string[]): Uint8Array {
  const writer = new ByteWriter(4 + types.length * 64);
  writer.u32(types.length);
  for (const type of types) writer.bytes16(utf8(type));
  return writer.finish();
}

/** @throws BaseError unless `encodeTypes` wrote it. */
export function decodeTypes(bytes: Uint8Array): string[] {
  const reader = new ByteReader(bytes);
  const types = readMany(reader, () => utf8ToString(reader.bytes16()));
  reader.end();
  return types;
}

export function encodeFoundSchemas(found: readonly (FoundSchema | null)[]): Uint8Array {
  const length = found.reduce((sum, schema) => sum + 512 + (schema?.bytes.length ?? 0), 4);
  const writer = new ByteWriter(length);
  writer.u32(found.length);
  for (const schema of found) {
    writer.u8(schema === null ? 0 : 1);
    if (schema === null) continue;
    writer.bytes16(utf8(schema.ref));
    writer.bytes32(schema.bytes);
  }
  return writer.finish();
}

/** @throws BaseError unless `encodeFoundSchemas` wrote it. */
export function decodeFoundSchemas(bytes: Uint8Array): (FoundSchema | null)[] {
  const reader = new ByteReader(bytes);
  const found = readMany(reader, () =>
    readFlag(reader)
      ? { ref: utf8ToString(reader.bytes16()), bytes: reader.bytes32(reader.remaining) }
      : null,
  );
  reader.end();
  return found;
}
