/**
 * Reads BER (ITU-T X.690 §8) into a tree, for `ber-to-der` alone: nothing else in this folder sees
 * what is not DER. It knows lengths and nesting and leaves the values to whoever encodes them anew.
 */
import type { DerLimits } from '../der-reader.js';
import { SigningError } from '../signing-error.js';

export interface BerNode {
  /** The identifier octet. */
  readonly tag: number;
  /** The whole encoding as it stands, with its end-of-contents octets if it has them. */
  readonly bytes: Uint8Array;
  /** Of a primitive value: a view. Empty for constructed ones. */
  readonly content: Uint8Array;
  readonly children: readonly BerNode[];
}

/** @throws SigningError DER_MALFORMED for what is not BER either; DER_LIMIT. */
export function readBer(bytes: Uint8Array, limits: DerLimits): BerNode {
  if (bytes.length > limits.maxBytes)
    throw new SigningError('DER_LIMIT', `larger than ${limits.maxBytes} bytes`);
  const source = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const node = readNode({ source, limits, nodes: 0 }, 0, source.length, 1);
  if (node.bytes.length !== source.length) throw malformed('bytes follow the end of the value');
  return node;
}

interface Reading {
  readonly source: Uint8Array;
  readonly limits: DerLimits;
  nodes: number;
}

function readNode(reading: Reading, start: number, limit: number, depth: number): BerNode {
  const { source, limits } = reading;
  if (depth > limits.maxDepth)
    throw new SigningError('DER_LIMIT', `nested deeper than ${limits.maxDepth} levels`);
  if (++reading.nodes > limits.maxNodes)
    throw new SigningError('DER_LIMIT', `more than ${limits.maxNodes} values`);

  const tag = readTag(source, start, limit);
  const isConstructed = (tag & 0x20) !== 0;
  const { length, contentStart } = readLength(source, start + 1, limit);
  if (length === null && !isConstructed) throw malformed('a primitive value has no length');
  const contentEnd = length === null ? limit : contentStart + length;
  if (!isConstructed) {
    const content = source.subarray(contentStart, contentEnd);
    return { tag, bytes: source.subarray(start, contentEnd), content, children: [] };
  }
  const children: BerNode[] = [];
  let at = contentStart;
  while (length === null ? !isEndOfContents(source, at, limit) : at < contentEnd) {
    const child = readNode(reading, at, contentEnd, depth + 1);
    children.push(child);
    at += child.bytes.length;
  }
  const end = length === null ? at + END_OF_CONTENTS_OCTETS : at;
  return { tag, bytes: source.subarray(start, end), content: NOTHING, children };
}

const END_OF_CONTENTS_OCTETS = 2;
const NOTHING = new Uint8Array();

function readTag(source: Uint8Array, at: number, limit: number): number {
  const tag = byteAt(source, at, limit);
  if ((tag & 0x1f) === 0x1f) throw malformed('a tag number is above 30');
  if (tag === 0) throw malformed('end-of-contents octets stand where nothing is open');
  return tag;
}

/** `length` is null for the indefinite form. */
function readLength(
  source: Uint8Array,
  at: number,
  limit: number,
): { length: number | null; contentStart: number } {
  const first = byteAt(source, at, limit);
  if (first === 0x80) return { length: null, contentStart: at + 1 };
  let length = first;
  let contentStart = at + 1;
  if (first > 0x80) {
    const octets = first & 0x7f;
    length = 0;
    for (let i = 0; i < octets; i++) {
      length = length * 256 + byteAt(source, contentStart++, limit);
      // Leading zeros are BER. Whatever exceeds the input ends here, before it can overflow.
      if (length > limit) break;
    }
  }
  if (length > limit - contentStart) throw malformed('a value ends after its container');
  return { length, contentStart };
}

function isEndOfContents(source: Uint8Array, at: number, limit: number): boolean {
  if (byteAt(source, at, limit) !== 0) return false;
  if (byteAt(source, at + 1, limit) !== 0) throw malformed('end-of-contents octets have a length');
  return true;
}

function byteAt(source: Uint8Array, at: number, limit: number): number {
  const byte = at < limit ? source[at] : undefined;
  if (byte === undefined) throw malformed('the input ends within a value');
  return byte;
}

function malformed(reason: string): SigningError {
  return new SigningError('DER_MALFORMED', reason);
}
