/** What a data subject's export is made from: plain data, put together by whoever may read all of it. */
import type { LeafIndex, TreeSize, UnixMillis } from '../base/brand.js';
import type { HexDigest } from '../base/hex-digest.js';
import type { AttachedFile } from './attached.js';
import type { Content, OmissionReason, ValidTime } from './content.js';
import type { ProofState } from './proof-state.js';
import type { EmbeddedFile } from './report-document.js';
import type { ReportLanguage } from './report-language.js';

export interface SubjectExportData {
  readonly language: ReportLanguage;
  /** Printed, and in the document's metadata. */
  readonly createdAt: UnixMillis;
  /** Origin of the log, or the name that several have in common. */
  readonly log: string;
  /** Who answers for the processing, by the name it has in law. */
  readonly controller: string;
  /** The identifier under which the data are recorded. */
  readonly subject: string;
  /** What else Art. 15(1) GDPR asks for, as the controller words it: purposes, recipients, periods, source. */
  readonly notices: readonly Notice[];
  /** Every log that was read, and how far. */
  readonly logs: readonly ReadLog[];
  readonly types: readonly ExportedType[];
  readonly mentions: readonly ExportedMention[];
  readonly signatures: readonly ExportedSignature[];
  /** Oldest first; null: who read the data is not part of this export. */
  readonly accesses: readonly DataAccess[] | null;
  readonly omissions: readonly Omission[];
  /** Of each embedded evidence file. */
  readonly proofs: readonly ProofState[];
  readonly files: readonly EmbeddedFile[];
}

export interface Notice {
  readonly label: string;
  readonly text: string;
}

export interface ReadLog {
  readonly origin: string;
  readonly size: TreeSize;
  readonly rootHash: HexDigest;
}

export interface ExportedType {
  readonly type: string;
  readonly things: readonly ExportedThing[];
}

/** All versions under one record key. */
export interface ExportedThing {
  readonly key: string | null;
  /** Oldest first. */
  readonly versions: readonly ExportedVersion[];
}

/** Where an entry stands, so that its evidence can be asked for. */
export interface EntryPlace {
  readonly origin: string;
  readonly index: LeafIndex;
  /** Leaf hash. */
  readonly id: HexDigest;
  readonly recordedAt: UnixMillis;
}

export interface ExportedVersion extends EntryPlace {
  readonly valid: ValidTime;
  readonly author: string;
  /** As it was recorded. */
  readonly retentionClass: string;
  /** Whether it stands, as last recorded. */
  readonly isCurrent: boolean;
  /** Leaf hash of the version it withdraws. */
  readonly retracts: HexDigest | null;
  /** Absent where there are none. */
  readonly attachments?: readonly AttachedFile[];
  readonly content: Content;
}

/** Where a record about somebody else names the person. */
export interface ExportedMention extends EntryPlace {
  readonly type: string;
  readonly role: 'party' | 'part';
  /** Of a part. */
  readonly content: Content | null;
}

/** That a record is signed, and not whose signature it is. */
export interface ExportedSignature extends EntryPlace {
  /** Leaf hash of the record. */
  readonly of: HexDigest;
  readonly retentionClass: string;
  /** RFC 6838. */
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: HexDigest;
}

/** One entry of the access ledger. */
export interface DataAccess {
  readonly at: UnixMillis;
  /** Identity of the reader, as it was recorded. */
  readonly who: string;
  readonly purpose: string;
  /** What was read, such as types or a question. */
  readonly what: string;
  /** How many of this person's entries were disclosed. */
  readonly entries: number;
}

export interface Omission {
  readonly what: 'part' | 'record' | 'signature' | 'signature-value';
  readonly reason: OmissionReason;
  /** How many. */
  readonly count: number;
}
