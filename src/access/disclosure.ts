/**
 * What a read is about to show. It is put on record before a byte of it leaves (design §3.12), so a
 * handler that shows payloads hands over this instead of sending by itself.
 */
import type { UnixMillis } from '../base/brand.js';
import type { JsonObject } from '../base/canonical-json.js';

/** One entry whose content is shown. */
export interface DisclosedEntry {
  /** Hex. */
  readonly leafHash: string;
  readonly recordedAt: UnixMillis;
  /** Of a record; null of other kinds. */
  readonly type: string | null;
  /** Subject of the entry, in clear; null of entries that are about nobody. */
  readonly subject: string | null;
}

export interface Disclosure {
  /** Name of the ledger that the entries are of. */
  readonly ledger: string;
  /** What was asked, normalised: the members of path, query or body that say what is wanted. */
  readonly question: JsonObject;
  /** In the order of the answer. */
  readonly entries: readonly DisclosedEntry[];
  /** Who are shown besides the subjects of the entries: that they are here, and how they stand. */
  readonly persons?: readonly string[];
  /**
   * Where the entries are what stood in a state of the ledger, or in several: the instants of these. Looked
   * for only where a scope asks: to find one may mean reading a block of the log.
   */
  readonly standing?: () => Promise<readonly UnixMillis[]>;
  /**
   * Sends the answer. Called once, and only when the disclosure is on record.
   * @param more for an answer that goes on: to be awaited before further entries are shown. It throws when whoever asked may
   * see no more.
   */
  readonly send: (more: DiscloseMore) => void | Promise<void>;
}

/** @throws AccessError ACCESS_DENIED and others that a new request would meet. */
export type DiscloseMore = (entries: readonly DisclosedEntry[]) => Promise<void>;
