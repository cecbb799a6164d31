/**
 * Writes DER (ITU-T X.690). Values come from us, so a bad one is a programmer's mistake; what is
 * read back by `der-reader` is what was written.
 */
import type { UnixMillis } from '../base/brand.js';
import { concat, utf8 } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { formatInstant } from '../base/time.js';
import { contextTag, TAG } from './der-tag.js';
import { oidToBytes } from './object-identifier.js';

/** One value: identifier octet, minimal length, and the contents joined. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  return derOfParts(tag, contents);
}

/** The same of any number of parts; arguments are limited by the stack. */
export function derOfParts(tag: number, contents: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const content of contents) length += content.length;
  const octets = lengthOctets(length);
  const header = length < 0x80 ? 2 : 2 + octets;
  const bytes = new Uint8Array(header + length);
  bytes[0] = tag;
  if (octets === 0) bytes[1] = length;
  else {
    bytes[1] = 0x80 | octets;
    for (let i = 0, rest = length; i < octets; i++, rest = Math.floor(rest / 256))
      bytes[1 + octets - i] = rest % 256;
  }
  let at = header;
  for (const content of contents) {
    bytes.set(content, at);
    at += content.length;
  }
  return bytes;
}

export function derSequence(...fields: readonly Uint8Array[]): Uint8Array {
  return der(TAG.sequence, ...fields);
}

/** X.690 §11.6: sorted here, because readers that hash a SET OF again sort it again. */
export function derSetOf(elements: readonly Uint8Array[], tag: number = TAG.set): Uint8Array {
  return derOfParts(tag, [...elements].sort(compareBytes));
}

/** `[n] EXPLICIT`. */
export function derExplicit(number: number, value: Uint8Array): Uint8Array {
  return der(contextTag(number), value);
}

export function derBoolean(value: boolean): Uint8Array {
  return der(TAG.boolean, Uint8Array.of(value ? 0xff : 0));
}

/** A bigint or safe integer, or a big-endian unsigned magnitude of any length. */
export function derInteger(value: bigint | number | Uint8Array): Uint8Array {
  return der(
    TAG.integer,
    value instanceof Uint8Array ? fromMagnitude(value) : twosComplement(BigInt(value)),
  );
}

export function derOid(oid: string): Uint8Array {
  return der(TAG.objectIdentifier, oidToBytes(oid));
}

export function derOctetString(bytes: Uint8Array): Uint8Array {
  return der(TAG.octetString, bytes);
}

/** A BIT STRING of whole bytes. */
export function derBitString(bytes: Uint8Array): Uint8Array {
  return der(TAG.bitString, Uint8Array.of(0), bytes);
}

/** A BIT STRING of named bits, without trailing zero bits (X.690 §11.2.2). */
export function derNamedBits(bits: Iterable<number>): Uint8Array {
  const set = [...bits];
  if (set.length === 0) return der(TAG.bitString, Uint8Array.of(0));
  const last = Math.max(...set);
  const content = new Uint8Array(1 + (last >> 3) + 1);
  content[0] = 7 - (last & 7);
  for (const bit of set)
    content[1 + (bit >> 3)] = (content[1 + (bit >> 3)] ?? 0) | (0x80 >> (bit & 7));
  return der(TAG.bitString, content);
}

export function derNull(): Uint8Array {
  return der(TAG.null);
}

export function derUtf8String(text: string): Uint8Array {
  return der(TAG.utf8String, utf8(text));
}

export function derPrintableString(text: string): Uint8Array {
  assert(/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text), 'the characters of a PrintableString');
  return der(TAG.printableString, utf8(text));
}

/** UTCTime through 2049, GeneralizedTime after (RFC 5280 §4.1.2.5); cut to whole seconds. */
export function derTime(instant: UnixMillis): Uint8Array {
  const digits = formatInstant(instant).replace(/[-:T]|\.\d{3}/g, '');
  assert(digits.length === 15 && digits >= '1950', 'a year from 1950 to 9999');
  return digits < '2050'
    ? der(TAG.utcTime, utf8(digits.slice(2)))
    : der(TAG.generalizedTime, utf8(digits));
}

function lengthOctets(length: number): number {
  if (length < 0x80) return 0;
  return length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;
}

function fromMagnitude(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  if (first === -1) return Uint8Array.of(0);
  const digits = bytes.subarray(first);
  return (digits[0] ?? 0) < 0x80 ? digits : concat(Uint8Array.of(0), digits);
}

function twosComplement(value: bigint): Uint8Array {
  let length = 1;
  while (BigInt.asIntN(8 * length, value) !== value) length++;
  const hex = BigInt.asUintN(8 * length, value)
    .toString(16)
    .padStart(2 * length, '0');
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

/** Byte by byte: a Buffer for each comparison costs more than all else in a set of many elements. */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
