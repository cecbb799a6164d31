/** An entry before it has a place: everything about it that does not depend on index and time. */
import type { LeafIndex, Sha256Digest, UnixMillis } from '../base/brand.js';
import type { HexDigest } from '../base/hex-digest.js';
import type { IdempotencyTags } from '../records/bundle.js';
import type { PreparedEntry } from '../records/prepared-entry.js';
import { type Place, placeStatement } from '../records/statement-template.js';

export interface EntryDraft {
  /**
   * The statement's bytes, once the place is known.
   *
   * @param rootBefore root hash of the tree of all entries before it; costs as much as an append.
   */
  readonly statementAt: (place: Place, rootBefore: () => Sha256Digest) => Uint8Array;
  /** About how long that is, where it is longer than most. */
  readonly statementBytes?: number;
  /** Key tag by which versions of one thing are chained; null if the entry is no version of anything. */
  readonly thing: HexDigest | null;
  /** Whether a version before it need not be looked for. */
  readonly isFirst: boolean;
  /** Leaf hash of the entry that this one is attached to, if it is. */
  readonly of: HexDigest | null;
  /** Leaf hash of the version of a signature that this one follows: the first to do so is the only one. */
  readonly follows: HexDigest | null;
  /** Sealed parts, in the order of docs/formats/block.md. */
  readonly sealedParts: readonly Uint8Array[];
  /** Vault row ids of the secrets that tags and parts rest on, 16 bytes each. */
  readonly secrets: readonly Uint8Array[];
  /** Same key and same record: the first receipt again. Same key, other record: a conflict. */
  readonly idempotency: IdempotencyTags | null;
  /** It would be refused: appended it is never, but it may repeat what was taken before. */
  readonly mayOnlyRepeat?: boolean;
  /** UTC month (`2026-11`) under whose secrets it is sealed; null if nothing is sealed. */
  readonly month: string | null;
  /** Of the vault that its secrets came from (`Vault.edition`); null if it rests on none. */
  readonly vaultEdition: number | null;
}

export function draftOf(
  prepared: PreparedEntry,
  vaultEdition: number,
  idempotencyTag: Uint8Array | null,
  mayOnlyRepeat = false,
): EntryDraft {
  const { template, sealedParts, thing, isFirst, of, follows, rowIds, recordTag, month } = prepared;
  return {
    statementAt: (place) => placeStatement(template, place),
    thing,
    isFirst,
    of,
    follows,
    sealedParts,
    secrets: rowIds,
    idempotency:
      idempotencyTag === null || recordTag === null
        ? null
        : { key: idempotencyTag, record: recordTag },
    mayOnlyRepeat,
    month,
    vaultEdition,
  };
}

/** Statement, tags and framing of an ordinary record. */
const MOST_OF_A_STATEMENT = 1024;

/** About what it takes of a block: for deciding what fits. */
export function draftBytes({ sealedParts, statementBytes }: EntryDraft): number {
  return sealedParts.reduce(
    (sum, part) => sum + part.length,
    statementBytes ?? MOST_OF_A_STATEMENT,
  );
}

/** A draft of an entry that holds nothing sealed: of any kind but `record` and `signature`. */
export function plainDraft(statementAt: EntryDraft['statementAt']): EntryDraft {
  return {
    statementAt,
    thing: null,
    isFirst: true,
    of: null,
    follows: null,
    sealedParts: [],
    secrets: [],
    idempotency: null,
    month: null,
    vaultEdition: null,
  };
}

/**
 * What became of a draft. Only `appended` appended anything; `stale` must be prepared again, because
 * a month began between its preparation and its turn, or a secret that it rests on is being destroyed.
 */
export type Outcome =
  | ({ readonly kind: 'appended' } & AppendedEntry)
  | { readonly kind: 'repeated'; readonly log: number; readonly index: LeafIndex }
  /** The idempotency key was used for another record, or for one that nobody can compare any more. */
  | { readonly kind: 'conflict'; readonly log: number; readonly index: LeafIndex }
  /** Another version follows the one that this was to follow. */
  | { readonly kind: 'superseded' }
  /** It could only have repeated something, and there is nothing that it repeats. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'stale' };

/**
 * What whoever appends waits for: that a crash loses nothing (`durable`), or that whoever reads from then
 * on finds it too (`applied`).
 */
export type AppendedUntil = 'durable' | 'applied';

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
