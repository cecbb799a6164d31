/** ECDSA (FIPS 186-5 §6.4) on P-256, P-384 and secp256k1; the signature is strict DER, as OpenSSL wants it. */
import { p256, p384 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { twoIntegers } from './der.js';

const CURVES = { 'P-256': p256, 'P-384': p384, secp256k1 } as const;
export type CurveName = keyof typeof CURVES;

/** Whether these are a point on the curve that is not its zero: `04 ‖ X ‖ Y`, or compressed (SEC 1 §2.3.3). */
export function isPoint(curve: CurveName, point: Uint8Array): boolean {
  return CURVES[curve].utils.isValidPublicKey(point);
}

/** `digest` is cut to the length of the curve's order (§6.4.1); s may be any of its two forms. */
export function verifyEcdsa(
  curve: CurveName,
  point: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const { Point, verify } = CURVES[curve];
  const order = Point.Fn.ORDER;
  const integers = readSignature(signature);
  if (integers === null || integers.some((each) => each < 1n || each >= order)) return false;
  const compact = Uint8Array.from(integers.flatMap((each) => [...Point.Fn.toBytes(each)]));
  return verify(compact, digest, point, { prehash: false, lowS: false, format: 'compact' });
}

/** r and s, or null for what is not DER of two positive numbers. */
function readSignature(signature: Uint8Array): readonly bigint[] | null {
  try {
    return twoIntegers(signature);
  } catch {
    return null;
  }
}
