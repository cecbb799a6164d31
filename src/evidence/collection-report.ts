/** What the verification of a collection says; otherwise as `verification-report`. */
import type { LeafIndex, TreeSize, UnixMillis } from '../base/brand.js';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import type { HexDigest } from '../base/hex-digest.js';
import type { FileContent } from '../records/file-content.js';
import type { Question } from './collection-file.js';
import type {
  DisclosedHeader,
  SignatureSummary,
  VerificationReport,
} from './verification-report.js';

export interface CollectionReport extends Pick<
  VerificationReport,
  | 'result'
  | 'checks'
  | 'log'
  | 'ranges'
  | 'growthCheckedBy'
  | 'development'
  | 'notProven'
  | 'trust'
  | 'file'
  | 'compared'
  | 'container'
> {
  readonly questions: readonly QuestionSummary[];
  /** What the file says of each entry; proven only as far as the checks passed. */
  readonly entries: readonly CollectedSummary[];
  readonly signatures: readonly AttachedSummary[];
  /** The file's own word; absent if it says nothing. */
  readonly inspection?: JsonObject;
}

export interface QuestionSummary {
  readonly question: Question;
  readonly tag: HexDigest;
  /** The map entry by which the answer is complete. */
  readonly map: {
    readonly index: LeafIndex;
    readonly recordedAt: UnixMillis;
    readonly size: TreeSize;
  };
  /** Null if its check, or one that it builds on, did not pass. */
  readonly answer: AnswerSummary | null;
}

/** By index. */
export interface AnswerSummary {
  readonly entries: readonly LeafIndex[];
  readonly notOpened: readonly LeafIndex[];
  /** Of other subjects, naming the person as a party or in a part. */
  readonly mentions: readonly LeafIndex[];
  /** The versions that stand, of the types asked for. */
  readonly state: readonly LeafIndex[];
  /** False if a record of the subject is not opened. */
  readonly determined: boolean;
}

export interface CollectedSummary {
  /** Leaf hash. */
  readonly id: HexDigest;
  readonly index: LeafIndex;
  readonly kind: 'record' | 'signature';
  readonly recordedAt: UnixMillis;
  readonly opened: boolean;
  /** Of a record. */
  readonly type?: string;
  readonly previous?: HexDigest;
  /** Of a signature: leaf hash of what it signs. */
  readonly of?: HexDigest;
  readonly disclosed?: DisclosedHeader;
  /** As of an entry of evidence. */
  readonly content?: JsonValue;
  readonly brings?: FileContent;
}

export interface AttachedSummary extends SignatureSummary {
  /** Leaf hash of what is signed. */
  readonly of: HexDigest;
}
