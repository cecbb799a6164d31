/**
 * The blocks of one log: which of them holds an entry, which the write state says, and what lies in it,
 * opened with the tenant's key. Those opened last are kept.
 */
import { LRUCache } from 'lru-cache';
import type { LeafIndex, TreeSize } from '../../base/brand.js';
import { openBlock } from '../../records/block.js';
import type { Bundle } from '../../records/bundle.js';
import { damaged, LedgerError } from '../ledger-error.js';
import type { OpenLog } from './open-log.js';
import { blockKey, readU64 } from './state-keys.js';
import type { WriteState } from './write-state.js';

/** One group commit: the sizes that checkpoints have been shown of are where blocks end. */
export interface BlockSpan {
  readonly number: number;
  readonly firstIndex: LeafIndex;
  /** Tree size once the block is in. */
  readonly size: TreeSize;
}

const CACHED_BLOCK_BYTES = 16 * 1024 * 1024;

export class LogBlocks {
  readonly #log: OpenLog;
  readonly #state: WriteState;
  readonly #bundles = new LRUCache<number, Bundle>({ maxSize: CACHED_BLOCK_BYTES });

  constructor(log: OpenLog, state: WriteState) {
    this.#log = log;
    this.#state = state;
  }

  /** The block that holds an entry. @throws LedgerError LEDGER_ENTRY_UNKNOWN. */
  async spanOf(index: LeafIndex): Promise<BlockSpan> {
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

  /** As it lies in the log, opened. */
  async open(blockNumber: number): Promise<Bundle> {
    const { hypercore, secrets } = this.#log;
    const place = { coreKey: hypercore.key, blockNumber };
    return openBlock(await hypercore.block(blockNumber), secrets.block, place);
  }

  /** As `open`, for whoever reads entries one after another. */
  async cached(blockNumber: number): Promise<Bundle> {
    const cached = this.#bundles.get(blockNumber);
    if (cached !== undefined) return cached;
    const bundle = await this.open(blockNumber);
    const size = bundle.entries.reduce(
      (sum, { statement, sealedParts }) =>
        sealedParts.reduce((bytes, part) => bytes + part.length, sum + statement.length),
      1,
    );
    this.#bundles.set(blockNumber, bundle, { size });
    return bundle;
  }

  async #first(
    range: { gte?: Uint8Array; gt?: Uint8Array; lte: Uint8Array },
    reverse: boolean,
  ): Promise<{ firstIndex: number; value: Uint8Array } | null> {
    for await (const [key, value] of this.#state.rows(range, { limit: 1, reverse }))
      return { firstIndex: readU64(key.subarray(-8)), value };
    return null;
  }
}
