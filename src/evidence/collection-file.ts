/**
 * The collection file (docs/formats/collection.md): whole answers about persons, with the proof that
 * nothing was left out. As with evidence, nothing of it is true before `verify` says so.
 */
import type { TreeSize, UnixMillis } from '../base/brand.js';
import type { JsonObject } from '../base/canonical-json.js';
import type { HexDigest } from '../base/hex-digest.js';
import type { PersonProof } from '../tlog/person-proof.js';
import type {
  AuthorHistory,
  DevelopmentPart,
  EvidenceAnchor,
  EvidenceEntry,
  EvidenceLog,
  EvidenceStamp,
  EvidenceWitnessed,
  ProvedStatement,
} from './evidence-file.js';

export const COLLECTION_FORMAT = 1;
export const MAX_COLLECTION_BYTES = 256 * 1024 * 1024;
export const MAX_COLLECTION_ENTRIES = 100_000;
export const MAX_QUESTIONS = 1_000;
/** Of the places that all questions together name. */
export const MAX_PLACES = 1_000_000;
export const MAX_INSPECTION_BYTES = 65_536;
export const MAX_HISTORIES = 1_000;
/** Of all histories of a file together. */
export const MAX_HISTORIES_BYTES = 8 * 1024 * 1024;

export interface CollectionFile {
  readonly anchors?: CollectionAnchors;
  /** An entry of kind `batch` behind all entries and maps, which `signatures` are over. */
  readonly batch?: ProvedStatement;
  /** Just those that the rest of the file shows: see `developmentPartsOfCollection`. */
  readonly development?: readonly DevelopmentPart[];
  /** Records and signatures, ascending by index; each belongs to an answer. */
  readonly entries: readonly EvidenceEntry[];
  /** Of authors who signed claims of `entries`; at least one. */
  readonly histories?: readonly AuthorHistory[];
  /** The file's own word about what it was made for. */
  readonly inspection?: JsonObject;
  readonly log: EvidenceLog;
  /** At least one. */
  readonly questions: readonly AnsweredQuestion[];
  /** Entries of kind `signature` under `batch`, ascending by index; at least one, and only beside it. */
  readonly signatures?: readonly EvidenceEntry[];
  readonly timeStamp?: EvidenceStamp;
  readonly witnessed?: EvidenceWitnessed;
}

export interface CollectionAnchors {
  /** Of a head that holds all entries and maps of the file. */
  readonly after: EvidenceAnchor;
}

export interface AnsweredQuestion {
  readonly completeness: Completeness;
  /** Places in the file's entries, ascending: all that carry the tag, below `asOf`. */
  readonly entries: readonly number[];
  readonly question: Question;
}

export interface Question {
  /** Of the entries with an index below it. */
  readonly asOf: TreeSize;
  readonly ledger: string;
  readonly subject: string;
  /** Ascending, no two alike; absent: of all types. */
  readonly types?: readonly string[];
  /** Absent: the versions recorded last. */
  readonly validAt?: UnixMillis;
}

export interface Completeness {
  /** An entry of kind `map` that covers `asOf`. */
  readonly map: ProvedStatement;
  /** Opens `tag` with the subject's name. */
  readonly opener: Uint8Array;
  readonly proof: PersonProof;
  readonly tag: HexDigest;
}
