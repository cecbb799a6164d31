/** What a view can be asked for: entries found by one index, and narrowed by what their statements say. */
import type { LeafIndex } from '../base/brand.js';
import type { HexDigest } from '../base/hex-digest.js';
import type { StatementKind } from '../records/statement.js';

export interface ViewQuery {
  /** Entries with from ≤ index < to. */
  readonly from: number;
  readonly to: number;
  /** All of these must hold; tags in hex. */
  readonly where: EntryFilter;
  readonly isReversed: boolean;
  /** Entries in the answer. */
  readonly limit: number;
  /** Entries that are looked at to find them. */
  readonly budget: number;
}

export interface EntryFilter {
  readonly kind?: StatementKind;
  /** Any of them; whoever asks bounds how many, for each is a walk of its own. */
  readonly types?: readonly string[];
  /** Subject, party, or subject of a part. */
  readonly person?: HexDigest;
  readonly author?: HexDigest;
  readonly thing?: HexDigest;
}

/** A page of what was found. */
export interface ViewPage<E> {
  readonly entries: readonly E[];
  /** Where to go on, `from` or, if reversed, `to`; null if all have been looked at. */
  readonly next: LeafIndex | null;
  /** Bytes of the page grow with it: a page may end before its limit. */
  readonly examined: number;
}

export interface ViewCount {
  readonly count: number;
  /** False if the budget was used up before all had been counted. */
  readonly isComplete: boolean;
}
