/** What the search index can be asked, and what passes between the threads to make it. */
import type { LeafIndex, TreeSize } from '../base/brand.js';
import type { HexDigest } from '../base/hex-digest.js';
import type { Findable } from '../schemas/schema-document.js';

/** The whole value, or each of its words; whole ones come first. */
export type MatchedBy = 'whole' | 'words';

/** Where a page ended. */
export interface SearchPosition {
  readonly by: MatchedBy;
  /** Subjects are in the order of their tags. */
  readonly subject: HexDigest;
  /** Of the last entry looked at; null where all of the subject's have been. */
  readonly index: LeafIndex | null;
}

export interface SubjectQuery {
  /** `searchKeyId` of the key that the tags are made with. */
  readonly keyId: Uint8Array;
  /** Search tags, 32 bytes each. */
  readonly whole: Uint8Array;
  readonly words: readonly Uint8Array[];
  /** Entries below it. */
  readonly to: TreeSize;
  readonly after: SearchPosition | null;
  /** Subjects in the answer. */
  readonly limit: number;
  /** Entries of one subject in the answer. */
  readonly entries: number;
}

export interface FoundSubject {
  /** Its tag. */
  readonly subject: HexDigest;
  readonly by: MatchedBy;
  /** The newest, newest first. */
  readonly indices: readonly LeafIndex[];
  readonly hasMore: boolean;
}

export interface SubjectPage {
  readonly subjects: readonly FoundSubject[];
  /** Null if there are no more. A page may end before its limit. */
  readonly next: SearchPosition | null;
}

/** Another subject that has, or had, an identifying value of this one. */
export interface SharedValue {
  readonly subject: HexDigest;
  /** One of its entries with that value. */
  readonly index: LeafIndex;
}

export interface SharedQuery {
  readonly keyId: Uint8Array;
  readonly subject: HexDigest;
  readonly to: TreeSize;
  /** Subjects in the answer. */
  readonly limit: number;
}

/** A record that may have something to be found by, and what it takes to open it. */
export interface RecordToIndex {
  readonly index: LeafIndex;
  readonly type: string;
  /** Rows of the vault. */
  readonly headerRow: Uint8Array;
  readonly payloadRow: Uint8Array;
  /** Whether its parts are in the view; else the log has them. */
  readonly hasParts: boolean;
}

export interface RecordsToIndex {
  readonly records: readonly RecordToIndex[];
  /** With these, all below it are in the index. */
  readonly size: TreeSize;
}

export interface OpenableRecord {
  readonly index: LeafIndex;
  readonly headerSecret: Uint8Array;
  readonly payloadSecret: Uint8Array;
  /** Header and payload, sealed, where the view has them not. */
  readonly parts: readonly Uint8Array[] | null;
}

export interface RecordsToOpen {
  readonly records: readonly OpenableRecord[];
  readonly size: TreeSize;
  /** By schema, as headers name it. */
  readonly fields: ReadonlyMap<string, readonly Findable[]>;
}

export interface IndexedRecords {
  readonly size: TreeSize;
  /** That could not be opened or read. */
  readonly refused: readonly LeafIndex[];
}
