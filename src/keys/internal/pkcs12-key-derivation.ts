/**
 * The key derivation of PKCS#12 (RFC 7292 appendix B.2), which neither Node nor OpenSSL's own interface
 * offers, and node-forge takes five times as long for. Old files rest on it; of new ones the check value.
 */
import { hash } from 'node:crypto';
import { concat } from '../../base/bytes.js';

/** Appendix B.3: what the derived bytes are for. */
export const PURPOSE = { key: 1, iv: 2, mac: 3 } as const;
export type Purpose = (typeof PURPOSE)[keyof typeof PURPOSE];
export type Pkcs12Digest = 'sha1' | 'sha256' | 'sha384' | 'sha512';

export interface DerivePkcs12 {
  readonly digest: Pkcs12Digest;
  readonly purpose: Purpose;
  readonly passphrase: string;
  readonly salt: Uint8Array;
  /** At least 1, or what comes out would not depend on the passphrase. */
  readonly iterations: number;
  /** Of what comes out, in bytes. */
  readonly length: number;
}

export function derivePkcs12(options: DerivePkcs12): Uint8Array {
  const { digest, purpose, passphrase, salt, iterations, length } = options;
  // The names are the RFC's: v bytes are hashed at a time.
  const v = digest === 'sha1' || digest === 'sha256' ? 64 : 128;
  const diversifier = new Uint8Array(v).fill(purpose);
  const i = concat(repeated(salt, v), repeated(bmpString(passphrase), v));
  const blocks: Uint8Array[] = [];
  for (let derived = 0; derived < length;) {
    let a: Uint8Array = concat(diversifier, i);
    for (let round = 0; round < iterations; round++) a = hash(digest, a, 'buffer');
    blocks.push(a);
    derived += a.length;
    addToBlocks(i, repeated(a, v).subarray(0, v));
  }
  return concat(...blocks).slice(0, length);
}

/** Appendix B.1: UTF-16, big-endian, and two zero bytes behind it. */
function bmpString(text: string): Uint8Array {
  return Buffer.from(`${text}\0`, 'utf16le').swap16();
}

/** As many copies as fill blocks of `v` bytes, the last one cut off; none of nothing. */
function repeated(bytes: Uint8Array, v: number): Uint8Array {
  const filled = new Uint8Array(v * Math.ceil(bytes.length / v));
  for (let at = 0; at < filled.length; at++) filled[at] = bytes[at % bytes.length] ?? 0;
  return filled;
}

/** Each block of `i` becomes itself + `b` + 1, modulo 2^8v. */
function addToBlocks(i: Uint8Array, b: Uint8Array): void {
  for (let start = 0; start < i.length; start += b.length) {
    let carry = 1;
    for (let at = b.length - 1; at >= 0; at--) {
      carry += (i[start + at] ?? 0) + (b[at] ?? 0);
      i[start + at] = carry & 0xff;
      carry >>= 8;
    }
  }
}
