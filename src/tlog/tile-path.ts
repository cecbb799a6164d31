/** The paths under which tiles and entry bundles are served (C2SP tlog-tiles, "Merkle Tree"). */
import { assert } from '../base/errors.js';
import { isCount } from './internal/integer.js';
import { TILE_WIDTH, type TileId } from './tile.js';
import { TlogError } from './tlog-error.js';

/** Goes with the tile of leaf hashes of the same index and width. */
export type EntryBundleId = Omit<TileId, 'level'>;

const MAX_LEVEL = 63;
const LEVEL = /^(?:0|[1-9][0-9]?)$/;
/** Six groups of three digits hold 2⁵³−1. */
const INDEX_AND_WIDTH = /^((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** `tile/<L>/<N>[.p/<W>]`, such as `tile/0/x001/x234/067.p/8`. */
export function tilePath(tile: TileId): string {
  assert(Number.isInteger(tile.level) && tile.level >= 0 && tile.level <= MAX_LEVEL, 'level 0…63');
  return `tile/${tile.level}/${indexAndWidth(tile)}`;
}

/** @throws TlogError TILE_PATH_MALFORMED for every text that `tilePath` would not write. */
export function parseTilePath(path: string): TileId {
  const [level, rest] = split(path);
  if (!LEVEL.test(level) || Number(level) > MAX_LEVEL) throw malformed('the level must be 0…63');
  return { level: Number(level), ...parseIndexAndWidth(rest) };
}

/** `tile/entries/<N>[.p/<W>]`. */
export function entryBundlePath(bundle: EntryBundleId): string {
  return `tile/entries/${indexAndWidth(bundle)}`;
}

/** @throws TlogError TILE_PATH_MALFORMED for every text that `entryBundlePath` would not write. */
export function parseEntryBundlePath(path: string): EntryBundleId {
  const [kind, rest] = split(path);
  if (kind !== 'entries') throw malformed('entry bundles are at tile/entries/…');
  return parseIndexAndWidth(rest);
}

function indexAndWidth({ index, width }: EntryBundleId): string {
  assert(isCount(index), 'a tile index is a safe integer ≥ 0');
  assert(Number.isInteger(width) && width >= 1 && width <= TILE_WIDTH, 'a tile is 1…256 wide');
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/[0-9]{3}/g) ?? [];
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return width === TILE_WIDTH ? path : `${path}.p/${width}`;
}

/** What stands between `tile/` and the next slash, and what follows. */
function split(path: string): [kind: string, rest: string] {
  const slash = path.indexOf('/', 'tile/'.length);
  if (!path.startsWith('tile/') || slash === -1)
    throw malformed('tiles are at tile/<level>/<index>');
  return [path.slice('tile/'.length, slash), path.slice(slash + 1)];
}

function parseIndexAndWidth(text: string): EntryBundleId {
  const [, groups, partial] = INDEX_AND_WIDTH.exec(text) ?? [];
  if (groups === undefined) throw malformed('the index must be groups of three digits');
  const width = partial === undefined ? TILE_WIDTH : Number(partial);
  const index = Number(groups.replace(/[x/]/g, ''));
  if (width > TILE_WIDTH || !isCount(index)) throw malformed('the index or width is too large');
  // A full tile named as partial, and leading groups of zeros.
  if (indexAndWidth({ index, width }) !== text) throw malformed('not the one path of its tile');
  return { index, width };
}

function malformed(reason: string): TlogError {
  return new TlogError('TILE_PATH_MALFORMED', `not a tile path of C2SP tlog-tiles: ${reason}`);
}
