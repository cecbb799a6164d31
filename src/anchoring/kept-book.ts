/** The anchor book in memory, which is never ahead of the one on disk but for a chain that nothing is signed for. */
import type { TreeSize } from '../base/brand.js';
import type { AnchorBook, WrittenChain } from './anchor-book.js';
import type { AnchorStore } from './anchor-store.js';

export class KeptBook {
  readonly store: AnchorStore;
  #book: AnchorBook;

  private constructor(store: AnchorStore, book: AnchorBook) {
    this.store = store;
    this.#book = book;
  }

  /**
   * @param script that the chain pays, where format 1 did not say it.
   * @throws AnchoringError ANCHOR_STATE_INVALID.
   */
  static async open(store: AnchorStore, script: Uint8Array): Promise<KeptBook> {
    return new KeptBook(store, await store.readBook(script));
  }

  get book(): AnchorBook {
    return this.#book;
  }

  /** @param settled the anchors that count with it, where others do than before. */
  async keep(book: AnchorBook, settled = this.store.settledSizes): Promise<void> {
    await this.store.writeBook(book, settled);
    this.#book = book;
  }

  /** Stored with the first thing that is made for it: until then its coin is just a coin. */
  begin(chain: WrittenChain): void {
    this.#book = { ...this.#book, chain };
  }

  /** Size of the epoch log that is anchored for good; 0 before the first. */
  get settledSize(): TreeSize {
    return this.store.settledSizes.at(-1) ?? (0 as TreeSize);
  }
}
