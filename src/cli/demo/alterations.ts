/** One byte altered in an evidence file, in places that a forger would choose. */
import { fromBase64, toBase64, utf8 } from '../../base/bytes.js';
import {
  canonicalJsonBytes,
  type JsonValue,
  parseCanonicalJson,
} from '../../base/canonical-json.js';
import { assert } from '../../base/errors.js';
import { isJsonObject } from '../../base/json-members.js';
import { CUSTOMER, NEW_STREET } from './kyc-bundle.js';

export interface Alteration {
  readonly part: string;
  /** For people: what becomes what. */
  readonly what: string;
  /** Where in the file the base64 stands. */
  readonly path: readonly (string | number)[];
  /** Position of the byte, and what becomes of it. */
  readonly at: (bytes: Uint8Array) => number;
  readonly byte: (old: number) => number;
  /** The check that must fail, whichever else do. */
  readonly caughtBy: string;
}

export const ALTERATIONS: readonly Alteration[] = [
  {
    part: 'payload',
    what: `${NEW_STREET} becomes …13`,
    path: ['entry', 'payload', 'bytes'],
    at: lastOf(NEW_STREET),
    byte: nextDigit,
    caughtBy: 'payload',
  },
  {
    part: 'statement',
    what: 'the year it was recorded becomes the next',
    path: ['entry', 'statement'],
    at: (bytes) => lastOf('"recordedAt":"')(bytes) + 4,
    byte: nextDigit,
    caughtBy: 'inclusion',
  },
  {
    part: 'signature',
    what: 'the last bit of the seal’s signature value',
    path: ['signatures', 0, 'payload', 'bytes'],
    at: (bytes) => bytes.length - 1,
    byte: flipped,
    caughtBy: 'signature:1',
  },
  {
    part: 'proof',
    what: 'a bit of the first hash of the way to the root',
    path: ['entry', 'inclusion', 0],
    at: () => 0,
    byte: flipped,
    caughtBy: 'inclusion',
  },
  {
    part: 'header',
    what: `${CUSTOMER} becomes another customer`,
    path: ['entry', 'header', 'bytes'],
    at: lastOf(CUSTOMER),
    byte: nextDigit,
    caughtBy: 'header',
  },
];

/** The file with that byte altered, in the encoding that it must have. */
export function alter(
  evidence: Uint8Array,
  { path, at, byte }: Pick<Alteration, 'path' | 'at' | 'byte'>,
): Uint8Array {
  const altered = replaced(parseCanonicalJson(evidence), path, (value) => {
    assert(typeof value === 'string', 'the path leads to base64');
    const bytes = fromBase64(value);
    const position = at(bytes);
    const old = bytes[position];
    assert(old !== undefined, 'the byte is there');
    bytes[position] = byte(old);
    return toBase64(bytes);
  });
  return canonicalJsonBytes(altered);
}

function replaced(
  value: JsonValue,
  [step, ...rest]: readonly (string | number)[],
  replace: (value: JsonValue) => JsonValue,
): JsonValue {
  if (step === undefined) return replace(value);
  if (typeof step === 'number') {
    assert(Array.isArray(value), 'the path leads into an array');
    return value.map((item: JsonValue, at) => (at === step ? replaced(item, rest, replace) : item));
  }
  assert(isJsonObject(value), 'the path leads into an object');
  return { ...value, [step]: replaced(value[step] ?? null, rest, replace) };
}

/** Position of the last byte of a text. */
export function lastOf(text: string): (bytes: Uint8Array) => number {
  return (bytes) => {
    const found = Buffer.from(bytes).indexOf(utf8(text));
    assert(found !== -1, 'the text is there');
    return found + text.length - 1;
  };
}

export function nextDigit(digit: number): number {
  const [zero, nine] = [0x30, 0x39];
  return digit === nine ? zero : digit + 1;
}

function flipped(byte: number): number {
  return byte ^ 1;
}
