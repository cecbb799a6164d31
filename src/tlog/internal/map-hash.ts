/** The hashes of the sparse map. Its domain bytes are none of RFC 6962's, nor of each other's. */
import type { Sha256Digest } from '../../base/brand.js';
import { equalBytes, sha256Digest } from '../../base/bytes.js';
import { domainHashOfTwo } from './domain-hash.js';

export const MAP_LEAF = 0x02;
export const MAP_NODE = 0x03;

/** Stands for a subtree without keys: nobody knows what hashes to it. */
export const EMPTY_SUBTREE: Sha256Digest = sha256Digest(new Uint8Array(32));

/** Bits of a key: no path is longer. */
export const MAX_MAP_DEPTH = 256;

export function mapLeafHash(key: Uint8Array, value: Uint8Array): Sha256Digest {
  return domainHashOfTwo(MAP_LEAF, key, value);
}

export function mapNodeHash(left: Sha256Digest, right: Sha256Digest): Sha256Digest {
  return domainHashOfTwo(MAP_NODE, left, right);
}

export function isEmptySubtree(hash: Sha256Digest): boolean {
  return equalBytes(hash, EMPTY_SUBTREE);
}

/** Bit `depth` of a key, the most significant of its first byte being bit 0. */
export function bitAt(key: Uint8Array, depth: number): 0 | 1 {
  const byte = key[Math.floor(depth / 8)] ?? 0;
  return ((byte >> (7 - (depth % 8))) & 1) === 0 ? 0 : 1;
}
