/**
 * Which 32 bytes are taken for an Ed25519 key (RFC 8032 §5.1.3): a point of the curve, written in its one form,
 * and none of the eight of small order. Under one of those a signature is over any message, or over one in
 * eight, and nobody needs a private key to make it.
 */

/** y is written in its one form, and is not that of a point of small order. @param bytes 32. */
export function isStrongPoint(bytes: Uint8Array): boolean {
  const y = readY(bytes);
  return y < P && !SMALL_ORDER.has(y);
}

/** As `isStrongPoint`, and there is an x for that y. @param bytes 32. */
export function isEd25519Point(bytes: Uint8Array): boolean {
  if (!isStrongPoint(bytes)) return false;
  const square = readY(bytes) ** 2n % P;
  // x² = u / v, which is a square just where u · v is one: by Euler's criterion.
  const [u, v] = [square - 1n, D * square + 1n];
  return power((u * v) % P, (P - 1n) / 2n) === 1n;
}

const P = 2n ** 255n - 19n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const Y_BITS = 2n ** 255n - 1n;

/** y of the points of order 8 is this, or its negative. */
const Y8 = 2707385501144840649318225287225658788936804267575313519463743609750303402022n;
/** Of order 1, 2, 4 and 8; what x is makes no difference. */
const SMALL_ORDER: ReadonlySet<bigint> = new Set([1n, P - 1n, 0n, Y8, P - Y8]);

/** Little-endian; the highest bit is that of x. */
function readY(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n) & Y_BITS;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let left = exponent, square = base; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}
