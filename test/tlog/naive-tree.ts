/** RFC 6962 §2.1 word for word, recursive and slow: what the real implementation is held against. */
import { createHash } from 'node:crypto';
import type { LeafIndex, Sha256Digest, TreeSize } from '../../src/base/brand.js';
import { sha256Digest, toHex, utf8 } from '../../src/base/bytes.js';

export function hashOf(...parts: readonly Uint8Array[]): Sha256Digest {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return sha256Digest(new Uint8Array(hash.digest()));
}

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export function naiveLeaf(entry: Uint8Array): Sha256Digest {
  return hashOf(LEAF, entry);
}

export function naiveNode(left: Uint8Array, right: Uint8Array): Sha256Digest {
  return hashOf(NODE, left, right);
}

/** Leaf hashes of the entries "entry 0", "entry 1", … */
export function leaves(count: number, label = 'entry'): Sha256Digest[] {
  return Array.from({ length: count }, (_, index) => naiveLeaf(utf8(`${label} ${index}`)));
}

/** MTH over leaf hashes. */
export function naiveRoot(hashes: readonly Sha256Digest[]): Sha256Digest {
  const [first] = hashes;
  if (first === undefined) return hashOf();
  if (hashes.length === 1) return first;
  const k = split(hashes.length);
  return naiveNode(naiveRoot(hashes.slice(0, k)), naiveRoot(hashes.slice(k)));
}

/** PATH(m, D[n]), RFC 6962 §2.1.1. */
export function naivePath(m: number, hashes: readonly Sha256Digest[]): Sha256Digest[] {
  if (hashes.length <= 1) return [];
  const k = split(hashes.length);
  return m < k
    ? [...naivePath(m, hashes.slice(0, k)), naiveRoot(hashes.slice(k))]
    : [...naivePath(m - k, hashes.slice(k)), naiveRoot(hashes.slice(0, k))];
}

/** PROOF(m, D[n]), RFC 6962 §2.1.2. */
export function naiveProof(m: number, hashes: readonly Sha256Digest[]): Sha256Digest[] {
  return subproof(m, hashes, true);
}

function subproof(m: number, hashes: readonly Sha256Digest[], whole: boolean): Sha256Digest[] {
  if (m === hashes.length) return whole ? [] : [naiveRoot(hashes)];
  const k = split(hashes.length);
  return m <= k
    ? [...subproof(m, hashes.slice(0, k), whole), naiveRoot(hashes.slice(k))]
    : [...subproof(m - k, hashes.slice(k), false), naiveRoot(hashes.slice(0, k))];
}

/**
 * On which side the siblings stand. A proof says nothing else of index and size: two pairs of the same
 * shape share their proofs.
 */
export function pathShape(m: number, n: number): string {
  if (n <= 1) return '';
  const k = split(n);
  return m < k ? `${pathShape(m, k)}R` : `${pathShape(m - k, n - k)}L`;
}

/** The same for a consistency proof; it begins with whether the old root is in the proof. */
export function proofShape(m: number, n: number, whole = true): string {
  if (m === n) return whole ? 'whole ' : 'part ';
  const k = split(n);
  return m <= k ? `${proofShape(m, k, whole)}R` : `${proofShape(m - k, n - k, false)}L`;
}

/** The largest power of two below n. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** For comparing thousands of proofs: `toEqual` of bytes is slow. */
export function hexOf(hashes: readonly Uint8Array[]): string {
  return hashes.map(toHex).join(' ');
}

export function indexOf(value: number): LeafIndex {
  return value as LeafIndex;
}

export function sizeOf(value: number): TreeSize {
  return value as TreeSize;
}

/** The value, or the test fails here. */
export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a test looked for what is not there');
  return value;
}
