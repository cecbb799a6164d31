/**
 * Reading one log: entries, proofs, tiles and checkpoints. Holding a reader gives no way to write.
 * Everything below the head that a call begins with is immutable, so no call needs a lock.
 */
import { LRUCache } from 'lru-cache';
import type { LeafIndex, Sha256Digest, TreeSize, UnixMillis } from '../base/brand.js';
import { openBlock } from '../records/block.js';
import type { Bundle, BundleEntry } from '../records/bundle.js';
import { parseStatement } from '../records/parse-statement.js';
import { encodeEntryBundle } from '../tlog/entry-bundle.js';
import { leafHash } from '../tlog/merkle-hash.js';
import {
  consistencyProofOf,
  inclusionProofOf,
  type ReadTile,
  rootAt,
  tilesForConsistency,
  tilesForInclusion,
  tilesForRoot,
} from '../tlog/tile-reader.js';
import { TILE_WIDTH, type TileId, tileWidth } from '../tlog/tile.js';
import type { OpenLog } from './internal/open-log.js';
import {
  attachedKey,
  blockKey,
  leafKey,
  type LatestVersion,
  readU64,
  readVersion,
  thingKey,
  tileKey,
} from './internal/state-keys.js';
import type { WriteState } from './internal/write-state.js';
import { damaged, LedgerError } from './ledger-error.js';
import type { LogHead } from './log-head.js';

/** An entry as it lies in the log: its statement verbatim, its parts sealed. */
export interface StoredEntry extends BundleEntry {
  readonly index: LeafIndex;
  readonly leafHash: Sha256Digest;
}

/** One group commit: the sizes that checkpoints have been shown of are where blocks end. */
export interface BlockSpan {
  readonly number: number;
  readonly firstIndex: LeafIndex;
  /** Tree size once the block is in. */
  readonly size: TreeSize;
}

/** Sealed blocks of a log, for whoever may open them. */
export interface BlockSource {
  /** Part of what each block is bound to. */
  readonly coreKey: Uint8Array;
  /** 32 bytes, the tenant's. */
  readonly key: Uint8Array;
  /** @throws LedgerError LEDGER_DAMAGED if the block is not there. */
  readonly read: (blockNumber: number) => Promise<Uint8Array>;
}

const CACHED_BLOCK_BYTES = 16 * 1024 * 1024;

export class LogReader {
  readonly #log: OpenLog;
  readonly #state: WriteState;
  readonly #bundles = new LRUCache<number, Bundle>({ maxSize: CACHED_BLOCK_BYTES });

  constructor(log: OpenLog, state: WriteState) {
    this.#log = log;
    this.#state = state;
  }

  get origin(): string {
    return this.#log.descriptor.origin;
  }

  get verifierKey(): string {
    return this.#log.descriptor.verifierKey;
  }

  get discoveryKey(): Uint8Array {
    return this.#log.hypercore.discoveryKey;
  }

  get handle(): string {
    return this.#log.descriptor.handle;
  }

  /** Names the log in the stores of this node, and nowhere else; never used again for another. */
  get number(): number {
    return this.#log.number;
  }

  get head(): LogHead {
    return this.#log.head;
  }

  /** What followers read that open blocks by themselves; `key` opens all blocks of the tenant. */
  get blocks(): BlockSource {
    const { hypercore, secrets } = this.#log;
    return {
      coreKey: hypercore.key,
      key: secrets.block,
      read: (blockNumber) => hypercore.block(blockNumber),
    };
  }

  /** Resolves once the log has more than `length` blocks, or `signal` is aborted. */
  async grown(length: number, signal: AbortSignal): Promise<void> {
    while (this.head.length <= length && !signal.aborted)
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener('abort', wake);
          forget();
          resolve();
        };
        const forget = this.#log.onMove(wake);
        signal.addEventListener('abort', wake, { once: true });
      });
  }

  /** @throws LedgerError LEDGER_ENTRY_UNKNOWN at or above the head. */
  async entry(index: LeafIndex): Promise<StoredEntry> {
    const span = await this.block(index);
    return this.#entryOf(await this.#bundle(span.number), index);
  }

  /** Entries in [from, to), `to` at most the head's size. */
  async *entries(from: LeafIndex, to: TreeSize): AsyncGenerator<StoredEntry> {
    for (let index = from as number; index < to;) {
      const span = await this.block(index as LeafIndex);
      const bundle = await this.#bundle(span.number);
      for (; index < Math.min(span.size, to); index++)
        yield this.#entryOf(bundle, index as LeafIndex);
    }
  }

  async indexOf(leaf: Uint8Array): Promise<LeafIndex | null> {
    const value = await this.#state.get(leafKey(this.#log.number, leaf));
    return value === null ? null : (readU64(value) as LeafIndex);
  }

  /** The last version of the thing that a key tag names. */
  async latestVersion(keyTag: Uint8Array): Promise<LatestVersion | null> {
    const value = await this.#state.get(thingKey(this.#log.number, keyTag));
    return value === null ? null : readVersion(value);
  }

  /** Indices of entries attached to an entry (signatures), oldest first; at most `limit`. */
  async attachedTo(leaf: Uint8Array, limit: number): Promise<LeafIndex[]> {
    const range = {
      gte: attachedKey(this.#log.number, leaf, 0),
      lte: attachedKey(this.#log.number, leaf, Number.MAX_SAFE_INTEGER),
    };
    const indices: LeafIndex[] = [];
    for await (const [key] of this.#state.rows(range, { limit }))
      indices.push(readU64(key.subarray(-8)) as LeafIndex);
    return indices;
  }

  /** The block that holds an entry. @throws LedgerError LEDGER_ENTRY_UNKNOWN. */
  async block(index: LeafIndex): Promise<BlockSpan> {
    const { head, number } = this.#log;
    if (index >= head.size)
      throw new LedgerError('LEDGER_ENTRY_UNKNOWN', `this log has ${head.size} entries`);
    const before = { gte: blockKey(number, 0), lte: blockKey(number, index) };
    const after = { gt: blockKey(number, index), lte: blockKey(number, Number.MAX_SAFE_INTEGER) };
    const [found, next] = await Promise.all([this.#first(before, true), this.#first(after, false)]);
    if (found === null) throw damaged(`the write state does not know where entry ${index} lies`);
    return {
      number: readU64(found.value),
      firstIndex: found.firstIndex as LeafIndex,
      // Without a next block this one ends at the head that the call began with: not at a later one,
      // which a commit may have made since the rows were read.
      size: (next?.firstIndex ?? head.size) as TreeSize,
    };
  }

  /** How many entries had been recorded at or before an instant. */
  async sizeAt(instant: UnixMillis): Promise<TreeSize> {
    const { head } = this;
    if (head.recordedAt <= instant) return head.size;
    let low = 0;
    let high = head.size as number;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const { statement } = await this.entry(middle as LeafIndex);
      if (parseStatement(statement).recordedAt <= instant) low = middle + 1;
      else high = middle;
    }
    return low as TreeSize;
  }

  /** RFC 6962 path of an entry in the tree of `size`. @throws LedgerError LEDGER_SIZE_UNKNOWN. */
  async inclusionProof(index: LeafIndex, size: TreeSize): Promise<Sha256Digest[]> {
    this.#checkSize(size, index + 1);
    const readTile = await this.#load(tilesForInclusion(index, size));
    return inclusionProofOf(index, size, readTile);
  }

  async consistencyProof(from: TreeSize, to: TreeSize): Promise<Sha256Digest[]> {
    this.#checkSize(to, from);
    this.#checkSize(from, 1);
    return consistencyProofOf(from, to, await this.#load(tilesForConsistency(from, to)));
  }

  async rootAt(size: TreeSize): Promise<Sha256Digest> {
    this.#checkSize(size, 0);
    return rootAt(size, await this.#load(tilesForRoot(size)));
  }

  /** The newest checkpoint, a signed note; null while the log is empty. */
  checkpoint(): string | null {
    const { head } = this.#log;
    return head.size === 0 ? null : this.#log.signCheckpoint(this.#log.checkpointBody(head));
  }

  /** The checkpoint that was shown of a size. @throws LedgerError LEDGER_CHECKPOINT_UNKNOWN if none was. */
  async checkpointAt(size: TreeSize): Promise<string> {
    const known = this.head.size;
    const span = size < 1 || size > known ? null : await this.block((size - 1) as LeafIndex);
    if (span?.size !== size)
      throw new LedgerError(
        'LEDGER_CHECKPOINT_UNKNOWN',
        `no checkpoint of that size was made; the next one is of size ${span?.size ?? known}`,
      );
    const length = span.number + 1;
    const treeHash = await this.#log.hypercore.treeHash(length);
    const rootHash = await this.rootAt(size);
    return this.#log.signCheckpoint(this.#log.checkpointBody({ length, treeHash, size, rootHash }));
  }

  /** Hashes of a tile, as many as `id.width`. @throws LedgerError LEDGER_TILE_UNKNOWN beyond the head. */
  async tile(id: TileId): Promise<Uint8Array> {
    this.#checkTile(id.level, id.index, id.width);
    const tile = await this.#tile(id.level, id.index);
    return tile.subarray(0, id.width * 32);
  }

  /** The statements of `width` entries from 256·index on, as C2SP entry bundle. */
  async entryBundle(index: number, width: number): Promise<Uint8Array> {
    this.#checkTile(0, index, width);
    const from = (index * TILE_WIDTH) as LeafIndex;
    const statements: Uint8Array[] = [];
    for await (const { statement } of this.entries(from, (from + width) as TreeSize))
      statements.push(statement);
    return encodeEntryBundle(statements);
  }

  /** Opened; for `fsck`, for what catches up with the log, and for readers of whole blocks. */
  async bundle(blockNumber: number): Promise<Bundle> {
    const { hypercore, secrets } = this.#log;
    const place = { coreKey: hypercore.key, blockNumber };
    return openBlock(await hypercore.block(blockNumber), secrets.block, place);
  }

  async #bundle(blockNumber: number): Promise<Bundle> {
    const cached = this.#bundles.get(blockNumber);
    if (cached !== undefined) return cached;
    const bundle = await this.bundle(blockNumber);
    const size = bundle.entries.reduce(
      (sum, { statement, sealedParts }) =>
        sealedParts.reduce((bytes, part) => bytes + part.length, sum + statement.length),
      1,
    );
    this.#bundles.set(blockNumber, bundle, { size });
    return bundle;
  }

  #entryOf(bundle: Bundle, index: LeafIndex): StoredEntry {
    const entry = bundle.entries[index - bundle.firstIndex];
    if (entry === undefined) throw damaged(`entry ${index} is not in the block it should be in`);
    return { index, leafHash: leafHash(entry.statement), ...entry };
  }

  async #first(
    range: { gte?: Uint8Array; gt?: Uint8Array; lte: Uint8Array },
    reverse: boolean,
  ): Promise<{ firstIndex: number; value: Uint8Array } | null> {
    for await (const [key, value] of this.#state.rows(range, { limit: 1, reverse }))
      return { firstIndex: readU64(key.subarray(-8)), value };
    return null;
  }

  async #load(tiles: readonly TileId[]): Promise<ReadTile> {
    const keys = tiles.map(({ level, index }) => tileKey(this.#log.number, level, index));
    const values = await this.#state.getMany(keys);
    const loaded = new Map<string, Uint8Array>();
    tiles.forEach(({ level, index }, at) => {
      const value = values[at];
      if (value !== null && value !== undefined) loaded.set(`${level}/${index}`, value);
    });
    return (level, index) => {
      const tile = loaded.get(`${level}/${index}`);
      if (tile === undefined) throw damaged(`tile ${level}/${index} is missing`);
      return tile;
    };
  }

  async #tile(level: number, index: number): Promise<Uint8Array> {
    const value = await this.#state.get(tileKey(this.#log.number, level, index));
    if (value === null) throw damaged(`tile ${level}/${index} is missing`);
    return value;
  }

  #checkTile(level: number, index: number, width: number): void {
    if (width < 1 || width > tileWidth(level, index, this.head.size))
      throw new LedgerError(
        'LEDGER_TILE_UNKNOWN',
        'this log has no such tile, or not that much of it',
      );
  }

  #checkSize(size: number, atLeast: number): void {
    if (size < atLeast || size > this.head.size)
      throw new LedgerError(
        'LEDGER_SIZE_UNKNOWN',
        `a size of at least ${atLeast} and at most ${this.head.size} is needed`,
      );
  }
}
