/**
 * Binary formats are written and read here, big-endian and in one pass. The writer fills one growing
 * buffer; the reader hands out views, and refuses a length before anything is allocated for it.
 */
import { BaseError, assert } from './errors.js';

const TWO_TO_32 = 0x1_0000_0000;
const EMPTY = Buffer.alloc(0);

/** Appends fields to one buffer that doubles when it is full. */
export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  /**
   * @param capacity bytes to start with, or the buffer to start in; a good guess saves copies, a bad
   * one costs only them.
   */
  constructor(capacity: number | Buffer = 1024) {
    this.#buffer = typeof capacity === 'number' ? Buffer.allocUnsafeSlow(capacity) : capacity;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    assert(isUnsigned(value, 0xff), 'a u8 is 0…255');
    const at = this.#advance(1);
    this.#buffer[at] = value;
  }

  u16(value: number): void {
    assert(isUnsigned(value, 0xffff), 'a u16 is 0…65,535');
    const at = this.#advance(2);
    this.#buffer[at] = value >>> 8;
    this.#buffer[at + 1] = value;
  }

  u32(value: number): void {
    assert(isUnsigned(value, 0xffff_ffff), 'a u32 is 0…2³²−1');
    this.#put32(this.#advance(4), value);
  }

  /** @param value a safe integer ≥ 0: larger ones have no exact `number`. */
  u64(value: number): void {
    assert(isUnsigned(value, Number.MAX_SAFE_INTEGER), 'a u64 is a safe integer ≥ 0');
    const at = this.#advance(8);
    this.#put32(at, Math.floor(value / TWO_TO_32));
    this.#put32(at + 4, value % TWO_TO_32);
  }

  /** The bytes alone: for fields whose length the format fixes. */
  bytes(value: Uint8Array): void {
    const at = this.#advance(value.length);
    this.#buffer.set(value, at);
  }

  /** `u16 length ‖ bytes`. */
  bytes16(value: Uint8Array): void {
    this.u16(value.length);
    this.bytes(value);
  }

  /** `u32 length ‖ bytes`. */
  bytes32(value: Uint8Array): void {
    this.u32(value.length);
    this.bytes(value);
  }

  /** Hands over what was written, without a copy; the writer then starts again with nothing. */
  finish(): Uint8Array {
    const { buffer, byteOffset } = this.#buffer;
    const written = new Uint8Array(buffer, byteOffset, this.#length);
    this.#buffer = EMPTY;
    this.#length = 0;
    return written;
  }

  #put32(at: number, value: number): void {
    this.#buffer[at] = value >>> 24;
    this.#buffer[at + 1] = value >>> 16;
    this.#buffer[at + 2] = value >>> 8;
    this.#buffer[at + 3] = value;
  }

  /** Makes room and returns where it begins. */
  #advance(count: number): number {
    const at = this.#length;
    const end = at + count;
    if (end > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(end, 2 * this.#buffer.length));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer = larger;
    }
    this.#length = end;
    return at;
  }
}

/**
 * Reads fields in order. Every method throws BaseError BYTES_MALFORMED when the input ends too soon.
 * Bytes are returned as views of the input: they live, and change, with it.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Where the next field begins. */
  get offset(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#byte(this.#advance(1));
  }

  u16(): number {
    const at = this.#advance(2);
    return this.#byte(at) * 0x100 + this.#byte(at + 1);
  }

  u32(): number {
    return this.#get32(this.#advance(4));
  }

  /** @throws BaseError BYTES_MALFORMED also for what is no safe integer. */
  u64(): number {
    const at = this.#advance(8);
    const value = this.#get32(at) * TWO_TO_32 + this.#get32(at + 4);
    if (!Number.isSafeInteger(value)) throw malformed('a u64 is larger than 2⁵³−1');
    return value;
  }

  bytes(length: number): Uint8Array {
    const at = this.#advance(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** `u16 length ‖ bytes`, `length` ≤ `maximum`. */
  bytes16(maximum = 0xffff): Uint8Array {
    return this.bytes(bounded(this.u16(), maximum));
  }

  /** `u32 length ‖ bytes`, `length` ≤ `maximum`. */
  bytes32(maximum: number): Uint8Array {
    return this.bytes(bounded(this.u32(), maximum));
  }

  /** @throws BaseError BYTES_MALFORMED unless everything has been read. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw malformed('bytes follow the end of the format');
  }

  #get32(at: number): number {
    // Not shifted: `<<` would make the sign bit of the first byte count.
    return (
      this.#byte(at) * 0x100_0000 +
      this.#byte(at + 1) * 0x1_0000 +
      this.#byte(at + 2) * 0x100 +
      this.#byte(at + 3)
    );
  }

  #byte(at: number): number {
    return this.#bytes[at] ?? 0;
  }

  /** Steps over `count` bytes and returns where they begin. */
  #advance(count: number): number {
    const at = this.#at;
    // Negative: a caller's `remaining - n` of a field too short to hold n.
    if (count < 0 || count > this.#bytes.length - at) throw malformed('the bytes end too soon');
    this.#at = at + count;
    return at;
  }
}

function isUnsigned(value: number, maximum: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= maximum;
}

function bounded(length: number, maximum: number): number {
  if (length > maximum) throw malformed(`a length is above its maximum of ${maximum}`);
  return length;
}

function malformed(reason: string): BaseError {
  return new BaseError('BYTES_MALFORMED', reason);
}
