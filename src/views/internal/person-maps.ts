/**
 * The person map of a log (docs/formats/person-map.md) as a view keeps it: of the newest version only,
 * because lists only grow, so that a newer map proves every older answer. What has been appended since
 * waits as `unmapped` rows until the next map is made.
 */
import type { LeafIndex, Sha256Digest, TreeSize } from '../../base/brand.js';
import { ByteReader, ByteWriter } from '../../base/byte-codec.js';
import { sha256Digest, toHex } from '../../base/bytes.js';
import { groupBy } from '../../base/group-by.js';
import type { RowDb } from '../../ledger/row-db.js';
import { EMPTY_LIST, extendList, type ListItem, type PersonList } from '../../tlog/person-list.js';
import type { MapProof } from '../../tlog/sparse-map-proof.js';
import {
  EMPTY_SUMMARY,
  type MapEntry,
  proveKey,
  sparseSubtree,
  type SubtreeSummary,
} from '../../tlog/sparse-map.js';
import { decodeListRow, encodeListRow, mapValueIn } from './list-row.js';
import {
  type BucketTree,
  BUCKET_BITS,
  bucketOf,
  BUCKETS,
  bucketTree,
  firstTagOf,
  rootOf,
  wayDown,
} from './map-buckets.js';
import { decodeUnmapped } from './unmapped-row.js';
import {
  bucketKey,
  bucketsRange,
  indexOf,
  indexRange,
  listKey,
  listRange,
  mapKey,
  tagOf,
  unmappedRange,
  type ViewRow,
} from './view-keys.js';

/** A map that has been made. */
export interface MadeMap {
  /** It is of all entries below. */
  readonly size: TreeSize;
  /** Hex. */
  readonly root: string;
  readonly persons: number;
}

/** What the map says of one tag. */
export interface PersonInMap {
  readonly map: MapProof;
  /** The whole list, as the map has it. */
  readonly list: readonly ListItem[];
}

/** The map of one log. Its calls must not overlap. */
export class PersonMap {
  readonly #db: RowDb;
  readonly #log: number;
  #tree: BucketTree | null = null;

  constructor(db: RowDb, log: number) {
    this.#db = db;
    this.#log = log;
  }

  /** The newest; null before the first. @throws BaseError BYTES_MALFORMED. */
  async made(): Promise<MadeMap | null> {
    const row = await this.#db.get(mapKey(this.#log));
    if (row === null) return null;
    const reader = new ByteReader(row);
    const size = reader.u64() as TreeSize;
    const root = toHex(reader.bytes(32));
    const persons = reader.u64();
    reader.end();
    return { size, root, persons };
  }

  /** Whether an entry below `size` is about somebody and in no map. */
  async isBehind(size: TreeSize): Promise<boolean> {
    const mapped = (await this.made())?.size ?? 0;
    for await (const [, row] of this.#unmapped(size))
      if (decodeUnmapped(row).some(({ index }) => index >= mapped && index < size)) return true;
    return false;
  }

  /** Makes the map of all entries below `size`, which must be in the view; none that is older than the newest. */
  async make(size: TreeSize): Promise<MadeMap> {
    const made = await this.made();
    if (made !== null && made.size >= size) return made;
    const changes = await this.#extendLists(made?.size ?? 0, size);
    const buckets = [...((await this.#loadTree())[BUCKET_BITS] ?? [])];
    const put: ViewRow[] = [...changes.lists.values()].map(({ key, row }) => [key, row]);
    for (const run of runsOf(groupByBucket(changes.lists)))
      for (const [bucket, summary] of await this.#summarise(run)) {
        buckets[bucket] = summary;
        put.push([bucketKey(this.#log, bucket), encodeSummary(summary)]);
      }
    const tree = bucketTree(buckets);
    const { keys: persons, hash } = rootOf(tree);
    const next = { size, root: toHex(hash), persons };
    put.push([mapKey(this.#log), encodeMade(next, hash)]);
    // One batch: a crash leaves the old map with what it lacked, or the new one.
    await this.#db.write({ put, remove: changes.mapped });
    this.#tree = tree;
    return next;
  }

  /** What the newest map says of a tag. @throws BaseError BYTES_MALFORMED. */
  async find(tag: Uint8Array): Promise<PersonInMap> {
    const size = (await this.made())?.size ?? 0;
    const { siblings, from, to } = wayDown(await this.#loadTree(), bucketOf(tag));
    const entries = await this.#entriesOf(from, to);
    const depth = siblings.length;
    const below = proveKey(sparseSubtree(entries, depth), tag, depth);
    return {
      map: { end: below.end, siblings: [...below.siblings, ...siblings.toReversed()] },
      list: await this.#items(tag, size as TreeSize),
    };
  }

  /** Forgets what is in memory, because the rows have been removed. */
  forget(): void {
    this.#tree = null;
  }

  async #items(tag: Uint8Array, size: TreeSize): Promise<ListItem[]> {
    const items: ListItem[] = [];
    for await (const [key, value] of this.#db.rows(indexRange(this.#log, 'person', tag, 0, size)))
      items.push({ index: indexOf(key) as LeafIndex, leafHash: sha256Digest(value) });
    return items;
  }

  #unmapped(below: number): AsyncGenerator<ViewRow> {
    return this.#db.rows(unmappedRange(this.#log, below), { atOnce: BLOCKS_AT_ONCE });
  }

  /** The lists that entries in [from, to) change, and the rows that are then mapped as a whole. */
  async #extendLists(
    from: number,
    to: TreeSize,
  ): Promise<{ lists: Map<string, ChangedList>; mapped: Uint8Array[] }> {
    const news = new Map<string, { tag: Uint8Array; items: ListItem[] }>();
    const mapped: Uint8Array[] = [];
    for await (const [key, row] of this.#unmapped(to)) {
      const all = decodeUnmapped(row);
      const items = all.filter(({ index }) => index >= from && index < to);
      // A map may end within a block, whose row then stays for the next.
      if (all.every(({ index }) => index < to)) mapped.push(key);
      for (const { tag, index, leafHash } of items) {
        const name = toHex(tag);
        const known = news.get(name);
        if (known === undefined) news.set(name, { tag, items: [{ index, leafHash }] });
        else known.items.push({ index, leafHash });
      }
    }
    const wanted = [...news].sort(([a], [b]) => (a < b ? -1 : 1));
    const lists = new Map<string, ChangedList>();
    for (let at = 0; at < wanted.length; at += READ_AT_ONCE) {
      const some = wanted.slice(at, at + READ_AT_ONCE);
      const rows = await this.#db.getMany(some.map(([, { tag }]) => listKey(this.#log, tag)));
      some.forEach(([name, { tag, items }], n) => {
        const row = rows[n] ?? null;
        const before = row === null ? EMPTY_LIST : decodeListRow(row);
        lists.set(name, changedList(this.#log, tag, extendList(before, items)));
      });
    }
    return { lists, mapped };
  }

  /** One walk over all buckets of a run: to begin one costs as much as reading some hundred rows. */
  async #summarise(run: readonly ChangedBucket[]): Promise<[number, SubtreeSummary][]> {
    const [first, last] = [run[0], run.at(-1)];
    if (first === undefined || last === undefined) return [];
    const known = groupBy(await this.#entriesOf(first.bucket, last.bucket + 1), ({ key }) =>
      bucketOf(key),
    );
    return run.map(({ bucket, lists }) => {
      const entries = new Map<string, MapEntry>();
      for (const entry of known.get(bucket) ?? []) entries.set(toHex(entry.key), entry);
      for (const { tag, value } of lists) entries.set(toHex(tag), { key: tag, value });
      const { hash } = sparseSubtree([...entries.values()], BUCKET_BITS);
      return [bucket, { keys: entries.size, hash }];
    });
  }

  async #entriesOf(from: number, to: number): Promise<MapEntry[]> {
    const entries: MapEntry[] = [];
    const range = listRange(this.#log, firstTagOf(from) ?? new Uint8Array(32), firstTagOf(to));
    for await (const [key, row] of this.#db.rows(range))
      entries.push({ key: tagOf(key), value: mapValueIn(row) });
    return entries;
  }

  async #loadTree(): Promise<BucketTree> {
    if (this.#tree !== null) return this.#tree;
    const buckets = new Array<SubtreeSummary>(BUCKETS).fill(EMPTY_SUMMARY);
    for await (const [key, row] of this.#db.rows(bucketsRange(this.#log)))
      buckets[((key[5] ?? 0) << 8) | (key[6] ?? 0)] = decodeSummary(row);
    this.#tree = bucketTree(buckets);
    return this.#tree;
  }
}

const READ_AT_ONCE = 4096;
/** A row of a large block has 72 KiB. */
const BLOCKS_AT_ONCE = 16;

interface ChangedList {
  readonly tag: Uint8Array;
  readonly key: Uint8Array;
  readonly row: Uint8Array;
  readonly value: Sha256Digest;
}

function changedList(log: number, tag: Uint8Array, list: PersonList): ChangedList {
  return { tag, key: listKey(log, tag), ...encodeListRow(list) };
}

interface ChangedBucket {
  readonly bucket: number;
  readonly lists: readonly ChangedList[];
}

/** In order. */
function groupByBucket(lists: ReadonlyMap<string, ChangedList>): ChangedBucket[] {
  const groups = groupBy([...lists.values()], ({ tag }) => bucketOf(tag));
  return [...groups]
    .map(([bucket, changed]) => ({ bucket, lists: changed }))
    .sort((a, b) => a.bucket - b.bucket);
}

/** Buckets that lie close together; what lies between them is then read in vain. */
const MAX_GAP = 4;
/** Of buckets that are read at once. */
const MAX_RUN = 64;

function runsOf(buckets: readonly ChangedBucket[]): ChangedBucket[][] {
  const runs: ChangedBucket[][] = [];
  for (const one of buckets) {
    const run = runs.at(-1);
    const [first, last] = [run?.[0], run?.at(-1)];
    const isNear =
      first !== undefined &&
      last !== undefined &&
      one.bucket - last.bucket <= MAX_GAP &&
      one.bucket - first.bucket < MAX_RUN;
    if (isNear) run?.push(one);
    else runs.push([one]);
  }
  return runs;
}

/** `u32 keys ‖ hash[32]`. */
function encodeSummary({ keys, hash }: SubtreeSummary): Uint8Array {
  const writer = new ByteWriter(36);
  writer.u32(keys);
  writer.bytes(hash);
  return writer.finish();
}

function decodeSummary(row: Uint8Array): SubtreeSummary {
  const reader = new ByteReader(row);
  const summary = { keys: reader.u32(), hash: sha256Digest(reader.bytes(32)) };
  reader.end();
  return summary;
}

/** `u64 size ‖ root[32] ‖ u64 persons`. */
function encodeMade({ size, persons }: MadeMap, root: Uint8Array): Uint8Array {
  const writer = new ByteWriter(48);
  writer.u64(size);
  writer.bytes(root);
  writer.u64(persons);
  return writer.finish();
}
