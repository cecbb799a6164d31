/**
 * `Buffer` for a browser: only what the verifier calls (see `scripts/browser-bundle.mjs`), and strict.
 * What it does not know it refuses, so that nothing is quietly read as something else.
 */
import { fromBase64Text, toBase64Text } from './base64.js';
import { unsupported } from './unsupported.js';

const utf8Encoder = new TextEncoder();

export class Buffer extends Uint8Array {
  static override from(source: unknown, how?: unknown, length?: unknown): Buffer {
    if (typeof source === 'string') return encode(source, how);
    if (source instanceof ArrayBuffer)
      return new Buffer(source, how as number | undefined, length as number | undefined);
    if (source instanceof Uint8Array) return copyOf(source);
    throw unsupported('a Buffer of something else than text or bytes');
  }

  static alloc(length: number): Buffer {
    return new Buffer(length);
  }

  /** Zeroed: there is no pool here. */
  static allocUnsafe(length: number): Buffer {
    return new Buffer(length);
  }

  static allocUnsafeSlow(length: number): Buffer {
    return new Buffer(length);
  }

  static concat(parts: readonly Uint8Array[]): Buffer {
    const whole = new Buffer(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  static byteLength(data: string | Uint8Array): number {
    return typeof data === 'string' ? utf8Encoder.encode(data).length : data.length;
  }

  override toString(encoding?: string): string {
    switch (encoding) {
      case 'hex':
        return toHexText(this);
      case 'base64':
        return toBase64Text(this);
      case 'latin1':
        return toLatin1Text(this);
      case 'utf16le':
        return toUtf16Text(this);
      default:
        throw unsupported('this encoding');
    }
  }

  /** Node's shares memory where a Uint8Array's copies: whoever calls it must say which is meant. */
  override slice(): never {
    throw unsupported('slice');
  }

  /** `write(text, offset, length, encoding)` or `write(text, offset, encoding)`; all of it must fit. */
  write(text: string, offset: number, ...rest: readonly (number | string)[]): number {
    const bytes = encode(text, rest.at(-1));
    const length = rest.length === 2 ? rest[0] : bytes.length;
    if (length !== bytes.length) throw unsupported('writing a part of a text');
    this.set(bytes, offset);
    return bytes.length;
  }

  copy(target: Uint8Array, targetStart: number, start: number, end: number): number {
    target.set(this.subarray(start, end), targetStart);
    return end - start;
  }

  compare(other: Uint8Array): -1 | 0 | 1 {
    const shared = Math.min(this.length, other.length);
    for (let at = 0; at < shared; at++) {
      const difference = (this[at] ?? 0) - (other[at] ?? 0);
      if (difference !== 0) return difference < 0 ? -1 : 1;
    }
    if (this.length === other.length) return 0;
    return this.length < other.length ? -1 : 1;
  }

  swap16(): this {
    if (this.length % 2 !== 0) throw new RangeError('half a unit of 16 bits');
    for (let at = 0; at < this.length; at += 2) this.set([this[at + 1] ?? 0, this[at] ?? 0], at);
    return this;
  }

  readUInt32BE(offset: number): number {
    return viewOf(this).getUint32(offset);
  }

  writeUInt32BE(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff)
      throw new RangeError('not a u32');
    viewOf(this).setUint32(0, value);
  }

  writeBigUInt64BE(value: bigint): void {
    if (value < 0n || value > 0xffff_ffff_ffff_ffffn) throw new RangeError('not a u64');
    viewOf(this).setBigUint64(0, value);
  }
}

function encode(text: string, encoding: unknown): Buffer {
  switch (encoding) {
    case undefined:
    case 'utf8':
      return copyOf(utf8Encoder.encode(text));
    case 'hex':
      return copyOf(fromHexText(text));
    case 'base64':
      return copyOf(fromBase64Text(text));
    case 'latin1':
      return copyOf(fromLatin1Text(text));
    default:
      throw unsupported('this encoding');
  }
}

function copyOf(bytes: Uint8Array): Buffer {
  const copy = new Buffer(bytes.length);
  copy.set(bytes);
  return copy;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function toHexText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** Node stops at the first digit that is none; callers here have looked before. */
function fromHexText(text: string): Uint8Array {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) throw unsupported('hex with something else in it');
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++)
    bytes[at] = Number.parseInt(text.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

function toLatin1Text(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function fromLatin1Text(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** Unit by unit: a decoder would replace lone surrogates, which Node keeps. */
function toUtf16Text(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at + 1 < bytes.length; at += 2)
    text += String.fromCharCode((bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0));
  return text;
}
