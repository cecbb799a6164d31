/**
 * The write state as a function of the log: the same rows at the commit, when an opening catches up,
 * when `fsck --rebuild` begins from nothing, and when `fsck` compares.
 */
import type { LeafIndex, Sha256Digest } from '../../base/brand.js';
import { type HexDigest, digestFromHex } from '../../base/hex-digest.js';
import type { BundleEntry } from '../../records/bundle.js';
import type { ChangedTile } from '../../tlog/tile-tree.js';
import {
  attachedKey,
  batchKey,
  blockKey,
  followingKey,
  idempotencyKey,
  idempotentValue,
  leafKey,
  type StateRow,
  thingKey,
  tileKey,
  u64Value,
  versionValue,
} from './state-keys.js';

/** An entry in its place. */
export interface PlacedEntry extends BundleEntry {
  readonly index: LeafIndex;
  readonly leafHash: Sha256Digest;
  readonly thing: HexDigest | null;
  readonly of: HexDigest | null;
  readonly follows: HexDigest | null;
  readonly isBatch: boolean;
}

export function blockRows(
  log: number,
  blockNumber: number,
  entries: readonly Omit<PlacedEntry, 'statement' | 'sealedParts'>[],
): StateRow[] {
  const rows: StateRow[] = [];
  const first = entries[0];
  if (first !== undefined) rows.push([blockKey(log, first.index), u64Value(blockNumber)]);
  for (const { index, leafHash, thing, of, follows, isBatch, idempotency } of entries) {
    rows.push([leafKey(log, leafHash), u64Value(index)]);
    if (isBatch) rows.push([batchKey(log, index), leafHash]);
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
