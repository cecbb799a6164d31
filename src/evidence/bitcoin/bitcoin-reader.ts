/**
 * A cursor over hostile bytes in Bitcoin's encodings. Every length is checked against what is left
 * before anything is taken, so a lying count costs nothing.
 */
export class BitcoinReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #malformed: (reason: string) => Error;
  #offset = 0;

  /** `malformed` makes the error that a read past the end or a non-minimal size throws. */
  constructor(bytes: Uint8Array, malformed: (reason: string) => Error) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#malformed = malformed;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** The next `length` bytes, over the same memory. */
  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** What was read since `start`, an earlier `offset`. */
  since(start: number): Uint8Array {
    return this.#bytes.subarray(start, this.#offset);
  }

  peek(ahead: number): number | undefined {
    return this.#bytes[this.#offset + ahead];
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true);
  }

  /** CompactSize in its shortest form only: two forms would be two encodings of one transaction. */
  compactSize(): number {
    const first = this.u8();
    if (first < 0xfd) return first;
    if (first === 0xfd) return this.#minimal(this.#view.getUint16(this.#advance(2), true), 0xfd);
    if (first === 0xfe) return this.#minimal(this.u32(), 0x10000);
    // Nothing that we read is longer than 2³² bytes or items.
    throw this.#malformed('a size is beyond every limit');
  }

  /** A CompactSize count of items of at least `itemSize` bytes each, all of which must still fit. */
  count(itemSize: number): number {
    const count = this.compactSize();
    if (count > this.remaining / itemSize)
      throw this.#malformed('a count is larger than the bytes that are left');
    return count;
  }

  end(): void {
    if (this.remaining !== 0) throw this.#malformed('bytes are left over at the end');
  }

  #minimal(value: number, least: number): number {
    if (value < least) throw this.#malformed('a size is not in its shortest form');
    return value;
  }

  #advance(length: number): number {
    const start = this.#offset;
    if (length > this.remaining) throw this.#malformed('it ends too early');
    this.#offset = start + length;
    return start;
  }
}
