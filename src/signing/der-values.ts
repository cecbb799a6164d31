/** Typed readings of DER nodes. Each refuses a node of another type and never guesses. */
import type { UnixMillis } from '../base/brand.js';
import { asBuffer, toHex } from '../base/bytes.js';
import { BaseError } from '../base/errors.js';
import { parseInstant } from '../base/time.js';
import { assertPrimitive, derContent, type DerNode, readDer } from './der-reader.js';
import { TAG } from './der-tag.js';
import { oidToText } from './object-identifier.js';
import { SigningError } from './signing-error.js';

/** The children of a SEQUENCE, or of another constructed node when its IMPLICIT tag is given. */
export function readSequence(node: DerNode, tag: number = TAG.sequence): readonly DerNode[] {
  return expectTag(node, tag).children;
}

export function readSetOf(node: DerNode): readonly DerNode[] {
  return expectTag(node, TAG.set).children;
}

/** The one value inside an EXPLICIT tag. */
export function readExplicit(node: DerNode, tag: number): DerNode {
  const [inner, ...more] = expectTag(node, tag).children;
  if (inner === undefined || more.length > 0)
    throw malformed('an EXPLICIT tag does not hold exactly one value');
  return inner;
}

export function readBoolean(node: DerNode, tag: number = TAG.boolean): boolean {
  return primitive(node, TAG.boolean, tag)[0] === 0xff;
}

/** Two's complement, big-endian, minimal: the form in which serial numbers are compared. */
export function readIntegerBytes(node: DerNode, tag: number = TAG.integer): Uint8Array {
  return primitive(node, TAG.integer, tag);
}

export function readBigInteger(node: DerNode): bigint {
  const bytes = readIntegerBytes(node);
  const value = BigInt(`0x${toHex(bytes)}`);
  return (bytes[0] ?? 0) < 0x80 ? value : value - (1n << BigInt(8 * bytes.length));
}

/** A version, a length or a count: 0 … 2³¹−1. */
export function readSmallInteger(node: DerNode, tag: number = TAG.integer): number {
  const bytes = readIntegerBytes(node, tag);
  if (bytes.length > 4 || (bytes[0] ?? 0) >= 0x80)
    throw malformed('an INTEGER is negative or above 2147483647');
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

export function readOid(node: DerNode): string {
  return oidToText(primitive(node, TAG.objectIdentifier));
}

export function readOctetString(node: DerNode, tag: number = TAG.octetString): Uint8Array {
  return primitive(node, TAG.octetString, tag);
}

/** A BIT STRING of whole bytes: signatures and keys. */
export function readBitString(node: DerNode): Uint8Array {
  const content = primitive(node, TAG.bitString);
  if (content[0] !== 0) throw malformed('a BIT STRING is not of whole bytes');
  return content.subarray(1);
}

/** The numbers of the bits that are set, bit 0 being the first (named bits, X.680 §22). */
export function readNamedBits(node: DerNode, tag: number = TAG.bitString): ReadonlySet<number> {
  const content = primitive(node, TAG.bitString, tag);
  const bits = new Set<number>();
  for (let bit = 0; bit < (content.length - 1) * 8; bit++)
    if (((content[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0) bits.add(bit);
  return bits;
}

/** 0 … 127: every ENUMERATED of X.509 and OCSP. */
export function readEnumerated(node: DerNode): number {
  const [value = 0, ...more] = primitive(node, TAG.enumerated);
  if (more.length > 0 || value >= 0x80) throw malformed('an ENUMERATED is out of its range');
  return value;
}

export function readNull(node: DerNode, tag: number = TAG.null): null {
  primitive(node, TAG.null, tag);
  return null;
}

/** DER encoded inside an OCTET STRING, as extension values are. */
export function readNested(node: DerNode): DerNode {
  return readDer(readOctetString(node));
}

/**
 * UTCTime (1950–2049) or GeneralizedTime, both with seconds and `Z` and without fractions, as
 * RFC 5280 §4.1.2.5 and RFC 5652 §11.3 ask. Instants that do not exist are refused.
 */
export function readTime(node: DerNode): UnixMillis {
  const isUtc = node.tag === TAG.utcTime;
  const text = asBuffer(primitive(node, isUtc ? TAG.utcTime : TAG.generalizedTime)).toString(
    'latin1',
  );
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (match === null || text.length !== (isUtc ? 13 : 15))
    throw malformed('a time is not YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ');
  const [, year = '', month = '', day = '', hour = '', minute = '', second = ''] = match;
  const century = isUtc ? (Number(year) < 50 ? '20' : '19') : '';
  try {
    return parseInstant(`${century}${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`);
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
    throw new SigningError('DER_MALFORMED', 'a time does not exist', { cause });
  }
}

function primitive(node: DerNode, type: number, tag: number = type): Uint8Array {
  const content = derContent(expectTag(node, tag));
  // The reader knows nothing of what an IMPLICIT tag covers, so its rules are applied here.
  if (tag !== type) assertPrimitive(type, content);
  return content;
}

function expectTag(node: DerNode, tag: number): DerNode {
  if (node.tag !== tag)
    throw malformed(`found tag ${node.tag.toString(16)} where ${tag.toString(16)} belongs`);
  return node;
}

function malformed(reason: string): SigningError {
  return new SigningError('DER_MALFORMED', reason);
}
