/** Proofs from a sparse map: a key's one value, or its absence (docs/formats/sparse-map.md). */
import type { Sha256Digest } from '../base/brand.js';
import { ByteReader, ByteWriter } from '../base/byte-codec.js';
import { equalBytes, sha256Digest } from '../base/bytes.js';
import {
  EMPTY_SUBTREE,
  MAX_MAP_DEPTH,
  bitAt,
  isEmptySubtree,
  mapLeafHash,
  mapNodeHash,
} from './internal/map-hash.js';
import { TlogError, refusedAs } from './tlog-error.js';

export interface MapProof {
  /** What the path of the key ends at: the key itself, nothing, or the leaf of another key. */
  readonly end:
    | { readonly kind: 'key' }
    | { readonly kind: 'empty' }
    | { readonly kind: 'other'; readonly key: Uint8Array; readonly value: Uint8Array };
  /** From the end of the path up to the root, empty ones included: as many as the path is deep. */
  readonly siblings: readonly Sha256Digest[];
}

/** True if, under this root, the key has this value and hence no other. */
export function verifyMembership(
  root: Sha256Digest,
  key: Uint8Array,
  value: Uint8Array,
  { end, siblings }: MapProof,
): boolean {
  return (
    end.kind === 'key' &&
    areWords(key, value) &&
    leadsTo(root, key, mapLeafHash(key, value), siblings)
  );
}

/** True if, under this root, the key has no value. */
export function verifyAbsence(
  root: Sha256Digest,
  key: Uint8Array,
  { end, siblings }: MapProof,
): boolean {
  switch (end.kind) {
    case 'key':
      return false;
    case 'empty':
      return areWords(key) && leadsTo(root, key, EMPTY_SUBTREE, siblings);
    case 'other':
      return (
        areWords(key, end.key, end.value) &&
        !equalBytes(end.key, key) &&
        // A leaf off the key's path says nothing of the key.
        siblings.every((_, depth) => bitAt(end.key, depth) === bitAt(key, depth)) &&
        leadsTo(root, key, mapLeafHash(end.key, end.value), siblings)
      );
  }
}

const ENDS = ['key', 'empty', 'other'] as const;

/** `u8 end ‖ [key ‖ value] ‖ u16 depth ‖ depth siblings`, with end 0 = key, 1 = empty, 2 = other. */
export function encodeMapProof({ end, siblings }: MapProof): Uint8Array {
  const writer = new ByteWriter(67 + 32 * siblings.length);
  writer.u8(ENDS.indexOf(end.kind));
  if (end.kind === 'other') {
    writer.bytes(end.key);
    writer.bytes(end.value);
  }
  writer.u16(siblings.length);
  for (const sibling of siblings) writer.bytes(sibling);
  return writer.finish();
}

/**
 * Verifies nothing. The proof's hashes are views of `bytes`.
 *
 * @throws TlogError MAP_PROOF_MALFORMED for anything that `encodeMapProof` would not write of a path
 * of at most 256 steps.
 */
export function decodeMapProof(bytes: Uint8Array): MapProof {
  return refusedAs('MAP_PROOF_MALFORMED', 'not a map proof', () => {
    const reader = new ByteReader(bytes);
    const end = readEnd(reader);
    const depth = reader.u16();
    if (depth > MAX_MAP_DEPTH) throw malformed('its path has more than 256 steps');
    const siblings = Array.from({ length: depth }, () => sha256Digest(reader.bytes(32)));
    reader.end();
    return { end, siblings };
  });
}

function readEnd(reader: ByteReader): MapProof['end'] {
  const kind = ENDS[reader.u8()];
  if (kind === undefined) throw malformed('its path has an unknown end');
  if (kind !== 'other') return { kind };
  return { kind, key: reader.bytes(32), value: reader.bytes(32) };
}

/** Keys and values have 32 bytes. */
function areWords(...words: readonly Uint8Array[]): boolean {
  return words.every((word) => word.length === 32);
}

function leadsTo(
  root: Sha256Digest,
  key: Uint8Array,
  end: Sha256Digest,
  siblings: readonly Sha256Digest[],
): boolean {
  if (siblings.length > MAX_MAP_DEPTH) return false;
  // What stands alone beside nothing is collapsed into the place above: such a path is too long.
  const [nearest] = siblings;
  if (nearest !== undefined && isEmptySubtree(nearest)) return false;
  let hash = end;
  let depth = siblings.length;
  for (const sibling of siblings) {
    depth--;
    hash = bitAt(key, depth) === 1 ? mapNodeHash(sibling, hash) : mapNodeHash(hash, sibling);
  }
  return equalBytes(hash, root);
}

function malformed(reason: string): TlogError {
  return new TlogError('MAP_PROOF_MALFORMED', `not a map proof: ${reason}`);
}
