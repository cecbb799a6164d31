/** An entry before it has a place: everything about it that does not depend on index and time. */
import type { Sha256Digest, LeafIndex, UnixMillis } from '../base/brand.js';
import type { PreparedStatement } from '../records/statement.js';

export interface EntryDraft {
  readonly statement: PreparedStatement;
  /** Key tag by which versions of one thing are chained; null if the entry is no version of anything. */
  readonly thing: Uint8Array | null;
  /** Leaf hash of the entry that this one is attached to, if it is. */
  readonly of: Uint8Array | null;
  /** Sealed parts, in the order of docs/formats/block.md. */
  readonly parts: readonly Uint8Array[];
  /** Vault row ids of the secrets that tags and parts rest on, 16 bytes each. */
  readonly secrets: readonly Uint8Array[];
  readonly idempotency: Idempotency | null;
}

export interface Idempotency {
  /** HMAC of ledger and Idempotency-Key, 32 bytes. */
  readonly tag: Uint8Array;
  /** Keyed tag of the canonical record: same key, other record → conflict. */
  readonly recordTag: Uint8Array;
}

/** What became of a draft. `repeated` and `conflict` appended nothing. */
export type Outcome =
  | ({ readonly kind: 'appended' } & AppendedEntry)
  | { readonly kind: 'repeated'; readonly log: number; readonly index: LeafIndex }
  | { readonly kind: 'conflict' };

/** Durable: the journal that holds it is synced. */
export interface AppendedEntry {
  readonly origin: string;
  readonly index: LeafIndex;
  readonly leafHash: Sha256Digest;
  readonly recordedAt: UnixMillis;
  /** Signed note of the checkpoint of this commit. */
  readonly checkpoint: string;
  /** RFC 6962 path to that checkpoint's root. */
  readonly inclusionProof: readonly Sha256Digest[];
}
