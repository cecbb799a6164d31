/**
 * The write state as a function of the log: the same rows at the commit, when an opening catches up,
 * when `fsck --rebuild` begins from nothing, and when `fsck` compares.
 */
import type { LeafIndex, Sha256Digest } from '../../base/brand.js';
import { fromHex } from '../../base/bytes.js';
import { type HexDigest, digestFromHex } from '../../base/hex-digest.js';
import type { BundleEntry } from '../../records/bundle.js';
import type { Statement } from '../../records/statement.js';
import type { ChangedTile } from '../../tlog/tile-tree.js';
import {
  attachedKey,
  blockKey,
  erasedRowKey,
  followingKey,
  type FoundKind,
  foundKey,
  idempotencyKey,
  idempotentValue,
  leafKey,
  type StateRow,
  thingKey,
  tileKey,
  u64Value,
  versionValue,
} from './state-keys.js';

const NOTHING = new Uint8Array();

/** An entry in its place. */
export interface PlacedEntry extends BundleEntry {
  readonly index: LeafIndex;
  readonly leafHash: Sha256Digest;
  readonly thing: HexDigest | null;
  readonly of: HexDigest | null;
  readonly follows: HexDigest | null;
  readonly found: Found | null;
}

/** What an entry is found by beside its place: its kind, and the rows of vaults that it names. */
export interface Found {
  readonly kind: FoundKind;
  /** Hex; of an erasure. */
  readonly rows: readonly string[];
}

export function foundBy(statement: Statement): Found | null {
  switch (statement.kind) {
    case 'erasure':
      return { kind: 'erasure', rows: statement.rows };
    case 'batch':
    case 'erased':
    case 'group':
      return { kind: statement.kind, rows: [] };
    default:
      return null;
  }
}

/** Rows of vaults that these entries have everybody destroy, hex. */
export function erasedBy(entries: readonly Pick<PlacedEntry, 'found'>[]): readonly string[] {
  return entries.flatMap(({ found }) => found?.rows ?? []);
}

export function blockRows(
  log: number,
  blockNumber: number,
  entries: readonly Omit<PlacedEntry, 'statement' | 'sealedParts'>[],
): StateRow[] {
  const rows: StateRow[] = [];
  const first = entries[0];
  if (first !== undefined) rows.push([blockKey(log, first.index), u64Value(blockNumber)]);
  for (const { index, leafHash, thing, of, follows, found, idempotency } of entries) {
    rows.push([leafKey(log, leafHash), u64Value(index)]);
    if (found !== null) rows.push([foundKey(log, found.kind, index), leafHash]);
    for (const row of found?.rows ?? []) rows.push([erasedRowKey(log, fromHex(row)), NOTHING]);
    if (thing !== null)
      rows.push([thingKey(log, digestFromHex(thing)), versionValue({ index, leafHash })]);
    // A later version is found by the one before it: what is attached is counted once.
    if (follows !== null)
      rows.push([followingKey(log, digestFromHex(follows)), versionValue({ index, leafHash })]);
    else if (of !== null) rows.push([attachedKey(log, digestFromHex(of), index), leafHash]);
    if (idempotency !== null) {
      const { key, record } = idempotency;
      rows.push([idempotencyKey(key), idempotentValue({ log, index, recordTag: record })]);
    }
  }
  return rows;
}

export function tileRows(log: number, tiles: readonly ChangedTile[]): StateRow[] {
  return tiles.map(({ level, index, hashes }) => [tileKey(log, level, index), hashes]);
}
