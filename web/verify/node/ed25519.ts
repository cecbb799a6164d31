/**
 * Ed25519 (RFC 8032) with the acceptance of OpenSSL, so that this page and Node say the same of every
 * signature: S below the group's order, the equation without a cofactor, R compared as bytes. Keys may be
 * any that decode, of small order too and with y unreduced: what the log's key is, is not for us to judge.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { digest } from './digests.js';

const { Point } = ed25519;
const ORDER = Point.Fn.ORDER;

export function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length !== 64) return false;
  const point = decode(publicKey);
  const encodedR = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  if (point === null || s >= ORDER) return false;
  const k = littleEndian(digest('sha512', encodedR, publicKey, message)) % ORDER;
  const expected = times(Point.BASE, s).subtract(times(point, k)).toBytes();
  return expected.every((byte, at) => byte === encodedR[at]);
}

type Point = typeof Point.BASE;

/** Null for what is no point of the curve: it verifies nothing. */
function decode(publicKey: Uint8Array): Point | null {
  try {
    return Point.fromBytes(publicKey, true);
  } catch {
    return null;
  }
}

/** Nothing here is secret: the faster multiplication will do. */
function times(point: Point, scalar: bigint): Point {
  return scalar === 0n ? Point.ZERO : point.multiplyUnsafe(scalar);
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let at = bytes.length - 1; at >= 0; at--) value = (value << 8n) | BigInt(bytes[at] ?? 0);
  return value;
}
