/**
 * Whether the newest final anchor still is in the chain: one header a look, at the height of its block.
 * Only if that header has changed is anything else asked, and the anchors before it are looked at.
 */
import type { TreeSize, UnixMillis } from '../base/brand.js';
import type { AnchorProof } from '../evidence/bitcoin/anchor-proof.js';
import { parseBlockHeader } from '../evidence/bitcoin/block-header.js';
import { HEADER_BYTES } from '../evidence/bitcoin/block-header.js';
import type { BlockHash, Txid } from '../evidence/bitcoin/hash256.js';
import { parseTransaction } from '../evidence/bitcoin/transaction.js';
import { type AnchorBook, unsettleInBook } from './anchor-book.js';
import { proveAnchor } from './anchor-prover.js';
import type { AnchorStore, KeptAnchor } from './anchor-store.js';
import type { ChainSource } from './chain-source.js';
import { AnchoringError } from './errors.js';
import { hashIfAny } from './spender-search.js';

export interface SettledPlace {
  readonly txid: Txid;
  readonly height: number;
  readonly hash: BlockHash;
}

export interface SettledWatchOptions {
  readonly source: ChainSource;
  readonly store: AnchorStore;
  readonly confirmations: number;
}

export class SettledWatch {
  readonly #options: SettledWatchOptions;
  /** Of the anchor looked at last. */
  #known: { readonly size: TreeSize; readonly place: SettledPlace } | null = null;
  #lastSettledAt: UnixMillis | null = null;

  private constructor(options: SettledWatchOptions) {
    this.#options = options;
  }

  static async open(options: SettledWatchOptions): Promise<SettledWatch> {
    const watch = new SettledWatch(options);
    const size = options.store.settledSizes.at(-1);
    if (size !== undefined) watch.#lastSettledAt = await options.store.settledAt(size);
    return watch;
  }

  /** When an anchor last settled; null before the first, and where an earlier version did not say. */
  get lastSettledAt(): UnixMillis | null {
    return this.#lastSettledAt;
  }

  note({ epochSize, at }: KeptAnchor, place: SettledPlace): void {
    this.#known = { size: epochSize, place };
    this.#lastSettledAt = at;
  }

  /**
   * The book without its newest settled anchor, if that has left the chain; null if it is where it was, or is proved
   * where it is now.
   *
   * @throws AnchoringError CHAIN_BEHIND, ANCHOR_MOVED, and as the source's own calls.
   */
  async takenBack(book: AnchorBook): Promise<AnchorBook | null> {
    const { source, store } = this.#options;
    const size = store.settledSizes.at(-1);
    if (size === undefined || book.chain === null) return null;
    const place = await this.#placeOf(size);
    const now = await hashIfAny(source, place.height);
    if (now === place.hash) return null;
    // A chain that took blocks back has others, and more of them.
    if (now === undefined)
      throw new AnchoringError(
        'CHAIN_BEHIND',
        'the node’s chain ends below the newest final anchor: it is behind, wait for it',
      );
    const chain = await store.chainOf(size);
    const isWritten = chain === book.ended.length;
    const kept = await store.readKept(size, (book.ended[chain] ?? book.chain).script);
    if (kept !== null && isWritten) return unsettleInBook(book, book.chain, kept, place.txid);
    try {
      await this.#proveAgain(size, place);
      return null;
    } catch (cause) {
      const isGone = cause instanceof AnchoringError && cause.code === 'ANCHOR_UNCONFIRMED';
      // Of a chain that has ended nobody waits for it: what it held, the next anchor of the new one holds.
      if (!isGone || isWritten) throw cause;
      return book;
    }
  }

  /** Of an anchor whose bytes an earlier version did not keep, or that is of a chain which has ended. */
  async #proveAgain(size: TreeSize, { txid }: SettledPlace): Promise<void> {
    const { source, store, confirmations } = this.#options;
    const proof = await proveAnchor(source, txid, { confirmations });
    // A crash before this leaves the old proof, which is looked at again.
    await store.replaceProof(size, proof);
    this.#known = null;
  }

  async #placeOf(size: TreeSize): Promise<SettledPlace> {
    if (this.#known?.size !== size) {
      const { proof } = await this.#options.store.readSettled(size);
      this.#known = { size, place: placeOf(proof) };
    }
    return this.#known.place;
  }
}

function placeOf({ transaction, height, headersFrom, headers }: AnchorProof): SettledPlace {
  const at = (height - headersFrom) * HEADER_BYTES;
  const { hash } = parseBlockHeader(headers.subarray(at, at + HEADER_BYTES));
  return { txid: parseTransaction(transaction).txid, height, hash };
}
