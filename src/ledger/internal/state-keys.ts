/**
 * Keys and values of the write state. Every key of a log begins with the log's number, so that one
 * log can be dropped and rebuilt by range.
 */
import type { LeafIndex, Sha256Digest, TreeSize } from '../../base/brand.js';
import { ByteReader, ByteWriter } from '../../base/byte-codec.js';
import { concat, sha256Digest } from '../../base/bytes.js';

/** What a row is about; the byte after the log's number. */
const KIND = {
  head: 0x01,
  tile: 0x02,
  block: 0x03,
  leaf: 0x04,
  thing: 0x05,
  attached: 0x06,
  following: 0x07,
  batch: 0x08,
  erasure: 0x09,
  erased: 0x0a,
  group: 0x0b,
  note: 0x10,
  word: 0x11,
  erasedRow: 0x12,
} as const;

/** Entries that are found by their kind, in their order. */
export type FoundKind = 'batch' | 'erasure' | 'erased' | 'group';

/** Node-wide rows live under a number that no log has. */
export const NODE = 0xffff_ffff;
const NODE_KIND = { idempotency: 0x01, vault: 0x02 } as const;

export type StateRow = readonly [key: Uint8Array, value: Uint8Array];

export interface EntryPlace {
  readonly index: LeafIndex;
  readonly leafHash: Sha256Digest;
}

export interface IdempotentEntry {
  readonly log: number;
  readonly index: LeafIndex;
  readonly recordTag: Uint8Array;
}

export const headKey = (log: number): Uint8Array => logKey(log, KIND.head, 0, () => undefined);

export const tileKey = (log: number, level: number, index: number): Uint8Array =>
  logKey(log, KIND.tile, 9, (w) => {
    w.u8(level);
    w.u64(index);
  });

export const blockKey = (log: number, firstIndex: number): Uint8Array =>
  logKey(log, KIND.block, 8, (w) => {
    w.u64(firstIndex);
  });

export const leafKey = (log: number, leafHash: Uint8Array): Uint8Array =>
  logKey(log, KIND.leaf, 32, (w) => {
    w.bytes(leafHash);
  });

export const thingKey = (log: number, keyTag: Uint8Array): Uint8Array =>
  logKey(log, KIND.thing, 32, (w) => {
    w.bytes(keyTag);
  });

/** What is attached to an entry, in the order it was attached. */
export const attachedKey = (log: number, leafHash: Uint8Array, index: number): Uint8Array =>
  logKey(log, KIND.attached, 40, (w) => {
    w.bytes(leafHash);
    w.u64(index);
  });

export function readAttachedKey(key: Uint8Array): {
  readonly leafHash: Uint8Array;
  readonly index: LeafIndex;
} {
  return read(key.subarray(5), (reader) => ({
    leafHash: reader.bytes(32),
    index: reader.u64() as LeafIndex,
  }));
}

/** The version of a signature that follows the one of this leaf hash. */
export const followingKey = (log: number, leafHash: Uint8Array): Uint8Array =>
  logKey(log, KIND.following, 32, (w) => {
    w.bytes(leafHash);
  });

/** An entry of such a kind, by its index. */
export const foundKey = (log: number, kind: FoundKind, index: number): Uint8Array =>
  logKey(log, KIND[kind], 8, (w) => {
    w.u64(index);
  });

/** Of a row that says where an `erasure` entry lies: the number of its log; null of any other row. */
export function erasingLogOf(key: Uint8Array): number | null {
  if (key[4] !== KIND.erasure) return null;
  const log = new DataView(key.buffer, key.byteOffset, key.byteLength).getUint32(0);
  return log === NODE ? null : log;
}

export function readFoundKey(key: Uint8Array): LeafIndex {
  return read(key.subarray(5), (reader) => reader.u64() as LeafIndex);
}

/** That an erasure names a row of a vault, 16 bytes; several may. */
export const erasedRowKey = (log: number, rowId: Uint8Array): Uint8Array =>
  logKey(log, KIND.erasedRow, 16, (w) => {
    w.bytes(rowId);
  });

/** All of them of a log lie in [gte, lt). */
export function erasedRowRange(log: number): { gte: Uint8Array; lt: Uint8Array } {
  return {
    gte: logKey(log, KIND.erasedRow, 0, () => undefined),
    lt: logKey(log, KIND.erasedRow + 1, 0, () => undefined),
  };
}

/** What this node has signed of the erasures of a shared log; it may be lost, and is then signed again. */
export const wordKey = (log: number): Uint8Array => logKey(log, KIND.word, 0, () => undefined);

/** The checkpoint of a size that was shown of a shared log; what nobody can make again. */
export const noteKey = (log: number, size: number): Uint8Array =>
  logKey(log, KIND.note, 8, (w) => {
    w.u64(size);
  });

export function readNoteKey(key: Uint8Array): TreeSize {
  return read(key.subarray(5), (reader) => reader.u64() as TreeSize);
}

/** All rows of what is attached, from one of them on, lie in [gte, lt). */
export function attachedRange(
  log: number,
  from?: { readonly leafHash: Uint8Array; readonly index: number },
): { gte: Uint8Array; lt: Uint8Array } {
  return {
    gte:
      from === undefined
        ? logKey(log, KIND.attached, 0, () => undefined)
        : attachedKey(log, from.leafHash, from.index),
    lt: logKey(log, KIND.attached + 1, 0, () => undefined),
  };
}

export const idempotencyKey = (tag: Uint8Array): Uint8Array =>
  logKey(NODE, NODE_KIND.idempotency, 32, (w) => {
    w.bytes(tag);
  });

/** All idempotency rows lie in [gte, lt). */
export const IDEMPOTENCY_RANGE = {
  gte: logKey(NODE, NODE_KIND.idempotency, 0, () => undefined),
  lt: logKey(NODE, NODE_KIND.idempotency + 1, 0, () => undefined),
} as const;

/** Vaults of different tenants never meet: the tag is keyed by the tenant's own index key. */
export const vaultKey = (tag: Uint8Array): Uint8Array =>
  logKey(NODE, NODE_KIND.vault, 32, (w) => {
    w.bytes(tag);
  });

/** The rows of one generation of a vault. @param prefix of its index keys, 8 bytes. */
export function vaultRange(prefix: Uint8Array): { gte: Uint8Array; lt: Uint8Array } {
  const end = concat(prefix, new Uint8Array(24).fill(0xff));
  return {
    gte: logKey(NODE, NODE_KIND.vault, 8, (w) => {
      w.bytes(prefix);
    }),
    lt: vaultKey(end),
  };
}

/** All rows lie in [gte, lt) that follow from the log's blocks, but for `erasedRowRange`; its notes lie behind them. */
export function logRange(log: number): { gte: Uint8Array; lt: Uint8Array } {
  return {
    gte: logKey(log, 0, 0, () => undefined),
    lt: logKey(log, KIND.note, 0, () => undefined),
  };
}

/** All kept checkpoints of a log: apart from its other rows, for they are not made of its blocks. */
export function noteRange(log: number): { gte: Uint8Array; lt: Uint8Array } {
  return {
    gte: logKey(log, KIND.note, 0, () => undefined),
    lt: logKey(log, KIND.note + 1, 0, () => undefined),
  };
}

export const u64Value = (value: number): Uint8Array =>
  write(8, (w) => {
    w.u64(value);
  });

export function readU64(value: Uint8Array): number {
  return read(value, (reader) => reader.u64());
}

export const versionValue = ({ index, leafHash }: EntryPlace): Uint8Array =>
  write(40, (w) => {
    w.u64(index);
    w.bytes(leafHash);
  });

export function readVersion(value: Uint8Array): EntryPlace {
  return read(value, (reader) => ({
    index: reader.u64() as LeafIndex,
    leafHash: sha256Digest(reader.bytes(32)),
  }));
}

export const idempotentValue = ({ log, index, recordTag }: IdempotentEntry): Uint8Array =>
  write(44, (w) => {
    w.u32(log);
    w.u64(index);
    w.bytes(recordTag);
  });

export function readIdempotent(value: Uint8Array): IdempotentEntry {
  return read(value, (reader) => ({
    log: reader.u32(),
    index: reader.u64() as LeafIndex,
    recordTag: reader.bytes(32),
  }));
}

function logKey(
  log: number,
  kind: number,
  rest: number,
  fill: (writer: ByteWriter) => void,
): Uint8Array {
  return write(5 + rest, (writer) => {
    writer.u32(log);
    writer.u8(kind);
    fill(writer);
  });
}

function write(length: number, fill: (writer: ByteWriter) => void): Uint8Array {
  // From Node's pool: a few bytes in a buffer of their own cost five times as much.
  const writer = new ByteWriter(Buffer.allocUnsafe(length));
  fill(writer);
  return writer.finish();
}

function read<T>(value: Uint8Array, get: (reader: ByteReader) => T): T {
  const reader = new ByteReader(value);
  const result = get(reader);
  reader.end();
  return result;
}
