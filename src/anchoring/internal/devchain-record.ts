/**
 * Records of the development chain's file (docs/formats/bitcoin-anchor.md, "The development chain"),
 * and the question that every append-only file has to answer: was its last record cut short by a
 * crash, and so never shown, or has something changed since it was synced?
 */
import { ByteReader, ByteWriter } from '../../base/byte-codec.js';
import { concat, equalBytes, u32be, u64be, utf8 } from '../../base/bytes.js';
import { sha256 } from '../../base/hash.js';
import { AnchoringError } from '../errors.js';
import type { AppendFile } from './append-file.js';
import { MAX_BLOCK_BYTES } from './raw-block.js';

export type DevChainRecord =
  /** Blocks that were mined on top of the tip, in order. */
  | { readonly kind: 'connect'; readonly blocks: readonly Uint8Array[] }
  /** The tip went back to `height`. */
  | { readonly kind: 'disconnect'; readonly height: number };

export interface ScannedRecord {
  readonly record: DevChainRecord;
  /** Where each block of a `connect` record begins in the file. */
  readonly blockOffsets: readonly number[];
}

export const DEVCHAIN_MAGIC = utf8('CGD1');

const KIND_CONNECT = 1;
const KIND_DISCONNECT = 2;
const HEADER_BYTES = 8;
const DIGEST_BYTES = 32;
const MAX_RECORD_BYTES = 64 * 1024 * 1024;
/** The genesis record is a good deal smaller. */
const MAX_FIRST_WRITE = 1024;
const SECTOR = 512;
/** So many zero bytes at an end are no accident of a digest. */
const ZERO_TAIL = 8;

export interface FramedRecord {
  /** Length, its complement, payload, digest over all and the offset. */
  readonly bytes: Uint8Array;
  readonly scanned: ScannedRecord;
}

/** The record as it stands at `offset` of the file. */
export function frameRecord(record: DevChainRecord, offset: number): FramedRecord {
  const payload = encodeRecord(record);
  const header = concat(u32be(payload.length), u32be(~payload.length >>> 0));
  const bytes = concat(header, payload, sha256(u64be(offset), header, payload));
  // Read back by the code that recovers from a crash, so that both ways lead to one state.
  return { bytes, scanned: decodeRecord(payload, offset + HEADER_BYTES) };
}

/**
 * Yields all sound records in order and returns the length of the sound part. What lies beyond is
 * *torn*: the very last thing, and cut off or with zeros where a write never arrived.
 *
 * @throws AnchoringError DEVCHAIN_DAMAGED for anything else that is not as it was written
 */
export async function* scanRecords(
  file: AppendFile,
): AsyncGenerator<ScannedRecord, number, undefined> {
  const size = await file.size();
  if (await isUnwritten(file, size)) return 0;
  const magic = await file.read(0, Math.min(size, DEVCHAIN_MAGIC.length));
  if (!equalBytes(magic, DEVCHAIN_MAGIC)) throw damaged('it does not begin as one');
  let offset = DEVCHAIN_MAGIC.length;
  while (offset < size) {
    const payload = await readPayload(file, offset, size);
    if (payload === undefined) break;
    yield decodeRecord(payload, offset + HEADER_BYTES);
    offset += HEADER_BYTES + payload.length + DIGEST_BYTES;
  }
  return offset;
}

/** Whether a crash cut the very first write short, within the magic: no chain was ever shown. */
async function isUnwritten(file: AppendFile, size: number): Promise<boolean> {
  if (size > MAX_FIRST_WRITE) return false;
  const bytes = await file.read(0, size);
  const written = bytes.findIndex((byte, at) => byte !== DEVCHAIN_MAGIC[at]);
  const end = written === -1 ? size : written;
  return end < DEVCHAIN_MAGIC.length && isZero(bytes.subarray(end));
}

/** The payload at `offset`, or nothing if the file's end is torn there. */
async function readPayload(
  file: AppendFile,
  offset: number,
  size: number,
): Promise<Uint8Array | undefined> {
  if (size - offset < HEADER_BYTES) return undefined;
  const header = await file.read(offset, HEADER_BYTES);
  const reader = new ByteReader(header);
  const length = reader.u32();
  // Without its complement, a flipped length would pass for a record that was cut short.
  if (reader.u32() !== ~length >>> 0 || length > MAX_RECORD_BYTES) {
    if (await isZeroFrom(file, offset + HEADER_BYTES, size)) return undefined;
    throw damaged(`the record at byte ${offset} is damaged`);
  }
  const end = offset + HEADER_BYTES + length + DIGEST_BYTES;
  if (end > size) return undefined;
  const rest = await file.read(offset + HEADER_BYTES, length + DIGEST_BYTES);
  const payload = rest.subarray(0, length);
  if (equalBytes(rest.subarray(length), sha256(u64be(offset), header, payload))) return payload;
  if (end === size && hasUnwrittenPart(rest, offset + HEADER_BYTES)) return undefined;
  throw damaged(`the record at byte ${offset} is damaged`);
}

async function isZeroFrom(file: AppendFile, offset: number, size: number): Promise<boolean> {
  if (size - offset < ZERO_TAIL || size - offset > MAX_RECORD_BYTES) return false;
  return isZero(await file.read(offset, size - offset));
}

/** Whether a part of a write never reached the disk: a zero sector, or zeros up to the end. */
function hasUnwrittenPart(bytes: Uint8Array, offset: number): boolean {
  if (isZero(bytes.subarray(-ZERO_TAIL))) return true;
  for (let at = (SECTOR - (offset % SECTOR)) % SECTOR; at + SECTOR <= bytes.length; at += SECTOR)
    if (isZero(bytes.subarray(at, at + SECTOR))) return true;
  return false;
}

function encodeRecord(record: DevChainRecord): Uint8Array {
  const writer = new ByteWriter();
  if (record.kind === 'disconnect') {
    writer.u8(KIND_DISCONNECT);
    writer.u32(record.height);
    return writer.finish();
  }
  writer.u8(KIND_CONNECT);
  writer.u32(record.blocks.length);
  for (const block of record.blocks) writer.bytes32(block);
  return writer.finish();
}

function decodeRecord(payload: Uint8Array, offset: number): ScannedRecord {
  const reader = new ByteReader(payload);
  const kind = reader.u8();
  if (kind === KIND_DISCONNECT) {
    const record = { kind: 'disconnect', height: reader.u32() } as const;
    reader.end();
    return { record, blockOffsets: [] };
  }
  if (kind !== KIND_CONNECT)
    throw damaged('it holds a kind of record that this version does not know');
  const blocks: Uint8Array[] = [];
  const blockOffsets: number[] = [];
  for (let left = reader.u32(); left > 0; left--) {
    const block = reader.bytes32(MAX_BLOCK_BYTES);
    blocks.push(block);
    blockOffsets.push(offset + reader.offset - block.length);
  }
  reader.end();
  return { record: { kind: 'connect', blocks }, blockOffsets };
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function damaged(reason: string): AnchoringError {
  return new AnchoringError(
    'DEVCHAIN_DAMAGED',
    `the development chain’s file is not as it was written: ${reason}`,
  );
}
