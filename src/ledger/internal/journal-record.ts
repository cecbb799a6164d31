/**
 * The frame of a journal record, and the question that decides between a crash and damage: was the
 * last record cut short by a power failure, or has a bit flipped since it was synced?
 */
import { ByteReader, ByteWriter } from '../../base/byte-codec.js';
import { equalBytes, utf8 } from '../../base/bytes.js';
import { sha256 } from '../../base/hash.js';
import { damaged } from '../ledger-error.js';

export const SEGMENT_MAGIC = utf8('CGJ1');
const RECORD_MAGIC = utf8('CGR1');
const HEADER_LENGTH = 4 + 4 + 8 + 32;
const DIGEST_LENGTH = 32;
export const MAX_PAYLOAD = 64 * 1024 * 1024;
const SECTOR = 512;

export interface JournalRecord {
  readonly sequence: number;
  readonly previous: Uint8Array;
  readonly payload: Uint8Array;
  readonly digest: Uint8Array;
}

export interface Framed {
  readonly bytes: Uint8Array;
  readonly digest: Uint8Array;
}

export function frame(sequence: number, previous: Uint8Array, payload: Uint8Array): Framed {
  const writer = new ByteWriter(HEADER_LENGTH + payload.length + DIGEST_LENGTH);
  writer.bytes(RECORD_MAGIC);
  writer.u32(payload.length);
  writer.u64(sequence);
  writer.bytes(previous);
  writer.bytes(payload);
  const covered = writer.finish();
  const digest = sha256(covered);
  // The writer's buffer has room for the digest behind what it handed over; join them without a copy.
  const bytes = new Uint8Array(covered.buffer, covered.byteOffset, covered.length + DIGEST_LENGTH);
  bytes.set(digest, covered.length);
  return { bytes, digest };
}

export interface ScannedSegment {
  readonly records: readonly JournalRecord[];
  /** Length of the sound part in bytes; what is beyond it was torn and never shown. */
  readonly soundLength: number;
}

/**
 * Reads a whole segment. A record that fails is *torn* only as the very last thing, and only if the
 * file ends before it does or a sector of it is zero. Whether a segment that follows goes on from
 * the last sound record is for the caller to check.
 *
 * @throws LedgerError LEDGER_DAMAGED, naming the segment and the record.
 */
export function scanSegment(name: string, bytes: Uint8Array): ScannedSegment {
  if (!equalBytes(bytes.subarray(0, SEGMENT_MAGIC.length), SEGMENT_MAGIC)) {
    if (bytes.every((byte) => byte === 0) || bytes.length < SEGMENT_MAGIC.length)
      return { records: [], soundLength: 0 };
    throw damaged(`journal segment ${name} does not begin as one`);
  }
  const records: JournalRecord[] = [];
  let at = SEGMENT_MAGIC.length;
  while (at < bytes.length) {
    const record = readRecord(bytes, at);
    if (record === null) {
      if (isTornTail(bytes, at) && !soundRecordAfter(bytes, at)) break;
      throw damaged(`journal segment ${name}: record ${records.length} is damaged`);
    }
    records.push(record);
    at += HEADER_LENGTH + record.payload.length + DIGEST_LENGTH;
  }
  return { records, soundLength: at };
}

/** The record at an offset, or null if what is there is not a whole and sound one. */
function readRecord(bytes: Uint8Array, at: number): JournalRecord | null {
  const length = payloadLength(bytes, at);
  if (length === null) return null;
  const end = at + HEADER_LENGTH + length;
  if (end + DIGEST_LENGTH > bytes.length) return null;
  const digest = bytes.subarray(end, end + DIGEST_LENGTH);
  if (!equalBytes(digest, sha256(bytes.subarray(at, end)))) return null;
  const reader = new ByteReader(bytes.subarray(at + 8, end));
  return {
    sequence: reader.u64(),
    previous: reader.bytes(32),
    payload: reader.bytes(length),
    digest,
  };
}

function payloadLength(bytes: Uint8Array, at: number): number | null {
  if (at + HEADER_LENGTH > bytes.length) return null;
  const reader = new ByteReader(bytes.subarray(at, at + HEADER_LENGTH));
  if (!equalBytes(reader.bytes(RECORD_MAGIC.length), RECORD_MAGIC)) return null;
  const length = reader.u32();
  return length <= MAX_PAYLOAD ? length : null;
}

/**
 * An append that was never synced leaves the file too short, or long enough with sectors still
 * zero. One write is in flight at a time, so nothing can follow it.
 */
function isTornTail(bytes: Uint8Array, at: number): boolean {
  const length = payloadLength(bytes, at);
  const end = length === null ? bytes.length : at + HEADER_LENGTH + length + DIGEST_LENGTH;
  if (end > bytes.length || bytes.length - at < HEADER_LENGTH) return true;
  return end === bytes.length && hasZeroSector(bytes, at, end);
}

function hasZeroSector(bytes: Uint8Array, from: number, to: number): boolean {
  for (let start = from; start < to;) {
    const end = Math.min(to, (Math.floor(start / SECTOR) + 1) * SECTOR);
    if (bytes.subarray(start, end).every((byte) => byte === 0)) return true;
    start = end;
  }
  return false;
}

/** A sound record behind a broken one proves that the broken one had been synced. */
function soundRecordAfter(bytes: Uint8Array, at: number): boolean {
  const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (
    let found = haystack.indexOf(RECORD_MAGIC, at + 1);
    found !== -1;
    found = haystack.indexOf(RECORD_MAGIC, found + 1)
  )
    if (readRecord(bytes, found) !== null) return true;
  return false;
}
