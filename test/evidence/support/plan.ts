/** What a synthetic operator does: honestly, unless it is bent. */
import type { Sha256Digest, UnixMillis } from '../../../src/base/brand.js';
import { canonicalJsonBytes } from '../../../src/base/canonical-json.js';
import { parseInstant } from '../../../src/base/time.js';
import type { ChainName } from '../../../src/evidence/chains.js';
import type { AuthorHistory } from '../../../src/evidence/evidence-file.js';
import type { HeadStatement } from '../../../src/evidence/head-statement.js';
import type {
  BatchStatement,
  EpochStatement,
  HandoverStatement,
  LedgerStatement,
  LossStatement,
} from '../../../src/records/statement.js';
import type { Checkpoint } from '../../../src/tlog/checkpoint.js';
import { type SyntheticAuthor, syntheticAuthor } from './synthetic-authors.js';
import type { RecordBends, SignatureBends } from './synthetic-entries.js';
import { type Authority, type LogKeys, type NamedKey, newAuthority } from './synthetic-keys.js';

export const START = parseInstant('2026-11-02T09:00:00.000Z');
export const MINUTE = 60_000;
/** Entries of the log. */
export const SIZE = 20;
export const HANDOVER = 5;
export const ENTRY = 9;
/** The second is not in the anchored head that holds the entry. */
export const SIGNATURES = [12, 15] as const;
export const BATCH = 16;
/** Over the batch. */
export const BATCH_SIGNATURE = 18;
/** Sizes of the log at the epochs, which are 1, 2 … of the epoch log. */
export const EPOCH_SIZES = [4, 8, 14, 20] as const;

export interface PlannedAnchor {
  readonly height: number;
  /** Of the epoch log. */
  readonly size: number;
  readonly chainScript?: Uint8Array;
}

/** Of the two anchors of a file: an epoch, and the transaction that is to prove it (from 0). */
export interface PlannedProof {
  readonly epoch: number;
  readonly anchor: number;
}

export interface Plan extends RecordBends, SignatureBends {
  /** Who has the same seed is the same operator. */
  readonly seed: string;
  /** Whose names the log bears; the operator's own, unless somebody passes for another. */
  readonly namesOf: string;
  readonly ledger: string;
  readonly authority: Authority;
  /** Of the log's seal. */
  readonly sealAuthority: Authority;
  readonly recordedAt: (index: number) => UnixMillis;
  readonly payload: Uint8Array;
  readonly recordKey: string | undefined;
  /** Who signs the entry's claim; null if nobody does. */
  readonly author: SyntheticAuthor | null;
  /** What the file shows of the author. */
  readonly history: (history: AuthorHistory) => AuthorHistory | undefined;
  /** Where the entry stands that the file shows as the log's first. */
  readonly firstIndex: number;
  readonly first: (statement: LedgerStatement, keys: LogKeys) => LedgerStatement | LossStatement;
  /** What the signatures of the handover are over. */
  readonly handoverTerms: (terms: HandoverTerms, keys: LogKeys) => HandoverTerms;
  readonly handoverBy: (keys: LogKeys) => readonly NamedKey[];
  readonly batchIndex: number;
  readonly batch: (statement: BatchStatement) => BatchStatement;
  readonly batchInclusion: (path: readonly Sha256Digest[]) => readonly Sha256Digest[];
  readonly lastKey: (keys: LogKeys) => NamedKey;
  readonly checkpoint: (checkpoint: Checkpoint) => Checkpoint;
  readonly cosigners: (keys: LogKeys) => readonly NamedKey[];
  readonly sealed: (document: Uint8Array) => Uint8Array;
  readonly sealedAt: UnixMillis;
  /** What the certificate signs in place of the entry's statement. */
  readonly signed: (statement: Uint8Array) => Uint8Array;
  readonly head: (head: HeadStatement, epoch: number) => HeadStatement;
  readonly epoch: (statement: EpochStatement) => EpochStatement;
  readonly tenantHandle: (handle: Uint8Array) => Uint8Array;
  readonly logHandle: (handle: Uint8Array, epoch: number) => Uint8Array;
  readonly chain: ChainName;
  /** Height of the first header of the chain. */
  readonly firstHeight: number;
  readonly confirmations: number;
  readonly anchors: readonly PlannedAnchor[];
  readonly after: PlannedProof;
  readonly before: PlannedProof;
  /** An epoch, and the size of the epoch log that is stamped; null for a file without a time-stamp. */
  readonly stamp: { readonly epoch: number; readonly size: number } | null;
  readonly stampedAt: UnixMillis;
  /** What is stamped in place of the note. */
  readonly stamped: (note: Uint8Array) => Uint8Array;
}

export type HandoverTerms = Omit<HandoverStatement, 'signatures'>;

const same = <T>(value: T): T => value;

export function minutes(count: number): UnixMillis {
  return (START + count * MINUTE) as UnixMillis;
}

export const DAY_BEFORE = (START - 24 * 60 * MINUTE) as UnixMillis;

/** An honest operator's. */
export function plan(bends: Partial<Plan> = {}): Plan {
  const seed = bends.seed ?? 'bank';
  const authority = bends.authority ?? newAuthority(seed, DAY_BEFORE);
  return {
    seed,
    namesOf: seed,
    ledger: 'kyc',
    authority,
    sealAuthority: authority,
    recordedAt: (index) => minutes(10 * index),
    payload: canonicalJsonBytes({ city: 'Zürich', country: 'CH', street: 'Seilergraben 1' }),
    recordKey: 'residence',
    author: syntheticAuthor('Ada'),
    history: same,
    header: same,
    headerBytes: same,
    record: same,
    openers: same,
    signatureHeader: same,
    signature: same,
    firstIndex: 0,
    first: same,
    handoverTerms: same,
    handoverBy: ({ first, second }) => [first, second],
    batchIndex: BATCH,
    batch: same,
    batchInclusion: same,
    lastKey: ({ second }) => second,
    checkpoint: same,
    cosigners: () => [],
    sealed: same,
    sealedAt: START,
    signed: same,
    head: same,
    epoch: same,
    tenantHandle: same,
    logHandle: same,
    chain: 'devchain',
    firstHeight: 300,
    confirmations: 3,
    anchors: [
      { height: 310, size: 3 },
      { height: 330, size: 5 },
    ],
    after: { epoch: 3, anchor: 1 },
    before: { epoch: 2, anchor: 0 },
    stamp: { epoch: 3, size: 4 },
    stampedAt: minutes(150),
    stamped: same,
    ...bends,
  };
}
