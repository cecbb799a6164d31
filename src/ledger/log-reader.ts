/**
 * Reading one log: entries, proofs, tiles and checkpoints. Holding a reader gives no way to write.
 * Everything below the head that a call begins with is immutable, so no call needs a lock.
 */
import type { LeafIndex, Sha256Digest, TreeSize, UnixMillis } from '../base/brand.js';
import { sha256Digest } from '../base/bytes.js';
import type { Bundle, BundleEntry } from '../records/bundle.js';
import { parseStatement } from '../records/parse-statement.js';
import type { Election } from '../tlog/election.js';
import { encodeEntryBundle } from '../tlog/entry-bundle.js';
import type { HandoverSignature, HandoverTerms } from '../tlog/handover.js';
import { leafHash } from '../tlog/merkle-hash.js';
import { TILE_WIDTH, type TileId } from '../tlog/tile.js';
import type { GivenCore } from './given-core.js';
import { keptNote, nextKeptSize } from './internal/kept-notes.js';
import { type BlockSpan, LogBlocks } from './internal/log-blocks.js';
import { handoversOf, type LogKeys, logKeysOf } from './internal/log-segments.js';
import { LogTree } from './internal/log-tree.js';
import type { OpenLog } from './internal/open-log.js';
import {
  attachedKey,
  attachedRange,
  followingKey,
  type FoundKind,
  foundKey,
  leafKey,
  type EntryPlace,
  readAttachedKey,
  readFoundKey,
  readU64,
  readVersion,
  thingKey,
} from './internal/state-keys.js';
import type { WriteState } from './internal/write-state.js';
import { damaged, LedgerError } from './ledger-error.js';
import type { LogHead } from './log-head.js';

export type { KeysEnd, LogKeys } from './internal/log-segments.js';
export type { EntryPlace } from './internal/state-keys.js';

/** An entry as it lies in the log: its statement verbatim, its parts sealed. */
export interface StoredEntry extends BundleEntry {
  readonly index: LeafIndex;
  readonly leafHash: Sha256Digest;
}

/** That an entry is attached to another. */
export interface Attachment {
  /** Of what it is attached to. */
  readonly leafHash: Uint8Array;
  readonly index: LeafIndex;
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

/** That the key of a log was changed, and who signed that. */
export type LogHandover = HandoverTerms & {
  readonly signatures: readonly HandoverSignature[];
  /** By which a group gave the log its new key, if it did. */
  readonly election?: Election;
};

export class LogReader {
  readonly #log: OpenLog;
  readonly #state: WriteState;
  readonly #blocks: LogBlocks;
  readonly #tree: LogTree;

  constructor(log: OpenLog, state: WriteState) {
    this.#log = log;
    this.#state = state;
    this.#blocks = new LogBlocks(log, state);
    this.#tree = new LogTree(log, state);
  }

  get origin(): string {
    return this.#log.descriptor.origin;
  }

  /** Of whoever signs the head. */
  get verifierKey(): string {
    return this.#log.verifierKey;
  }

  /** Of the Hypercore that the head is in. */
  get discoveryKey(): Uint8Array {
    return this.#log.hypercore.discoveryKeyAt(this.head.length);
  }

  get handle(): string {
    return this.#log.descriptor.handle;
  }

  /** What its entries say of changes of its keys, oldest first; each is the entry at index `size`. */
  get handovers(): readonly LogHandover[] {
    const { size } = this.head;
    return handoversOf(this.#log.descriptor).filter((handover) => handover.size < size);
  }

  /**
   * The least size from `size` on at which there is a checkpoint by the key that the entries below it name last: before a
   * handover a tree knows nothing of the key that signs it now, and of a ledger that is written elsewhere there are those
   * alone that were kept.
   */
  async vouchedSize(size: TreeSize): Promise<TreeSize> {
    const vouched = await this.#namedSize(size);
    if (!this.isShared || this.#log.secrets.keys === 'own') return vouched;
    return (await nextKeptSize(this.#state, this.#log.number, vouched)) ?? vouched;
  }

  async #namedSize(size: TreeSize): Promise<TreeSize> {
    const last = this.#log.descriptor.before?.at(-1);
    if (last === undefined || size > last.size) return size;
    // Until the handover is an entry, the head is the one that the old key signed last.
    if (this.head.size <= last.size) return this.head.size;
    return (await this.block(last.size as LeafIndex)).size;
  }

  /** All keys that it has had, oldest first: what a node must know that keeps a copy. Core keys follow from it: for members alone. */
  get keys(): readonly LogKeys[] {
    return logKeysOf(this.#log.descriptor);
  }

  /** Oldest first: for whoever may have the blocks without reading them. There is one more once the keys have changed. */
  get cores(): readonly GivenCore[] {
    return this.#log.hypercore.cores;
  }

  /** Names the log in the stores of this node, and nowhere else; never used again for another. */
  get number(): number {
    return this.#log.number;
  }

  get head(): LogHead {
    return this.#log.head;
  }

  /** Its keys were lost with a key store: nothing is written or signed any more. */
  get isLost(): boolean {
    return this.#log.secrets.keys === 'lost';
  }

  /** A group of nodes keeps it: only what its group has agreed on is in it. */
  get isShared(): boolean {
    return this.#log.descriptor.shared === true;
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
    return this.#entryOf(await this.#blocks.cached(span.number), index);
  }

  /** Entries in [from, to), `to` at most the head's size. */
  async *entries(from: LeafIndex, to: TreeSize): AsyncGenerator<StoredEntry> {
    for (let index = from as number; index < to;) {
      const span = await this.block(index as LeafIndex);
      const bundle = await this.#blocks.cached(span.number);
      for (; index < Math.min(span.size, to); index++)
        yield this.#entryOf(bundle, index as LeafIndex);
    }
  }

  async indexOf(leaf: Uint8Array): Promise<LeafIndex | null> {
    const value = await this.#state.get(leafKey(this.#log.number, leaf));
    return value === null ? null : (readU64(value) as LeafIndex);
  }

  /** The last version of the thing that a key tag names. */
  async latestVersion(keyTag: Uint8Array): Promise<EntryPlace | null> {
    const value = await this.#state.get(thingKey(this.#log.number, keyTag));
    return value === null ? null : readVersion(value);
  }

  /** The version of a signature that follows the one of this leaf hash, if there is one. */
  async following(leaf: Uint8Array): Promise<EntryPlace | null> {
    const value = await this.#state.get(followingKey(this.#log.number, leaf));
    return value === null ? null : readVersion(value);
  }

  /**
   * What is attached to anything in this log, in the order of leaf hashes: a way through all signatures that
   * does not read the log. First versions only.
   *
   * @param from the first one wanted.
   */
  async attachments(limit: number, from?: Attachment): Promise<Attachment[]> {
    const range = attachedRange(this.#log.number, from);
    const found: Attachment[] = [];
    for await (const [key] of this.#state.rows(range, { limit })) found.push(readAttachedKey(key));
    return found;
  }

  /** What is attached to an entry (signatures, of each the first version), oldest first; at most `limit`. */
  async attachedTo(leaf: Uint8Array, limit: number): Promise<EntryPlace[]> {
    const range = {
      gte: attachedKey(this.#log.number, leaf, 0),
      lte: attachedKey(this.#log.number, leaf, Number.MAX_SAFE_INTEGER),
    };
    const places: EntryPlace[] = [];
    for await (const [key, value] of this.#state.rows(range, { limit }))
      places.push({ index: readAttachedKey(key).index, leafHash: sha256Digest(value) });
    return places;
  }

  /** Entries of kind `batch` from an index on, in order; at most `limit`. */
  batchesFrom(index: LeafIndex, limit: number): Promise<EntryPlace[]> {
    return this.found('batch', { gte: index, lt: Number.MAX_SAFE_INTEGER }, { limit });
  }

  /** Those below an index, the last first; at most `limit`. */
  batchesBelow(index: number, limit: number): Promise<EntryPlace[]> {
    return this.found('batch', { gte: 0, lt: index }, { limit, reverse: true });
  }

  /** The block that holds an entry. @throws LedgerError LEDGER_ENTRY_UNKNOWN. */
  block(index: LeafIndex): Promise<BlockSpan> {
    return this.#blocks.spanOf(index);
  }

  /** Opened; for `fsck`, for what catches up with the log, and for readers of whole blocks. */
  bundle(blockNumber: number): Promise<Bundle> {
    return this.#blocks.open(blockNumber);
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
  inclusionProof(index: LeafIndex, size: TreeSize): Promise<Sha256Digest[]> {
    return this.#tree.inclusionProof(index, size);
  }

  /** @throws LedgerError LEDGER_SIZE_UNKNOWN. */
  consistencyProof(from: TreeSize, to: TreeSize): Promise<Sha256Digest[]> {
    return this.#tree.consistencyProof(from, to);
  }

  /** @throws LedgerError LEDGER_SIZE_UNKNOWN. */
  rootAt(size: TreeSize): Promise<Sha256Digest> {
    return this.#tree.rootAt(size);
  }

  /** Hashes of a tile, as many as `id.width`. @throws LedgerError LEDGER_TILE_UNKNOWN beyond the head. */
  tile(id: TileId): Promise<Uint8Array> {
    return this.#tree.tile(id);
  }

  /** The newest checkpoint, a signed note; null while the log is empty, once its keys have been lost, and where it was not kept. */
  checkpoint(): string | null {
    return this.#log.headCheckpoint();
  }

  /** The checkpoint that was shown of a size. @throws LedgerError LEDGER_CHECKPOINT_UNKNOWN if none was, or none is kept. */
  async checkpointAt(size: TreeSize): Promise<string> {
    const known = this.head.size;
    if (this.isLost)
      throw new LedgerError(
        'LEDGER_CHECKPOINT_UNKNOWN',
        'the keys of this log were lost with a key store: nothing can be signed for it any more',
      );
    const span = size < 1 || size > known ? null : await this.block((size - 1) as LeafIndex);
    if (span?.size !== size)
      throw new LedgerError(
        'LEDGER_CHECKPOINT_UNKNOWN',
        `no checkpoint of that size was made; the next one is of size ${span?.size ?? known}`,
      );
    if (this.isShared) {
      const kept = await keptNote(this.#state, this.#log.number, size);
      if (kept !== null) return kept;
    }
    const length = span.number + 1;
    const treeHash = await this.#log.hypercore.treeHash(length);
    const rootHash = await this.rootAt(size);
    const note = this.#log.checkpoint({ length, treeHash, size, rootHash });
    if (note !== null) return note;
    const next = await nextKeptSize(this.#state, this.#log.number, size);
    throw new LedgerError(
      'LEDGER_CHECKPOINT_UNKNOWN',
      `of a ledger that is written elsewhere, none of that size was kept; the next one is ${next === null ? 'still to come' : `of size ${next}`}`,
    );
  }

  /** The statements of `width` entries from 256·index on, as C2SP entry bundle. @throws as `tile`. */
  async entryBundle(index: number, width: number): Promise<Uint8Array> {
    this.#tree.checkTile(0, index, width);
    const from = (index * TILE_WIDTH) as LeafIndex;
    const statements: Uint8Array[] = [];
    for await (const { statement } of this.entries(from, (from + width) as TreeSize))
      statements.push(statement);
    return encodeEntryBundle(statements);
  }

  /** Entries of a kind that is found by it, in their order. @param range of indices; `lt` is the end of the log unless given. */
  async found(
    kind: FoundKind,
    { gte = 0, lt = this.head.size }: { readonly gte?: number; readonly lt?: number } = {},
    options: { readonly limit?: number; readonly reverse?: boolean } = {},
  ): Promise<EntryPlace[]> {
    const { number } = this.#log;
    const range = { gte: foundKey(number, kind, gte), lt: foundKey(number, kind, lt) };
    const places: EntryPlace[] = [];
    for await (const [key, value] of this.#state.rows(range, options))
      places.push({ index: readFoundKey(key), leafHash: sha256Digest(value) });
    return places;
  }

  #entryOf(bundle: Bundle, index: LeafIndex): StoredEntry {
    const entry = bundle.entries[index - bundle.firstIndex];
    if (entry === undefined) throw damaged(`entry ${index} is not in the block it should be in`);
    return { index, leafHash: leafHash(entry.statement), ...entry };
  }
}
