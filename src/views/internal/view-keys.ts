/**
 * Keys of the views. Every key of a log begins with the log's number, so that one log can be dropped
 * and made again by range; what is indexed ends with the index of the entry, so that a range of entries
 * is a range of keys.
 */
import { ByteWriter } from '../../base/byte-codec.js';
import { asBuffer } from '../../base/bytes.js';
import type { KeyRange } from '../../ledger/row-db.js';

export type { KeyRange, Row as ViewRow } from '../../ledger/row-db.js';

/** What a row is about; the byte after the log's number. */
const KIND = {
  position: 0x01,
  entry: 0x02,
  person: 0x03,
  type: 0x04,
  author: 0x05,
  thing: 0x06,
  /** Where the entries recorded up to an instant end. */
  time: 0x07,
  /** Items of persons' lists that no map holds yet, those of a block in one row. */
  unmapped: 0x08,
  /** A person's list as the newest map has it. */
  list: 0x09,
  /** A part of the newest map. */
  bucket: 0x0a,
  map: 0x0b,
  /** How far the search index has come. */
  searched: 0x0c,
  /** Search tags, and of which subject's records. */
  term: 0x0d,
  /** The identifying ones among them, by subject. */
  identity: 0x0e,
} as const;

/** By what entries can be found. Tags have 32 bytes; a type is its text. */
export type IndexedBy = 'person' | 'type' | 'author' | 'thing';

/** The node's own row: which format the views have. No log has this number. */
export const FORMAT_KEY = logKey(0xffff_ffff, 0x01, 0, () => undefined);

export const positionKey = (log: number): Uint8Array => logKey(log, KIND.position, 0, none);
export const mapKey = (log: number): Uint8Array => logKey(log, KIND.map, 0, none);

export const entryKey = (log: number, index: number): Uint8Array =>
  logKey(log, KIND.entry, 8, (w) => {
    w.u64(index);
  });

/** @param term a tag, or `typeTerm`. */
export const indexKey = (log: number, by: IndexedBy, term: Uint8Array, index: number): Uint8Array =>
  termKey(log, KIND[by], term, index);

/** Ends with a byte that no type has: `tradle.Form` is no beginning of `tradle.FormRequest`. */
export function typeTerm(type: string): Uint8Array {
  return Buffer.from(`${type}\0`, 'latin1');
}

export const timeKey = (log: number, recordedAt: number, size: number): Uint8Array =>
  logKey(log, KIND.time, 16, (w) => {
    w.u64(recordedAt);
    w.u64(size);
  });

/** @param firstIndex of the block. */
export const unmappedKey = (log: number, firstIndex: number): Uint8Array =>
  logKey(log, KIND.unmapped, 8, (w) => {
    w.u64(firstIndex);
  });

export const listKey = (log: number, tag: Uint8Array): Uint8Array =>
  logKey(log, KIND.list, 32, (w) => {
    w.bytes(tag);
  });

export const bucketKey = (log: number, bucket: number): Uint8Array =>
  logKey(log, KIND.bucket, 2, (w) => {
    w.u16(bucket);
  });

export const searchedKey = (log: number): Uint8Array => logKey(log, KIND.searched, 0, none);

/**
 * Where rows of the search index lie: `key id[8] ‖ first[32] ‖ second[32] ‖ u64 index`, first the search
 * tag and second the subject's, or the other way round.
 */
export interface SearchPlace {
  readonly log: number;
  readonly by: 'term' | 'identity';
  /** Of the key that the tags are made with: rows under two are never mixed up. */
  readonly keyId: Uint8Array;
}

export const searchRowKey = (
  { log, by, keyId }: SearchPlace,
  first: Uint8Array,
  second: Uint8Array,
  index: number,
): Uint8Array =>
  logKey(log, KIND[by], 80, (w) => {
    w.bytes(keyId);
    w.bytes(first);
    w.bytes(second);
    w.u64(index);
  });

/** Second of the two in a key of the search index. */
export function secondOf(key: Uint8Array): Uint8Array {
  return key.subarray(45, 77);
}

/** All rows with this first. */
export function firstRange(place: SearchPlace, first: Uint8Array): KeyRange {
  return { gte: searchRowKey(place, first, LOWEST, 0), lt: beyond(place, first, HIGHEST) };
}

/** The rows with this first and this second, of entries below `to`. */
export function bothRange(
  place: SearchPlace,
  first: Uint8Array,
  second: Uint8Array,
  to: number,
): KeyRange {
  return {
    gte: searchRowKey(place, first, second, 0),
    lt: searchRowKey(place, first, second, to),
  };
}

/** Behind all rows with this first and this second, and before any other. */
export function beyond(place: SearchPlace, first: Uint8Array, second: Uint8Array): Uint8Array {
  const key = searchRowKey(place, first, second, 0);
  // No index is as large.
  return key.fill(0xff, key.length - 8);
}

/** The search index of a log, whatever the key; where it has come to is not in it. */
export function searchRange(log: number): KeyRange {
  return { gte: kindKey(log, KIND.term), lt: kindKey(log, KIND.identity + 1) };
}

const LOWEST = new Uint8Array(32);
const HIGHEST = new Uint8Array(32).fill(0xff);

/** The last eight bytes of a key that ends with an index or a size. */
export function indexOf(key: Uint8Array): number {
  return Number(asBuffer(key).readBigUInt64BE(key.length - 8));
}

/** The tag in a key of `list`. */
export function tagOf(key: Uint8Array): Uint8Array {
  return key.subarray(5, 37);
}

export function entryRange(log: number, from: number, to: number): KeyRange {
  return { gte: entryKey(log, from), lt: entryKey(log, to) };
}

export function indexRange(
  log: number,
  by: IndexedBy,
  term: Uint8Array,
  from: number,
  to: number,
): KeyRange {
  return { gte: indexKey(log, by, term, from), lt: indexKey(log, by, term, to) };
}

/** Everything recorded at or before an instant. */
export function timeRange(log: number, instant: number): KeyRange {
  return { gte: timeKey(log, 0, 0), lt: timeKey(log, instant + 1, 0) };
}

/** Of blocks that begin below `size`. */
export function unmappedRange(log: number, size: number): KeyRange {
  return { gte: unmappedKey(log, 0), lt: unmappedKey(log, size) };
}

export function bucketsRange(log: number): KeyRange {
  return { gte: kindKey(log, KIND.bucket), lt: kindKey(log, KIND.bucket + 1) };
}

/** The lists whose tags lie in [from, to); `to` null is the end. */
export function listRange(log: number, from: Uint8Array, to: Uint8Array | null): KeyRange {
  return {
    gte: listKey(log, from),
    lt: to === null ? kindKey(log, KIND.list + 1) : listKey(log, to),
  };
}

/** All rows of a log. */
export function logRange(log: number): KeyRange {
  return { gte: kindKey(log, 0), lt: kindKey(log, 0xff) };
}

function kindKey(log: number, kind: number): Uint8Array {
  return logKey(log, kind, 0, none);
}

function termKey(log: number, kind: number, term: Uint8Array, index: number): Uint8Array {
  return logKey(log, kind, term.length + 8, (w) => {
    w.bytes(term);
    w.u64(index);
  });
}

function none(): void {
  // The log's number and the kind say all.
}

function logKey(
  log: number,
  kind: number,
  rest: number,
  fill: (writer: ByteWriter) => void,
): Uint8Array {
  const writer = new ByteWriter(Buffer.allocUnsafe(5 + rest));
  writer.u32(log);
  writer.u8(kind);
  fill(writer);
  return writer.finish();
}
