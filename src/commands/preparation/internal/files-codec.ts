/** What a worker asks about files that records attach, and the answer. It never leaves the process. */
import { ByteReader, ByteWriter } from '../../../base/byte-codec.js';
import { utf8, utf8ToString } from '../../../base/bytes.js';
import { BaseError } from '../../../base/errors.js';
import { digestFromHex, digestToHex, type HexDigest } from '../../../base/hex-digest.js';
import type { FoundFile } from '../preparer.js';
import { readMany } from './batch-codec.js';

export function encodeEntries(entries: readonly HexDigest[]): Uint8Array {
  const writer = new ByteWriter(4 + entries.length * HASH_LENGTH);
  writer.u32(entries.length);
  for (const entry of entries) writer.bytes(digestFromHex(entry));
  return writer.finish();
}

/** @throws BaseError unless `encodeEntries` wrote it. */
export function decodeEntries(bytes: Uint8Array): HexDigest[] {
  const reader = new ByteReader(bytes);
  const entries = readMany(reader, () => digestToHex(reader.bytes(HASH_LENGTH)));
  reader.end();
  return entries;
}

export function encodeFoundFiles(files: readonly FoundFile[]): Uint8Array {
  const writer = new ByteWriter(4 + files.length * EXPECTED_LENGTH);
  writer.u32(files.length);
  for (const file of files) {
    writer.u8(KINDS.indexOf(file.kind));
    if (file.kind !== 'file') continue;
    writer.bytes16(utf8(file.subject));
    writer.bytes16(utf8(file.mediaType));
    writer.bytes(digestFromHex(file.sha256));
    writer.u64(file.size);
  }
  return writer.finish();
}

/** @throws BaseError unless `encodeFoundFiles` wrote it. */
export function decodeFoundFiles(bytes: Uint8Array): FoundFile[] {
  const reader = new ByteReader(bytes);
  const files = readMany(reader, (): FoundFile => {
    const kind = KINDS[reader.u8()];
    if (kind === undefined) throw new BaseError('BYTES_MALFORMED', 'not an answer about a file');
    if (kind !== 'file') return { kind };
    return {
      kind,
      subject: utf8ToString(reader.bytes16()),
      mediaType: utf8ToString(reader.bytes16()),
      sha256: digestToHex(reader.bytes(HASH_LENGTH)),
      size: reader.u64(),
    };
  });
  reader.end();
  return files;
}

const KINDS = ['file', 'unknown', 'no-content', 'erased'] as const;
const HASH_LENGTH = 32;
/** Of a file with an ordinary subject and media type; a longer one costs a copy. */
const EXPECTED_LENGTH = 128;
