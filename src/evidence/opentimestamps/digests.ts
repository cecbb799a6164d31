/**
 * The hashes that timestamps are made with. Keccak-256 Node does not have, and RIPEMD-160 only where its
 * OpenSSL was built with it; so all but SHA-256 come from one package, which runs in a browser too.
 *
 * SHA-1 and RIPEMD-160 are good enough here: a path needs that nobody finds a second content for a
 * hash that is already in a block, and whoever makes two contents of one hash has both at that time.
 */
import { ripemd160, sha1 } from '@noble/hashes/legacy.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { sha256 } from '../../base/hash.js';

export type OtsDigestName = 'sha1' | 'ripemd160' | 'sha256' | 'keccak256';

export const OTS_DIGEST_BYTES: Readonly<Record<OtsDigestName, number>> = {
  sha1: 20,
  ripemd160: 20,
  sha256: 32,
  keccak256: 32,
};

export function otsDigest(name: OtsDigestName, bytes: Uint8Array): Uint8Array {
  return DIGESTS[name](bytes);
}

const DIGESTS: Readonly<Record<OtsDigestName, (bytes: Uint8Array) => Uint8Array>> = {
  sha1,
  ripemd160,
  sha256: (bytes) => sha256(bytes),
  keccak256: keccak_256,
};
