/**
 * Records of one length, each found by the key that it begins with, in plain memory: a `Map` of as many texts
 * takes 150 bytes more for each, and all of them are the collector's to walk. Nothing is taken out again.
 */
import { assert } from './errors.js';
import { SlotPages } from './slot-pages.js';

/** Of the table of slots, which is looked through from where a key's hash points: never more than half full. */
const FIRST_PLACES = 64;
const HASHED_BYTES = 8;

export class RecordTable {
  readonly #keyBytes: number;
  readonly #recordBytes: number;
  readonly #pages: SlotPages;
  /** Slots, and 0 where there is none; as many as a power of two. */
  #places = new Uint32Array(FIRST_PLACES);
  #size = 0;

  /**
   * @param keyBytes at least 8, of which the first 8 are random or hashed: whoever could choose them could make
   * looking slow.
   * @param recordBytes the key's own included.
   */
  constructor(keyBytes: number, recordBytes: number) {
    assert(keyBytes >= HASHED_BYTES && recordBytes >= keyBytes, 'a record begins with its key');
    this.#keyBytes = keyBytes;
    this.#recordBytes = recordBytes;
    this.#pages = new SlotPages(recordBytes);
  }

  /** Records; their slots are 1 to `size`, in the order in which they came. */
  get size(): number {
    return this.#size;
  }

  /** Slot of the record that begins with a key, or 0. @param from where in `bytes` the key begins. */
  find(bytes: Uint8Array, from = 0): number {
    return this.#places[this.#placeOf(bytes, from)] ?? 0;
  }

  /** Likewise, but a record that is not there yet is added, with zeros behind its key. */
  findOrAdd(bytes: Uint8Array, from = 0): number {
    const place = this.#placeOf(bytes, from);
    const found = this.#places[place] ?? 0;
    if (found !== 0) return found;
    const slot = this.#pages.take();
    const record = this.#pages.at(slot);
    record.fill(0, this.#keyBytes);
    for (let at = 0; at < this.#keyBytes; at++) record[at] = bytes[from + at] ?? 0;
    this.#places[place] = slot;
    this.#size++;
    if (2 * this.#size > this.#places.length) this.#grow();
    return slot;
  }

  /** Puts a whole record, in place of one that begins with the same key. */
  put(bytes: Uint8Array, from = 0): void {
    const slot = this.findOrAdd(bytes, from);
    const [page, to] = [this.page(slot), this.offset(slot)];
    for (let at = this.#keyBytes; at < this.#recordBytes; at++)
      page[to + at] = bytes[from + at] ?? 0;
  }

  /** See `SlotPages`. */
  page(slot: number): Buffer {
    return this.#pages.page(slot);
  }

  /** See `SlotPages`. */
  offset(slot: number): number {
    return this.#pages.offset(slot);
  }

  /** The record itself, not a copy. */
  at(slot: number): Buffer {
    return this.#pages.at(slot);
  }

  /** The records, in the order in which they came; not copies. */
  *records(): Generator<Buffer> {
    for (let slot = 1; slot <= this.#size; slot++) yield this.at(slot);
  }

  /** A copy of them, one after the other. */
  joined(): Buffer {
    const bytes = Buffer.allocUnsafeSlow(this.#size * this.#recordBytes);
    for (let slot = 1; slot <= this.#size; slot++) {
      const from = this.offset(slot);
      this.page(slot).copy(bytes, (slot - 1) * this.#recordBytes, from, from + this.#recordBytes);
    }
    return bytes;
  }

  /** Where the slot of a key stands, or would stand. */
  #placeOf(bytes: Uint8Array, from: number): number {
    const mask = this.#places.length - 1;
    let place = hashOf(bytes, from) & mask;
    for (;;) {
      const slot = this.#places[place] ?? 0;
      if (slot === 0 || this.#hasKey(slot, bytes, from)) return place;
      place = (place + 1) & mask;
    }
  }

  #hasKey(slot: number, bytes: Uint8Array, from: number): boolean {
    const [page, begin] = [this.page(slot), this.offset(slot)];
    for (let at = 0; at < this.#keyBytes; at++)
      if (page[begin + at] !== bytes[from + at]) return false;
    return true;
  }

  #grow(): void {
    this.#places = new Uint32Array(2 * this.#places.length);
    for (let slot = 1; slot <= this.#size; slot++)
      this.#places[this.#placeOf(this.page(slot), this.offset(slot))] = slot;
  }
}

function hashOf(bytes: Uint8Array, from: number): number {
  let hash = 0;
  for (let at = 0; at < HASHED_BYTES; at++)
    hash = Math.imul(hash ^ (bytes[from + at] ?? 0), 0x0100_0193);
  return hash ^ (hash >>> 15);
}
