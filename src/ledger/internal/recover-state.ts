/**
 * The write state follows the log: opening applies what the log has beyond it. Its tree must then
 * have the very root that was signed; if not, the state is damaged and says so.
 */
import type { LeafIndex } from '../../base/brand.js';
import { equalBytes } from '../../base/bytes.js';
import { type Bundle } from '../../records/bundle.js';
import { parseStatement } from '../../records/parse-statement.js';
import { rootHash } from '../../tlog/compact-range.js';
import { leafHash } from '../../tlog/merkle-hash.js';
import { edgeFrom, tilesForRoot } from '../../tlog/tile-reader.js';
import { EMPTY_EDGE, extend, type TreeEdge } from '../../tlog/tile-tree.js';
import { damaged } from '../ledger-error.js';
import { EMPTY_HEAD, type LogHead } from '../log-head.js';
import { tileKey } from './state-keys.js';
import { blockRows, foundBy, type PlacedEntry, tileRows } from './state-projection.js';
import { headRow, type WriteState } from './write-state.js';

export interface StateSource {
  readonly name: string;
  readonly number: number;
  /** Where the log stands. */
  readonly head: LogHead;
  bundle(blockNumber: number): Promise<Bundle>;
  treeHash(length: number): Promise<Uint8Array>;
}

/**
 * Brings the state up to the log. Everything since `flushed` is applied again, even where the state
 * says that it is there: it was not synced, and a power cut may have taken a piece from its middle.
 *
 * @param flushed where the log stood when the state was last known to be on disk.
 * @returns the edge of the tree there, and how many blocks were applied.
 */
export async function catchUp(
  source: StateSource,
  state: WriteState,
  flushed: LogHead,
): Promise<{ edge: TreeEdge; applied: number }> {
  const reached = (await state.head(source.number)) ?? EMPTY_HEAD;
  const from = reached.length < flushed.length ? reached : flushed;
  if (reached.length > source.head.length)
    throw damaged(`the write state of ${source.name} is ahead of its log; use \`fsck --rebuild\``);
  let edge = await loadEdge(source, state, from);
  for (let number = from.length; number < source.head.length; number++)
    edge = await applyBlock(source, state, edge, number);
  // Recomputed from the tiles, not read: what the state says of itself proves nothing.
  if (edge.size !== source.head.size || !equalBytes(rootHash(edge), source.head.rootHash))
    throw damaged(
      `the write state of ${source.name} has another tree than was signed; use \`fsck --rebuild\``,
    );
  return { edge, applied: source.head.length - from.length };
}

/** What a block says to the write state, wherever it comes from. */
export function placedEntries(bundle: Bundle): PlacedEntry[] {
  return bundle.entries.map((entry, at) => {
    const parsed = parseStatement(entry.statement);
    return {
      ...entry,
      index: (bundle.firstIndex + at) as LeafIndex,
      leafHash: leafHash(entry.statement),
      thing: parsed.kind === 'record' ? parsed.tags.key : null,
      of: parsed.kind === 'signature' ? parsed.of : null,
      follows: parsed.kind === 'signature' ? (parsed.prev ?? null) : null,
      found: foundBy(parsed),
    };
  });
}

async function applyBlock(
  source: StateSource,
  state: WriteState,
  edge: TreeEdge,
  number: number,
): Promise<TreeEdge> {
  const bundle = await source.bundle(number);
  if ((bundle.firstIndex as number) !== edge.size)
    throw damaged(`block ${number} of ${source.name} does not begin at entry ${edge.size}`);
  const placed = placedEntries(bundle);
  const extension = extend(
    edge,
    placed.map((entry) => entry.leafHash),
  );
  const last = placed.at(-1);
  const head: LogHead = {
    length: number + 1,
    treeHash: await source.treeHash(number + 1),
    size: extension.edge.size,
    rootHash: extension.rootHash,
    recordedAt: last === undefined ? EMPTY_HEAD.recordedAt : recordedAtOf(last),
  };
  await state.write([
    ...blockRows(source.number, number, placed),
    ...tileRows(source.number, extension.tiles),
    headRow(source.number, head),
  ]);
  return extension.edge;
}

async function loadEdge(source: StateSource, state: WriteState, head: LogHead): Promise<TreeEdge> {
  if (head.size === 0) return EMPTY_EDGE;
  const tiles = tilesForRoot(head.size);
  const values = await state.getMany(
    tiles.map(({ level, index }) => tileKey(source.number, level, index)),
  );
  const loaded = new Map(tiles.map(({ level, index }, at) => [`${level}/${index}`, values[at]]));
  return edgeFrom(head.size, (level, index) => {
    const tile = loaded.get(`${level}/${index}`);
    if (tile === undefined || tile === null)
      throw damaged(`the write state of ${source.name} lacks a tile; use \`fsck --rebuild\``);
    return tile;
  });
}

export function recordedAtOf(entry: PlacedEntry): LogHead['recordedAt'] {
  return parseStatement(entry.statement).recordedAt;
}
