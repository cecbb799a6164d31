/** RSASSA-PKCS1-v1_5 and RSASSA-PSS verification (RFC 8017 §8.1.2, §8.2.2, §9): BigInts, public values only. */
import { bigEndian } from './der.js';
import { digest, type DigestName } from './digests.js';
import { unsupported } from './unsupported.js';

export interface RsaNumbers {
  readonly modulus: bigint;
  readonly exponent: bigint;
}

export function modulusBits({ modulus }: RsaNumbers): number {
  return modulus === 0n ? 0 : modulus.toString(2).length;
}

/** §8.2.2: the message is encoded anew and compared whole, so that there is nothing to be lenient about. */
export function verifyPkcs1(
  key: RsaNumbers,
  name: DigestName,
  hashed: Uint8Array,
  signature: Uint8Array,
): boolean {
  const encoded = open(key, signature);
  const info = [...DIGEST_INFO[name], ...hashed];
  if (encoded === null || encoded.length < info.length + 11) return false;
  const padding = new Array<number>(encoded.length - info.length - 3).fill(0xff);
  return equal(encoded, [0x00, 0x01, ...padding, 0x00, ...info]);
}

/** §9.1.2, with MGF1 over the same digest and a salt of exactly this length. */
export function verifyPss(
  key: RsaNumbers,
  name: DigestName,
  hashed: Uint8Array,
  saltLength: number,
  signature: Uint8Array,
): boolean {
  const opened = open(key, signature);
  if (opened === null) return false;
  const bits = modulusBits(key) - 1;
  const length = Math.ceil(bits / 8);
  const encoded = opened.subarray(opened.length - length);
  if (opened.length > length && opened[0] !== 0) return false;
  const dataLength = length - hashed.length - 1;
  if (dataLength < saltLength + 1 || encoded.at(-1) !== 0xbc) return false;
  const hash = encoded.subarray(dataLength, -1);
  const unused = 0xff & ~(0xff >> (8 * length - bits));
  if (((encoded[0] ?? 0) & unused) !== 0) return false;
  const mask = mgf1(name, hash, dataLength);
  const data = encoded.subarray(0, dataLength).map((byte, at) => byte ^ (mask[at] ?? 0));
  data[0] = (data[0] ?? 0) & ~unused;
  const padding = new Array<number>(dataLength - saltLength - 1).fill(0);
  if (!equal(data.subarray(0, dataLength - saltLength), [...padding, 0x01])) return false;
  const salt = data.subarray(dataLength - saltLength);
  return equal(hash, digest(name, new Uint8Array(8), hashed, salt));
}

const MIN_BITS = 512;
const MAX_BITS = 8_192;
const MAX_EXPONENT = 0xffff_ffffn;

/** All that stands before the digest in DigestInfo (RFC 8017 §9.2, note 1). */
const DIGEST_INFO: Readonly<Record<DigestName, readonly number[]>> = {
  sha256: digestInfo(0x01, 32),
  sha384: digestInfo(0x02, 48),
  sha512: digestInfo(0x03, 64),
};

function digestInfo(algorithm: number, length: number): number[] {
  const oid = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, algorithm];
  return [0x30, 17 + length, 0x30, 13, 0x06, oid.length, ...oid, 0x05, 0, 0x04, length];
}

/** s^e mod n as bytes of the modulus's length; null for a signature of another length or above n. */
function open(key: RsaNumbers, signature: Uint8Array): Uint8Array | null {
  const { modulus, exponent } = key;
  const bits = modulusBits(key);
  if (bits < MIN_BITS || bits > MAX_BITS) throw unsupported('an RSA key of this length');
  if (modulus % 2n === 0n || exponent % 2n === 0n || exponent < 3n || exponent > MAX_EXPONENT)
    throw unsupported('an RSA key of such numbers');
  const length = Math.ceil(bits / 8);
  const value = bigEndian(signature);
  if (signature.length !== length || value >= modulus) return null;
  return toBytes(power(value, exponent, modulus), length);
}

/** base^exponent mod modulus. */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === '1') result = (result * base) % modulus;
  }
  return result;
}

function mgf1(name: DigestName, seed: Uint8Array, length: number): Uint8Array {
  const mask = new Uint8Array(length);
  for (let counter = 0, at = 0; at < length; counter++) {
    const block = digest(name, seed, toBytes(BigInt(counter), 4));
    mask.set(block.subarray(0, length - at), at);
    at += block.length;
  }
  return mask;
}

function toBytes(value: bigint, length: number): Uint8Array {
  const hex = value.toString(16).padStart(2 * length, '0');
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++)
    bytes[at] = Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

function equal(a: Uint8Array, b: ArrayLike<number>): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
