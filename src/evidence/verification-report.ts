/**
 * What a verification says. Plain data: the same file and the same trust give the same report on every
 * machine. Sentences are codes with facts; `messages-en` and its like turn them into words.
 */
import type { LeafIndex, TreeSize, UnixMillis } from '../base/brand.js';
import type { JsonValue } from '../base/canonical-json.js';
import type { HexDigest } from '../base/hex-digest.js';
import type { AttachmentDescription } from '../records/attachment.js';
import type { FileContent } from '../records/file-content.js';
import type { StatementKind } from '../records/statement.js';
import type { SignerSummary } from '../signing/signature-report.js';
import type { AsicKind } from './asic-container.js';
import type { ChainName } from './chains.js';
import type { ComparedFile } from './compared-file.js';
import type { Attribution } from './internal/check-log-identity.js';
import type { Finding, Outcome } from './internal/outcome.js';
import type { JudgedTime } from './internal/proven-time.js';
import type { TrustSource } from './trust.js';

export type { Attribution } from './internal/check-log-identity.js';
export type { Finding } from './internal/outcome.js';
export type { JudgedTime } from './internal/proven-time.js';

/** `consistent`: nothing fails, but something rests on the file's own word: not attributed. */
export type VerificationResult = 'verified' | 'consistent' | 'failed';

export interface VerificationReport {
  readonly result: VerificationResult;
  /** In the order of docs/formats/evidence.md. */
  readonly checks: readonly CheckReport[];
  /** What the file says of the entry; proven only as far as the checks passed. Null if unreadable. */
  readonly entry: EntrySummary | null;
  readonly log: LogSummary | null;
  readonly signatures: readonly SignatureSummary[];
  /** Of the log up to its checkpoint, in order and without gaps; none where the file cannot be relied on. */
  readonly ranges: readonly MarkedRange[];
  /** Who besides the operator checked that the epoch log only grew: names of the verifier's policy. */
  readonly growthCheckedBy: readonly string[];
  /** What in the file or in the trust was made for development. */
  readonly development: readonly Finding[];
  readonly notProven: readonly Finding[];
  readonly trust: readonly TrustSource[];
  readonly file: { readonly sha256: HexDigest; readonly size: number };
  /** Files that the verifier gave beside it, each with what it is; absent where none was given. */
  readonly compared?: readonly ComparedFile[];
  /** Of evidence that came in one. */
  readonly container?: ContainerSummary;
}

/** How far entries have come. */
export interface MarkedRange {
  /** Index of the first. */
  readonly from: number;
  /** The index behind the last. */
  readonly to: number;
  /** None where they are bare: only the log itself says that they are there. */
  readonly marks: readonly Mark[];
}

export type Mark = 'witnessed' | 'anchored';

export interface CheckReport extends Outcome {
  readonly id: CheckId;
}

export type CheckId =
  | 'container'
  | `container-signature:${number}`
  | 'format'
  | 'statement'
  | 'header'
  | 'payload'
  | 'tags'
  | 'claim'
  | 'author'
  | 'attachments'
  | 'inclusion'
  | 'checkpoint'
  | 'handovers'
  | 'log-identity'
  | 'batch'
  | `signature:${number}`
  | 'signatures'
  | `completeness:${number}`
  | 'anchor:after'
  | 'anchor:before'
  | 'epoch-time-stamp'
  | 'witnessed';

export interface EntrySummary {
  /** Leaf hash. */
  readonly id: HexDigest;
  readonly index: LeafIndex;
  readonly kind: StatementKind;
  readonly recordedAt: UnixMillis;
  /** Of the checkpoint's tree. */
  readonly treeSize: TreeSize;
  /** By the chain; null where there is no such anchor or its check did not pass. */
  readonly notYetIn: BlockSummary | null;
  readonly in: BlockSummary | null;
  /** By an authority's clock; absent where there is no time-stamp or its check did not pass. */
  readonly stamped?: StampSummary;
  /** Of a record. */
  readonly type?: string;
  readonly previous?: HexDigest;
  /** Of a header that was opened and checked. */
  readonly disclosed?: DisclosedHeader;
  /** The payload of a record, if it was opened and checked and is JSON of at most 64 KiB. */
  readonly content?: JsonValue;
  /** Of a `chirograph.File` whose payload was opened and checked: what it brought. */
  readonly brings?: FileContent;
}

export interface DisclosedHeader {
  /** In the order of the record. */
  readonly attachments?: readonly AttachmentDescription[];
  readonly author: string;
  readonly key?: string;
  readonly mediaType: string;
  readonly payloadSize: number;
  readonly payloadSha256: HexDigest;
  readonly retracts?: HexDigest;
  readonly schema?: string;
  readonly subject: string;
  readonly validFrom?: UnixMillis;
  readonly validTo?: UnixMillis;
}

export interface BlockSummary {
  readonly chain: ChainName;
  readonly height: number;
  readonly hash: string;
  /** By the block's own clock. */
  readonly time: UnixMillis;
  readonly transaction: string;
  /** Whether the verifier knows the chain by a block of its own. */
  readonly pinned: boolean;
}

export interface StampSummary {
  readonly at: UnixMillis;
  /** Subject of its certificate. */
  readonly authority: string;
}

export interface LogSummary {
  readonly origin: string;
  /** C2SP verifier keys. */
  readonly verifierKey: string;
  readonly recoveryKey: string;
  readonly handovers: number;
  /** Those by votes, oldest first; absent where there are none, or the check of handovers did not pass. */
  readonly elections?: readonly ElectionSummary[];
  readonly identifiedBy: readonly Attribution[];
  readonly sealedBy: SignerSummary | null;
  readonly sealJudged: JudgedTime | null;
  /** If the log began because one before it was lost. */
  readonly loss: LossSummary | null;
}

/** That a node took over because the members of a group chose it. Nodes by their receipt keys. */
export interface ElectionSummary {
  /** Of the handover. */
  readonly index: LeafIndex;
  readonly node: HexDigest;
  /** Of its term. */
  readonly number: number;
  readonly votes: readonly HexDigest[];
  readonly group: GroupSummary;
}

export interface GroupSummary {
  readonly index: LeafIndex;
  readonly members: number;
  /** As many votes are enough. */
  readonly voteQuorum: number;
}

export interface LossSummary {
  readonly from: string;
  readonly recoveredSize: number;
  readonly cause: string;
}

export interface ContainerSummary {
  readonly kind: AsicKind;
  /** Data files, in the order of the archive. */
  readonly files: readonly {
    readonly name: string;
    readonly size: number;
    readonly sha256: HexDigest;
  }[];
  /** Those that could be judged. */
  readonly signatures: readonly ValidationSummary[];
}

export interface SignatureSummary extends ValidationSummary {
  readonly index: LeafIndex;
  /** Leaf hash of what is signed: of the entry, of a batch, or of a signature that is countersigned. */
  readonly of: HexDigest;
  /** Index of the batch that it is over: it covers all entries before that. */
  readonly batch?: LeafIndex;
  /** Leaf hash of the version before it, which need not be in the file. */
  readonly previous?: HexDigest;
  readonly recordedAt: UnixMillis;
}

export interface ValidationSummary {
  readonly signer: SignerSummary | null;
  /** What the signer says; no proof of when. RFC 3339. */
  readonly claimedAt: string | null;
  readonly judged: JudgedTime;
  /** EN 319 102-1. */
  readonly indication: string;
  readonly subIndication: string | null;
  /** The pinned certificate that the path ends in. */
  readonly trustAnchor: string | null;
  readonly development: boolean;
}
