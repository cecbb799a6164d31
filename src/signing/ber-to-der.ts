/**
 * BER to DER (ITU-T X.690 §8, §10 and §11), at the border: time-stamping authorities, BouncyCastle
 * and `openssl cms -stream` write indefinite lengths, strings in pieces and sets as they come. What
 * leaves here is the one DER encoding of the same value, and everything behind it reads only DER.
 *
 * What a signature was made over is the DER (RFC 5652 §5.4): a value whose signer signed something
 * else does not become genuine by this, and a certificate that is not DER will not verify.
 */
import { concat } from '../base/bytes.js';
import { DER_LIMITS, type DerLimits, readDer } from './der-reader.js';
import { TAG } from './der-tag.js';
import { der, derSetOf } from './der-writer.js';
import { type BerNode, readBer } from './internal/ber-reader.js';
import { SigningError } from './signing-error.js';

/**
 * The DER of the value; DER comes back as the same bytes. Sets under IMPLICIT tags look like any
 * other constructed value and are not sorted: see `cms-to-der`.
 *
 * @throws SigningError DER_MALFORMED if it is not BER, or a value of it is of no type that DER
 *   has; DER_LIMIT.
 */
export function toDer(bytes: Uint8Array, limits: DerLimits = DER_LIMITS): Uint8Array {
  if (isDer(bytes, limits)) return bytes;
  const encoded = derOf(readBer(bytes, limits), NO_SETS);
  // A definite length may take an octet more than the indefinite one and its end.
  readDer(encoded, { ...limits, maxBytes: Math.max(limits.maxBytes, encoded.length) });
  return encoded;
}

/** @param sets the nodes that are SET OF under an IMPLICIT tag, as only the schema knows. */
export function derOf(node: BerNode, sets: ReadonlySet<BerNode>): Uint8Array {
  const isUniversal = (node.tag & 0xc0) === 0;
  if ((node.tag & 0x20) === 0)
    return der(node.tag, isUniversal ? primitiveContent(node) : node.content);
  if (isUniversal && node.tag !== TAG.sequence && node.tag !== TAG.set)
    return der(node.tag & 0x1f, joinedContent(node));
  const children = node.children.map((child) => derOf(child, sets));
  return node.tag === TAG.set || sets.has(node)
    ? derSetOf(children, node.tag)
    : der(node.tag, ...children);
}

const NO_SETS: ReadonlySet<BerNode> = new Set();

function isDer(bytes: Uint8Array, limits: DerLimits): boolean {
  try {
    readDer(bytes, limits);
    return true;
  } catch (cause) {
    if (cause instanceof SigningError && cause.code === 'DER_MALFORMED') return false;
    throw cause;
  }
}

/** X.690 §11.1 and §11.2.1; other types have one primitive form, which the reader of DER checks. */
function primitiveContent({ tag, content }: BerNode): Uint8Array {
  if (tag === TAG.boolean && content.length === 1 && content[0] !== 0) return Uint8Array.of(0xff);
  return tag === TAG.bitString ? withoutUnusedBits(content) : content;
}

function withoutUnusedBits(content: Uint8Array): Uint8Array {
  const unused = content[0] ?? 0;
  const last = content.length - 1;
  if (unused > 7 || last < 1) return content;
  const zeroed = Uint8Array.from(content);
  zeroed[last] = (zeroed[last] ?? 0) & (0xff << unused);
  return zeroed;
}

/** A string in pieces (X.690 §8.6.4, §8.7.3, §8.23.6), put together again. */
function joinedContent(node: BerNode): Uint8Array {
  const type = node.tag & 0x1f;
  if (type === TAG.bitString) return joinedBits(piecesOf(node, TAG.bitString));
  if (!STRINGS.has(type)) throw malformed('a value is in pieces that is no string');
  return concat(...piecesOf(node, TAG.octetString).map(({ content }) => content));
}

/** Strings of characters and times are cut as octets, whatever they are of. */
const STRINGS: ReadonlySet<number> = new Set([
  TAG.octetString,
  TAG.utf8String,
  TAG.printableString,
  TAG.teletexString,
  TAG.ia5String,
  TAG.utcTime,
  TAG.generalizedTime,
  TAG.bmpString,
]);

/** The primitive pieces in their order; a piece may be in pieces itself. */
function piecesOf(node: BerNode, type: number): readonly BerNode[] {
  return node.children.flatMap((child) => {
    if (child.tag === type) return [child];
    if (child.tag !== (type | 0x20)) throw malformed('a piece of a string is of another type');
    return piecesOf(child, type);
  });
}

function joinedBits(pieces: readonly BerNode[]): Uint8Array {
  const last = pieces.at(-1);
  if (last === undefined) return Uint8Array.of(0);
  for (const { content } of pieces)
    if (content.length === 0) throw malformed('a BIT STRING is empty');
  for (const piece of pieces)
    if (piece !== last && piece.content[0] !== 0)
      throw malformed('a BIT STRING has unused bits before its last piece');
  const unused = last.content.subarray(0, 1);
  return withoutUnusedBits(concat(unused, ...pieces.map(({ content }) => content.subarray(1))));
}

function malformed(reason: string): SigningError {
  return new SigningError('DER_MALFORMED', reason);
}
