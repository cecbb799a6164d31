/**
 * What a block says to the views: rows that are a function of the statements alone. Nothing sealed is
 * opened, so a view holds tags and sealed values only, and destroying a secret is enough to forget.
 */
import type { LeafIndex, Sha256Digest, TreeSize } from '../../base/brand.js';
import { ByteReader, ByteWriter } from '../../base/byte-codec.js';
import { type HexDigest, writeHexDigest } from '../../base/hex-digest.js';
import type { Bundle } from '../../records/bundle.js';
import { parseStatement } from '../../records/parse-statement.js';
import { personTagsOf } from '../../records/person-tags.js';
import { RecordsError } from '../../records/records-error.js';
import type { Statement } from '../../records/statement.js';
import { leafHash } from '../../tlog/merkle-hash.js';
import { encodeEntryRows } from './entry-row.js';
import { encodeUnmapped, type UnmappedItem } from './unmapped-row.js';
import { entryKey, indexKey, timeKey, typeTerm, unmappedKey, type ViewRow } from './view-keys.js';

/** A map entry that a log holds: what a proof of completeness rests on. */
export interface MapEntryAt {
  /** Of the entry. */
  readonly index: LeafIndex;
  /** What the map covers. */
  readonly size: TreeSize;
  /** Hex. */
  readonly root: string;
}

/** How far the view of a log has come. */
export interface ViewPosition {
  /** Blocks of the log that are in the view. */
  readonly blocks: number;
  readonly size: TreeSize;
  /** Of the last entry, by which a view knows its log again; null of an empty view. */
  readonly lastLeaf: Uint8Array | null;
  /** The newest. */
  readonly mapEntry: MapEntryAt | null;
}

export const NOTHING_VIEWED: ViewPosition = {
  blocks: 0,
  size: 0 as TreeSize,
  lastLeaf: null,
  mapEntry: null,
};

/**
 * @param before where the view stands: the block must be the next one.
 * @param rows what the block says is added to them.
 * @returns where the view then stands.
 */
export function project(
  log: number,
  before: ViewPosition,
  bundle: Bundle,
  rows: ViewRow[],
): ViewPosition {
  const unmapped: UnmappedItem[] = [];
  let { mapEntry } = before;
  let last: Sha256Digest | null = null;
  let recordedAt: number | null = null;
  const entries = bundle.entries.map((entry) => ({
    ...entry,
    leafHash: leafHash(entry.statement),
  }));
  const entryRows = encodeEntryRows(entries);
  for (const [at, { leafHash: hash, statement: bytes }] of entries.entries()) {
    const index = (bundle.firstIndex + at) as LeafIndex;
    last = hash;
    rows.push([entryKey(log, index), entryRows[at] ?? NOTHING]);
    const statement = readStatement(bytes);
    if (statement === null) continue;
    ({ recordedAt } = statement);
    for (const tag of personTagsOf(statement).map(bytesOf)) {
      rows.push([indexKey(log, 'person', tag, index), hash]);
      unmapped.push({ tag, index, leafHash: hash });
    }
    addIndexRows(rows, log, index, statement);
    if (statement.kind === 'map')
      mapEntry = { index, size: statement.size as TreeSize, root: statement.root };
  }
  const size = (bundle.firstIndex + bundle.entries.length) as TreeSize;
  // All entries of a commit are recorded at one instant.
  if (recordedAt !== null) rows.push([timeKey(log, recordedAt, size), NOTHING]);
  if (unmapped.length > 0)
    rows.push([unmappedKey(log, bundle.firstIndex), encodeUnmapped(unmapped)]);
  return { blocks: before.blocks + 1, size, lastLeaf: last, mapEntry };
}

export function encodePosition({ blocks, size, lastLeaf, mapEntry }: ViewPosition): Uint8Array {
  const writer = new ByteWriter(128);
  writer.u64(blocks);
  writer.u64(size);
  writer.bytes16(lastLeaf ?? NOTHING);
  writer.u8(mapEntry === null ? 0 : 1);
  if (mapEntry !== null) {
    writer.u64(mapEntry.index);
    writer.u64(mapEntry.size);
    writer.bytes16(Buffer.from(mapEntry.root, 'latin1'));
  }
  return writer.finish();
}

/** @throws BaseError BYTES_MALFORMED. */
export function decodePosition(value: Uint8Array): ViewPosition {
  const reader = new ByteReader(value);
  const blocks = reader.u64();
  const size = reader.u64() as TreeSize;
  const lastLeaf = reader.bytes16(32);
  const mapEntry =
    reader.u8() === 0
      ? null
      : {
          index: reader.u64() as LeafIndex,
          size: reader.u64() as TreeSize,
          root: Buffer.from(reader.bytes16(64)).toString('latin1'),
        };
  reader.end();
  return { blocks, size, lastLeaf: lastLeaf.length === 0 ? null : lastLeaf, mapEntry };
}

const NOTHING = new Uint8Array(0);

function addIndexRows(rows: ViewRow[], log: number, index: LeafIndex, statement: Statement): void {
  if (statement.kind === 'record') {
    rows.push([indexKey(log, 'type', typeTerm(statement.type), index), NOTHING]);
    rows.push([indexKey(log, 'thing', bytesOf(statement.tags.key), index), NOTHING]);
  }
  if (statement.kind === 'record' || statement.kind === 'signature')
    rows.push([indexKey(log, 'author', bytesOf(statement.tags.author), index), NOTHING]);
}

/** From Node's pool: an array of its own for each tag is half the work of indexing by it. */
function bytesOf(digest: HexDigest): Uint8Array {
  const bytes = Buffer.allocUnsafe(32);
  writeHexDigest(bytes, 0, digest);
  return bytes;
}

/** Null of a kind that this version does not know: it is kept and counted, and not indexed. */
function readStatement(bytes: Uint8Array): Statement | null {
  try {
    return parseStatement(bytes);
  } catch (cause) {
    if (cause instanceof RecordsError && cause.code === 'STATEMENT_KIND_UNKNOWN') return null;
    throw cause;
  }
}
