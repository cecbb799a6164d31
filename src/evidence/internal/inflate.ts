/**
 * Inflates raw deflate (RFC 1951) of a known length: exactly that many bytes, from exactly that input.
 *
 * Written here because whoever reads the verifier should have nothing else to read, and because a stranger
 * chooses the input: work is bounded by the bytes read and written (codes are decoded from their counts, so
 * that a block costs what it is long and no table of 32,768 entries), nothing grows beyond the output, and
 * codes that are over-subscribed or incomplete are refused, as zlib does (docs/decisions/0025).
 */

/** Null if it is not deflate, or not of exactly this length. */
export function inflate(input: Uint8Array, length: number): Uint8Array | null {
  const state: State = { input, at: 0, bits: 0, count: 0, output: new Uint8Array(length), end: 0 };
  try {
    while (!readBlock(state));
  } catch (cause) {
    if (cause === REFUSED) return null;
    throw cause;
  }
  const isWhole = state.end === length && state.at === input.length;
  return isWhole ? state.output : null;
}

interface State {
  readonly input: Uint8Array;
  /** Of the next byte that is not among `bits`. */
  at: number;
  bits: number;
  /** How many `bits` are left: fewer than 8 between two reads. */
  count: number;
  readonly output: Uint8Array;
  /** Bytes written. */
  end: number;
}

/** A canonical Huffman code: how many codes there are of each length, and the symbols in their order. */
interface Code {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

/** Thrown, since refusals are deep and a loop over bits cannot look at each result. */
const REFUSED = new Error('not deflate');

const MAX_CODE_LENGTH = 15;
const MAX_LITERALS = 286;
const MAX_DISTANCES = 30;
const END_OF_BLOCK = 256;

/** RFC 1951 §3.2.5. */
const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
  163, 195, 227, 258,
];
const LENGTH_EXTRA = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
  3073, 4097, 6145, 8193, 12289, 16385, 24577,
];
const DISTANCE_EXTRA = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
/** RFC 1951 §3.2.7. */
const LENGTHS_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** RFC 1951 §3.2.6. Its distance code has 30 of 32 symbols, so that it alone is incomplete. */
const FIXED_LITERALS = codeOf(
  Uint8Array.from({ length: 288 }, (_, symbol) =>
    symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
  ),
).code;
const FIXED_DISTANCES = codeOf(new Uint8Array(MAX_DISTANCES).fill(5)).code;

/** Whether it was the last. */
function readBlock(state: State): boolean {
  const isLast = take(state, 1) === 1;
  switch (take(state, 2)) {
    case 0:
      readStored(state);
      break;
    case 1:
      readCompressed(state, FIXED_LITERALS, FIXED_DISTANCES);
      break;
    case 2:
      readDynamic(state);
      break;
    default:
      throw REFUSED;
  }
  return isLast;
}

function readStored(state: State): void {
  // What is left of a byte does not count; RFC 1951 does not say that it is zero.
  state.bits = state.count = 0;
  const length = take(state, 16);
  if ((take(state, 16) ^ 0xffff) !== length) throw REFUSED;
  const { input, at, output, end } = state;
  if (length > input.length - at || length > output.length - end) throw REFUSED;
  output.set(input.subarray(at, at + length), end);
  state.at += length;
  state.end += length;
}

function readDynamic(state: State): void {
  const literals = take(state, 5) + 257;
  const distances = take(state, 5) + 1;
  const described = take(state, 4) + 4;
  if (literals > MAX_LITERALS || distances > MAX_DISTANCES) throw REFUSED;
  const ofLengths = new Uint8Array(LENGTHS_ORDER.length);
  for (const symbol of LENGTHS_ORDER.slice(0, described)) ofLengths[symbol] = take(state, 3);
  const { code, unused } = codeOf(ofLengths);
  if (unused !== 0) throw REFUSED;
  const lengths = readLengths(state, code, literals + distances);
  if (lengths[END_OF_BLOCK] === 0) throw REFUSED;
  readCompressed(state, usable(lengths.subarray(0, literals)), usable(lengths.subarray(literals)));
}

function readLengths(state: State, code: Code, total: number): Uint8Array {
  const lengths = new Uint8Array(total);
  for (let at = 0; at < total;) {
    const symbol = decode(state, code);
    if (symbol < 16) {
      lengths[at++] = symbol;
      continue;
    }
    if (symbol === 16 && at === 0) throw REFUSED;
    const value = symbol === 16 ? (lengths[at - 1] ?? 0) : 0;
    const times =
      symbol === 16 ? 3 + take(state, 2) : symbol === 17 ? 3 + take(state, 3) : 11 + take(state, 7);
    if (times > total - at) throw REFUSED;
    lengths.fill(value, at, at + times);
    at += times;
  }
  return lengths;
}

function readCompressed(state: State, literals: Code, distances: Code): void {
  const { output } = state;
  for (;;) {
    const symbol = decode(state, literals);
    if (symbol === END_OF_BLOCK) return;
    if (symbol < END_OF_BLOCK) {
      if (state.end === output.length) throw REFUSED;
      output[state.end++] = symbol;
      continue;
    }
    const length = extended(state, symbol - 257, LENGTH_BASE, LENGTH_EXTRA);
    const distance = extended(state, decode(state, distances), DISTANCE_BASE, DISTANCE_EXTRA);
    if (distance > state.end || length > output.length - state.end) throw REFUSED;
    // Byte by byte: what is copied may be what is being written.
    for (let left = length; left > 0; left--, state.end++)
      output[state.end] = output[state.end - distance] ?? 0;
  }
}

function extended(
  state: State,
  symbol: number,
  base: readonly number[],
  extra: readonly number[],
): number {
  const from = base[symbol];
  if (from === undefined) throw REFUSED;
  return from + take(state, extra[symbol] ?? 0);
}

/** Bit by bit, comparing with the first code of each length (RFC 1951 §3.2.2). */
function decode(state: State, { counts, symbols }: Code): number {
  let code = 0;
  let first = 0;
  let index = 0;
  for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
    code |= take(state, 1);
    const count = counts[length] ?? 0;
    if (code - count < first) return symbols[index + (code - first)] ?? 0;
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  throw REFUSED;
}

/** At most 16. */
function take(state: State, count: number): number {
  while (state.count < count) {
    const byte = state.input[state.at];
    if (byte === undefined) throw REFUSED;
    state.at++;
    state.bits |= byte << state.count;
    state.count += 8;
  }
  const value = state.bits & ((1 << count) - 1);
  state.bits >>>= count;
  state.count -= count;
  return value;
}

/** Complete, or with one code only, of one bit, or with none: as zlib takes them. */
function usable(lengths: Uint8Array): Code {
  const { code, unused } = codeOf(lengths);
  const used = lengths.length - (code.counts[0] ?? 0);
  if (unused > 0 && (used > 1 || (used === 1 && code.counts[1] !== 1))) throw REFUSED;
  return code;
}

/** @returns the code, and how many codes of the greatest length it leaves unused; refuses over-subscription. */
function codeOf(lengths: Uint8Array): { code: Code; unused: number } {
  const counts = new Uint16Array(MAX_CODE_LENGTH + 1);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  let unused = 1;
  for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
    unused = unused * 2 - (counts[length] ?? 0);
    if (unused < 0) throw REFUSED;
  }
  const offsets = new Uint16Array(MAX_CODE_LENGTH + 1);
  for (let length = 1; length < MAX_CODE_LENGTH; length++)
    offsets[length + 1] = (offsets[length] ?? 0) + (counts[length] ?? 0);
  const symbols = new Uint16Array(lengths.length);
  for (const [symbol, length] of lengths.entries())
    if (length !== 0) {
      const at = offsets[length] ?? 0;
      symbols[at] = symbol;
      offsets[length] = at + 1;
    }
  return { code: { counts, symbols }, unused };
}
