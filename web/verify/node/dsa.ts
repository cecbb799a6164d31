/** DSA (FIPS 186-4 §4.7): BigInts, public values only. No policy of ours accepts it; it must still be told from a forgery. */
import {
  bigEndian,
  DER_TAG,
  derValues,
  onlyDerValue,
  positiveInteger,
  twoIntegers,
} from './der.js';
import { createHash } from './digests.js';
import { power } from './rsa.js';

export interface DsaNumbers {
  readonly p: bigint;
  readonly q: bigint;
  readonly g: bigint;
  readonly y: bigint;
}

/** @param parameters the SEQUENCE of p, q and g; @param key the INTEGER y (RFC 3279 §2.3.2). */
export function readDsaNumbers(parameters: Uint8Array, key: Uint8Array): DsaNumbers {
  const [p = 0n, q = 0n, g = 0n] = derValues(onlyDerValue(parameters, DER_TAG.sequence)).map(
    positiveInteger,
  );
  const y = positiveInteger({ tag: DER_TAG.integer, content: onlyDerValue(key, DER_TAG.integer) });
  return { p, q, g, y };
}

/** The digest is cut to the length of q (§4.6). */
export function verifyDsa(
  { p, q, g, y }: DsaNumbers,
  name: string,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const numbers = readSignature(signature);
  if (numbers === null || numbers.some((each) => each < 1n || each >= q)) return false;
  const [r, s] = numbers;
  const hashed = createHash(name);
  hashed.update(message);
  const cut = hashed.digest().subarray(0, Math.ceil(q.toString(2).length / 8));
  const inverse = power(s, q - 2n, q);
  const left = power(g, (bigEndian(cut) * inverse) % q, p);
  const right = power(y, (r * inverse) % q, p);
  return ((left * right) % p) % q === r;
}

/** Null for what is not DER of two positive numbers. */
function readSignature(signature: Uint8Array): [bigint, bigint] | null {
  try {
    return twoIntegers(signature);
  } catch {
    return null;
  }
}
