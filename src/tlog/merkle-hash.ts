/** The hashes of the RFC 6962 §2.1 tree: domain-separated, so that no leaf can pass for a node. */
import type { Sha256Digest } from '../base/brand.js';
import { sha256 } from '../base/hash.js';
import { domainHash, domainHashOfPairs, domainHashOfTwo } from './internal/domain-hash.js';

const LEAF = 0x00;
const NODE = 0x01;

/** MTH({}): the root hash of the tree with no leaves, SHA-256 of nothing. */
export const EMPTY_ROOT: Sha256Digest = sha256();

/** MTH({d}) = SHA-256(00 ‖ d). */
export function leafHash(statement: Uint8Array): Sha256Digest {
  return domainHash(LEAF, statement);
}

/** SHA-256(01 ‖ left ‖ right). */
export function nodeHash(left: Sha256Digest, right: Sha256Digest): Sha256Digest {
  return domainHashOfTwo(NODE, left, right);
}

/**
 * The layer above `children`: each pair hashed, an odd last one carried up as it is. Doing this until
 * one hash is left gives the same root as the recursion of RFC 6962 §2.1, which splits at the largest
 * power of two: both leave only the right edge incomplete.
 */
export function parentLayer(children: readonly Sha256Digest[]): Sha256Digest[] {
  const parents = domainHashOfPairs(NODE, children);
  const last = children.at(-1);
  if (children.length % 2 === 1 && last !== undefined) parents.push(last);
  return parents;
}
