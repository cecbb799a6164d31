/** The few DER forms that keys and ECDSA signatures have: definite, shortest lengths, nothing behind the end. */
import { unsupported } from './unsupported.js';

export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
}

export const DER_TAG = { integer: 0x02, bitString: 0x03, sequence: 0x30 } as const;

/** The values that stand one behind the other in these bytes. */
export function derValues(bytes: Uint8Array): DerValue[] {
  const values: DerValue[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = byteAt(bytes, at);
    const [length, start] = lengthAt(bytes, at + 1);
    const end = start + length;
    if (end > bytes.length) throw malformed();
    values.push({ tag, content: bytes.subarray(start, end) });
    at = end;
  }
  return values;
}

/** The one value in these bytes, which has this tag. */
export function onlyDerValue(bytes: Uint8Array, tag: number): Uint8Array {
  const [value, ...more] = derValues(bytes);
  if (value?.tag !== tag || more.length > 0) throw malformed();
  return value.content;
}

/** A SEQUENCE of exactly two positive INTEGERs in their shortest form. */
export function twoIntegers(bytes: Uint8Array): [bigint, bigint] {
  const [first, second, ...more] = derValues(onlyDerValue(bytes, DER_TAG.sequence));
  if (first === undefined || second === undefined || more.length > 0) throw malformed();
  return [positiveInteger(first), positiveInteger(second)];
}

export function bigEndian(bytes: Uint8Array): bigint {
  let hex = '0x0';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return BigInt(hex);
}

/** An INTEGER above nothing, in its shortest form. */
export function positiveInteger({ tag, content }: DerValue): bigint {
  const [first, second = 0x80] = content;
  const isShortest = first !== 0 || second >= 0x80;
  if (tag !== DER_TAG.integer || first === undefined || first >= 0x80 || !isShortest)
    throw malformed();
  return bigEndian(content);
}

/** The length, and where the content begins. */
function lengthAt(bytes: Uint8Array, at: number): [length: number, start: number] {
  const first = byteAt(bytes, at);
  if (first < 0x80) return [first, at + 1];
  const size = first - 0x80;
  if (size < 1 || size > 3) throw malformed();
  let length = 0;
  for (let digit = 1; digit <= size; digit++) length = length * 256 + byteAt(bytes, at + digit);
  if (length < 0x80 || length < 256 ** (size - 1)) throw malformed();
  return [length, at + 1 + size];
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw malformed();
  return byte;
}

function malformed(): Error {
  return unsupported('this DER');
}
