/**
 * Strict DER (ITU-T X.690 §10 and §11): definite and minimal lengths, minimal integers, sorted
 * sets, nothing after the end. The whole tree is checked before a caller sees any of it, so that
 * no branch that nobody happens to visit can hide a second encoding of the same value.
 *
 * Not checked, because only the schema knows: that values equal to their DEFAULT are absent. Where
 * we meet them they lie inside signed bytes, which are kept and hashed verbatim.
 */
import { TAG } from './der-tag.js';
import { SigningError } from './signing-error.js';

/** One type-length-value. Offsets point into `source`; nothing is copied. */
export interface DerNode {
  readonly source: Uint8Array;
  /** The identifier octet: class, constructed bit and tag number. */
  readonly tag: number;
  readonly start: number;
  readonly contentStart: number;
  readonly end: number;
  /** Empty for primitive values. */
  readonly children: readonly DerNode[];
}

export interface DerLimits {
  readonly maxBytes: number;
  readonly maxNodes: number;
  /** Deepest nesting; recursion is bounded by it. */
  readonly maxDepth: number;
}

/** Far above any certificate seen in the wild, far below what would hurt to read. */
export const DER_LIMITS: DerLimits = { maxBytes: 65_536, maxNodes: 8_192, maxDepth: 32 };

/**
 * Reads exactly one DER value.
 *
 * @throws SigningError DER_MALFORMED, or DER_LIMIT before anything of the excess is built.
 */
export function readDer(bytes: Uint8Array, limits: DerLimits = DER_LIMITS): DerNode {
  if (bytes.length > limits.maxBytes)
    throw new SigningError('DER_LIMIT', `larger than ${limits.maxBytes} bytes`);
  // A Buffer's slice() shares memory where a Uint8Array's copies; no Buffer gets past here.
  const source = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = assertValue({ source, limits, nodes: 0 }, 0, source.length, 1);
  if (end !== source.length) throw malformed('bytes follow the end of the value');
  return new CheckedNode(source, 0);
}

/** The whole encoding of a node: a view, not a copy. */
export function derBytes(node: DerNode): Uint8Array {
  return node.source.subarray(node.start, node.end);
}

/** The contents octets of a node: a view, not a copy. */
export function derContent(node: DerNode): Uint8Array {
  return node.source.subarray(node.contentStart, node.end);
}

/**
 * X.690 §11.6: the elements of a SET OF ascend by their encodings. Called by the reader for every
 * universal SET, and by parsers for sets under an IMPLICIT tag, which the reader cannot know.
 */
export function assertSetOrder(elements: readonly DerNode[]): void {
  for (let i = 1; i < elements.length; i++) {
    const [before, after] = [elements[i - 1], elements[i]];
    if (before !== undefined && after !== undefined)
      assertAscending(before.source, before.start, after.start, after.end);
  }
}

interface Reading {
  readonly source: Uint8Array;
  readonly limits: DerLimits;
  nodes: number;
}

/**
 * Checks one value with all that it holds, and makes nothing of it: a CRL has hundreds of thousands of
 * values, of which hardly any is looked at. Gives where the value ends.
 */
function assertValue(reading: Reading, start: number, limit: number, depth: number): number {
  const { source, limits } = reading;
  if (depth > limits.maxDepth)
    throw new SigningError('DER_LIMIT', `nested deeper than ${limits.maxDepth} levels`);
  if (++reading.nodes > limits.maxNodes)
    throw new SigningError('DER_LIMIT', `more than ${limits.maxNodes} values`);

  const tag = readTag(source, start, limit);
  const { contentStart, end } = readLength(source, start + 1, limit);
  if ((tag & 0x20) === 0) {
    if (CHECKED_PRIMITIVES.has(tag)) assertPrimitive(tag, source.subarray(contentStart, end));
    return end;
  }
  let before = -1;
  for (let at = contentStart; at < end;) {
    const next = assertValue(reading, at, end, depth + 1);
    if (tag === TAG.set && before >= 0) assertAscending(source, before, at, next);
    before = at;
    at = next;
  }
  return end;
}

/** Of bytes that have been checked. Children are made when they are first asked for, and kept. */
class CheckedNode implements DerNode {
  readonly source: Uint8Array;
  readonly tag: number;
  readonly start: number;
  readonly contentStart: number;
  readonly end: number;
  #children: readonly DerNode[] | null = null;

  constructor(source: Uint8Array, start: number) {
    const { contentStart, end } = readLength(source, start + 1, source.length);
    this.source = source;
    this.tag = byteAt(source, start, source.length);
    this.start = start;
    this.contentStart = contentStart;
    this.end = end;
  }

  get children(): readonly DerNode[] {
    this.#children ??= this.#read();
    return this.#children;
  }

  #read(): readonly DerNode[] {
    const children: DerNode[] = [];
    if ((this.tag & 0x20) === 0) return children;
    for (let at = this.contentStart; at < this.end;) {
      const child = new CheckedNode(this.source, at);
      children.push(child);
      at = child.end;
    }
    return children;
  }
}

function readTag(source: Uint8Array, at: number, limit: number): number {
  const tag = byteAt(source, at, limit);
  if ((tag & 0x1f) === 0x1f) throw malformed('a tag number is above 30');
  const isUniversal = (tag & 0xc0) === 0;
  if (!isUniversal) return tag;
  // In DER only SEQUENCE and SET are constructed; strings in pieces are BER.
  const isContainer = (tag & 0x1f) === 0x10 || (tag & 0x1f) === 0x11;
  if (isContainer !== ((tag & 0x20) !== 0))
    throw malformed('a universal value is constructed where DER wants primitive, or the reverse');
  if (tag === 0) throw malformed('end-of-contents octets belong to BER');
  return tag;
}

function readLength(
  source: Uint8Array,
  at: number,
  limit: number,
): { contentStart: number; end: number } {
  const first = byteAt(source, at, limit);
  let length = first;
  let contentStart = at + 1;
  if (first >= 0x80) {
    if (first === 0x80) throw malformed('an indefinite length belongs to BER');
    const octets = first & 0x7f;
    // Four octets reach past every budget; more could only overflow.
    if (octets > 4) throw malformed('a length has more than four octets');
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + byteAt(source, contentStart++, limit);
    if (length < 0x80 || length < 256 ** (octets - 1)) throw malformed('a length is not minimal');
  }
  if (length > limit - contentStart) throw malformed('a value ends after its container');
  return { contentStart, end: contentStart + length };
}

function byteAt(source: Uint8Array, at: number, limit: number): number {
  const byte = at < limit ? source[at] : undefined;
  if (byte === undefined) throw malformed('the input ends within a value');
  return byte;
}

const CHECKED_PRIMITIVES: ReadonlySet<number> = new Set([
  TAG.boolean,
  TAG.integer,
  TAG.enumerated,
  TAG.bitString,
  TAG.null,
  TAG.objectIdentifier,
]);

/**
 * The one encoding that each primitive type has in DER. `tag` is the universal type, so that
 * accessors of IMPLICIT values can ask for the same rules.
 */
export function assertPrimitive(tag: number, content: Uint8Array): void {
  const [first = 0, second = 0] = content;
  switch (tag) {
    case TAG.boolean:
      if (content.length !== 1 || (first !== 0 && first !== 0xff))
        throw malformed('a BOOLEAN is neither 00 nor FF');
      return;
    case TAG.integer:
    case TAG.enumerated:
      if (content.length === 0) throw malformed('an INTEGER is empty');
      if (content.length > 1 && (first === 0 ? second < 0x80 : first === 0xff && second >= 0x80))
        throw malformed('an INTEGER is not minimal');
      return;
    case TAG.bitString:
      assertBitString(first, content);
      return;
    case TAG.null:
      if (content.length !== 0) throw malformed('a NULL is not empty');
      return;
    case TAG.objectIdentifier:
      assertObjectIdentifier(content);
      return;
    default:
  }
}

function assertBitString(unused: number, content: Uint8Array): void {
  if (content.length === 0 || unused > 7 || (content.length === 1 && unused !== 0))
    throw malformed('a BIT STRING has an impossible number of unused bits');
  const last = content[content.length - 1] ?? 0;
  if (content.length > 1 && (last & ((1 << unused) - 1)) !== 0)
    throw malformed('the unused bits of a BIT STRING are not zero');
}

/** Long enough for every registered OID and the 128-bit UUID arcs; short enough to decode at once. */
const MAX_OID_BYTES = 64;

function assertObjectIdentifier(content: Uint8Array): void {
  if (content.length === 0 || content.length > MAX_OID_BYTES)
    throw malformed('an OBJECT IDENTIFIER is empty or too long');
  let startsArc = true;
  for (const byte of content) {
    if (startsArc && byte === 0x80) throw malformed('an OBJECT IDENTIFIER arc is not minimal');
    startsArc = byte < 0x80;
  }
  if (!startsArc) throw malformed('an OBJECT IDENTIFIER ends within an arc');
}

/** Two neighbours: the first ends where the second begins. */
function assertAscending(source: Uint8Array, first: number, second: number, end: number): void {
  const length = Math.min(second - first, end - second);
  for (let i = 0; i < length; i++) {
    const difference = (source[first + i] ?? 0) - (source[second + i] ?? 0);
    if (difference < 0) return;
    if (difference > 0) throw malformed('the elements of a set are not in DER order');
  }
  if (second - first > end - second) throw malformed('the elements of a set are not in DER order');
}

function malformed(reason: string): SigningError {
  return new SigningError('DER_MALFORMED', reason);
}
