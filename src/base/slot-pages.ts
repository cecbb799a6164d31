/**
 * Records of one length in pages of plain memory: a million of them cost their bytes and nothing else, where
 * as many objects would cost ten times that and keep the collector busy. Slots begin at 1; a freed one is
 * used again.
 */
const SLOTS_PER_PAGE = 1024;

export class SlotPages {
  readonly #length: number;
  readonly #pages: Buffer[] = [];
  readonly #free: number[] = [];
  #used = 0;

  /** @param length bytes of a record. */
  constructor(length: number) {
    this.#length = length;
  }

  /** A slot whose bytes are undefined. */
  take(): number {
    const again = this.#free.pop();
    if (again !== undefined) return again;
    const slot = this.#used++;
    if (slot % SLOTS_PER_PAGE === 0)
      this.#pages.push(Buffer.allocUnsafeSlow(SLOTS_PER_PAGE * this.#length));
    return slot + 1;
  }

  free(slot: number): void {
    this.#free.push(slot);
  }

  /** The page that a record lies in, from `offset` on: for who reads so many that a view of each would cost more. */
  page(slot: number): Buffer {
    const page = this.#pages[Math.floor((slot - 1) / SLOTS_PER_PAGE)];
    if (page === undefined) throw new Error('a slot that was never taken');
    return page;
  }

  /** Where in its page a record begins. */
  offset(slot: number): number {
    return ((slot - 1) % SLOTS_PER_PAGE) * this.#length;
  }

  /** The record itself, not a copy. */
  at(slot: number): Buffer {
    const from = this.offset(slot);
    return this.page(slot).subarray(from, from + this.#length);
  }
}
