/**
 * Arithmetic on tree positions. Sizes go up to 2⁵³−1, and JavaScript's `>>` and `&` cut at 32 bits:
 * dividing by a power of two is exact, so we divide.
 */

/** Trees cannot be higher: their size is a safe integer. */
export const MAX_TREE_HEIGHT = 53;

export function shiftRight(value: number, bits: number): number {
  return Math.floor(value / 2 ** bits);
}

export function isOdd(value: number): boolean {
  return value % 2 === 1;
}

/** `value` > 0. Not `Math.log2`, which says 53 for 2⁵³−1 as well. */
export function isPowerOfTwo(value: number): boolean {
  let odd = value;
  while (!isOdd(odd)) odd /= 2;
  return odd === 1;
}

/** A safe integer ≥ 0: what may be an index, a size or a length. */
export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** ASCII decimal without sign or leading zeros, at most 2⁵³−1; undefined for every other text. */
export function parseDecimal(text: string): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
