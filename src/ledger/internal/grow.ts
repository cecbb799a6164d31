/** What one more block makes of a log: where it then stands, and what the write state says of it. */
import type { UnixMillis } from '../../base/brand.js';
import { extend, type TreeExtension } from '../../tlog/tile-tree.js';
import type { LogHead } from '../log-head.js';
import { appendBlock, treeHash } from './hypercore-tree.js';
import type { LogPosition } from './open-log.js';
import type { StateRow } from './state-keys.js';
import { blockRows, erasedBy, type PlacedEntry, tileRows } from './state-projection.js';

export interface Growth {
  readonly head: LogHead;
  /** Without its note: nobody has signed it yet. */
  readonly position: LogPosition;
  readonly extension: TreeExtension;
  /** Rows of vaults that the block has everybody destroy, hex. */
  readonly erased: readonly string[];
  /** Of the block alone; the head's is one for many. */
  readonly rows: readonly StateRow[];
}

/** @param placed all entries of the block. @param recordedAt of the last of them. */
export function grow(
  log: number,
  { head, roots, edge }: LogPosition,
  block: Uint8Array,
  placed: readonly PlacedEntry[],
  recordedAt: UnixMillis,
): Growth {
  const extension = extend(
    edge,
    placed.map(({ leafHash }) => leafHash),
  );
  const grown = appendBlock(roots, head.length, block);
  const next = {
    length: head.length + 1,
    treeHash: treeHash(grown),
    size: extension.edge.size,
    rootHash: extension.rootHash,
    recordedAt,
  };
  return {
    head: next,
    position: { head: next, roots: grown, edge: extension.edge, note: null },
    extension,
    erased: erasedBy(placed),
    rows: [...blockRows(log, head.length, placed), ...tileRows(log, extension.tiles)],
  };
}
