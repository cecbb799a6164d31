/**
 * What was the case, of the records of one subject: which version of each thing stands. One function for
 * the node's answers and for the offline verifier, so that the two cannot differ
 * (docs/formats/collection.md, _State_).
 */
import type { LeafIndex, UnixMillis } from '../base/brand.js';
import type { HexDigest } from '../base/hex-digest.js';

/** What of a record decides. */
export interface Version {
  readonly index: LeafIndex;
  readonly leafHash: HexDigest;
  /** The tag of (subject, type, key); of a record without a key, one that no other record has. */
  readonly thing: HexDigest;
  /** False of a record without a key, which alone may withdraw a version of another thing. */
  readonly hasKey: boolean;
  readonly recordedAt: UnixMillis;
  /** Null: from when it was recorded. */
  readonly validFrom: UnixMillis | null;
  /** Null: without end. */
  readonly validTo: UnixMillis | null;
  /** Leaf hash of the version it withdraws. */
  readonly retracts: HexDigest | null;
}

export interface StateQuestion {
  /** Absent: the version recorded last, whenever it is or was valid. */
  readonly validAt?: UnixMillis;
}

/**
 * At most one version a thing, ascending by index.
 *
 * @param versions records of one subject, all of those below the size that is asked about and none
 * above: a retraction that was recorded later does not count yet. In any order.
 */
export function stateOf<V extends Version>(
  versions: readonly V[],
  { validAt }: StateQuestion = {},
): V[] {
  const withdrawn = withdrawnBy(versions);
  const chosen = new Map<HexDigest, V>();
  for (const version of versions) {
    if (withdrawn.has(version.leafHash)) continue;
    if (validAt !== undefined && !isValidAt(version, validAt)) continue;
    const other = chosen.get(version.thing);
    if (other === undefined || outdoes(version, other, validAt)) chosen.set(version.thing, version);
  }
  return [...chosen.values()].sort((a, b) => a.index - b.index);
}

/** Withdrawn for good: it does not matter what becomes of the record that says so. */
function withdrawnBy(versions: readonly Version[]): ReadonlySet<HexDigest> {
  const byLeaf = new Map(versions.map((version) => [version.leafHash, version]));
  const withdrawn = new Set<HexDigest>();
  for (const version of versions) {
    const target = version.retracts === null ? undefined : byLeaf.get(version.retracts);
    if (target === undefined || target.index >= version.index) continue;
    // The node refuses any other retraction when it is recorded; here nobody's word is taken for that.
    if (!version.hasKey || target.thing === version.thing) withdrawn.add(target.leafHash);
  }
  return withdrawn;
}

function isValidAt(version: Version, at: UnixMillis): boolean {
  return startOf(version) <= at && (version.validTo === null || at < version.validTo);
}

function outdoes(version: Version, other: Version, validAt: UnixMillis | undefined): boolean {
  const later = validAt === undefined ? 0 : startOf(version) - startOf(other);
  return later === 0 ? version.index > other.index : later > 0;
}

function startOf({ validFrom, recordedAt }: Version): UnixMillis {
  return validFrom ?? recordedAt;
}
