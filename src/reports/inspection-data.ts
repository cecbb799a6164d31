/** What the report of an inspection is made from: plain data, put together by whoever answered the inspector. */
import type { LeafIndex, TreeSize, UnixMillis } from '../base/brand.js';
import type { JsonValue } from '../base/canonical-json.js';
import type { HexDigest } from '../base/hex-digest.js';
import type { AttachedFile } from './attached.js';
import type { Content, ValidTime } from './content.js';
import type { ProofState } from './proof-state.js';
import type { EmbeddedFile } from './report-document.js';
import type { ReportLanguage } from './report-language.js';

export interface InspectionReportData {
  readonly language: ReportLanguage;
  /** Printed, and in the document's metadata. */
  readonly createdAt: UnixMillis;
  /** Origin of the log that was inspected; where there are several, the name they have in common. */
  readonly log: string;
  /** The inspected tenant, by the name it has in law. */
  readonly institution: string;
  readonly caseId: string;
  readonly authority: string;
  readonly legalBasis: string;
  readonly scope: InspectionScope;
  readonly openedAt: UnixMillis;
  /** Null: never. */
  readonly expiresAt: UnixMillis | null;
  /** Null: still open. */
  readonly closedAt: UnixMillis | null;
  /** Whether the inspected institution is not told of it. */
  readonly hidden: boolean;
  readonly inspectors: readonly Inspector[];
  /** In the order asked. */
  readonly questions: readonly InspectionQuestion[];
  readonly subjects: readonly InspectedSubject[];
  /** Of each embedded evidence file. */
  readonly proofs: readonly ProofState[];
  readonly files: readonly EmbeddedFile[];
}

export interface InspectionScope {
  /** Identifiers; null: all. */
  readonly subjects: readonly string[] | null;
  /** Null: all. */
  readonly types: readonly string[] | null;
  /** Of recorded times. */
  readonly period: ValidTime;
}

export interface Inspector {
  readonly name: string;
  readonly organisation: string;
  /** Key id, certificate subject or the like, as it stands in the access ledger. */
  readonly identity: string;
  /** How the node knew: API key, certificate, log-in. */
  readonly identifiedBy: string;
}

export interface InspectionQuestion {
  readonly askedAt: UnixMillis;
  readonly question: string;
  /** Null: the question was about an entry, and not about a state. */
  readonly asOf: TreeState | null;
  /** Null: the question was not about a valid time. */
  readonly validAt: UnixMillis | null;
  /** How many entries the answer disclosed. */
  readonly shown: number;
  /** RFC 6962 root over the leaf hashes of these, as in the access ledger; null if none was shown. */
  readonly resultRoot: HexDigest | null;
}

export interface TreeState {
  readonly size: TreeSize;
  readonly rootHash: HexDigest;
}

export interface InspectedSubject {
  readonly subject: string;
  /** One or two: with two, `differences` leads from the first to the second. */
  readonly states: readonly SubjectState[];
  readonly differences: readonly Difference[];
  /** Oldest first. */
  readonly timeline: readonly TimelineEntry[];
}

export interface SubjectState {
  readonly asOf: TreeState;
  /** Recorded time of the last entry of that state. */
  readonly knownUntil: UnixMillis;
  /** Null: of each thing what was recorded last. */
  readonly validAt: UnixMillis | null;
  readonly things: readonly ThingState[];
}

/** One record key of one type, in the version that counts in that state. */
export interface ThingState {
  readonly type: string;
  readonly key: string | null;
  readonly index: LeafIndex;
  readonly recordedAt: UnixMillis;
  readonly valid: ValidTime;
  readonly author: string;
  /** Absent where there are none. */
  readonly attachments?: readonly AttachedFile[];
  readonly content: Content;
}

export interface Difference {
  readonly type: string;
  readonly key: string | null;
  /** RFC 6901. */
  readonly pointer: string;
  /** `undefined`: not there. */
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
}

export interface TimelineEntry {
  readonly recordedAt: UnixMillis;
  readonly index: LeafIndex;
  /** Kind of the entry, type and key if it has them. */
  readonly what: string;
  readonly valid: ValidTime;
  readonly author: string;
}
