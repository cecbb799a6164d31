/**
 * The statement: the canonical bytes of an entry, hashed into the tree and kept verbatim for ever
 * (docs/formats/statement.md). It holds nothing personal in clear.
 */
import type { LeafIndex, UnixMillis } from '../base/brand.js';
import { canonicalJsonBytes } from '../base/canonical-json.js';
import type { HexDigest } from '../base/hex-digest.js';
import { formatInstant } from '../base/time.js';
import type { Election } from '../tlog/election.js';
import type { SaidWord } from '../tlog/erasure-word.js';
import type { HandoverSignature } from '../tlog/handover.js';
import { electionToJson } from './election-json.js';
import { RecordsError } from './records-error.js';

export const STATEMENT_FORMAT = 1;
export const MAX_STATEMENT_LENGTH = 65_535;
/** Rows of vaults that one erasure entry names: as many as fit into it. */
export const MAX_ERASED_ROWS = 1_500;

export type Statement =
  | RecordStatement
  | SignatureStatement
  | LedgerStatement
  | EpochStatement
  | HandoverStatement
  | LossStatement
  | MapStatement
  | BatchStatement
  | GroupStatement
  | ErasureStatement
  | ErasedStatement;

export type StatementKind = Statement['kind'];

/** What only the sequencer knows. */
export interface Position {
  readonly index: LeafIndex;
  readonly recordedAt: UnixMillis;
}

export interface RecordStatement extends Position {
  readonly kind: 'record';
  /** Commitment of the header bytes. */
  readonly header: HexDigest;
  readonly parts?: readonly PartStatement[];
  /** Commitment of the payload bytes. */
  readonly payload: HexDigest;
  /** Leaf hash of the previous version of the same thing. */
  readonly prev?: HexDigest;
  readonly tags: RecordTags;
  readonly type: string;
}

export interface RecordTags {
  readonly author: HexDigest;
  /** Names the thing: subject, type and key. */
  readonly key: HexDigest;
  /** 1–64, ascending, no two alike. */
  readonly parties?: readonly HexDigest[];
  readonly subject: HexDigest;
}

/** Data of another person than the subject. */
export interface PartStatement {
  readonly payload: HexDigest;
  readonly subject: HexDigest;
}

export interface SignatureStatement extends Position {
  readonly kind: 'signature';
  readonly header: HexDigest;
  /** Leaf hash of the entry whose statement is signed: of a record, or of a signature that is countersigned. */
  readonly of: HexDigest;
  readonly payload: HexDigest;
  /** Leaf hash of the version of this same signature before it, to which more was added since. */
  readonly prev?: HexDigest;
  readonly tags: { readonly author: HexDigest; readonly subject: HexDigest };
}

/** First entry of a ledger's first log. */
export interface LedgerStatement extends Position {
  readonly kind: 'ledger';
  readonly origin: string;
  /** C2SP verifier keys, as text. */
  readonly recoveryKey: string;
  readonly verifierKey: string;
}

export interface EpochStatement extends Position {
  readonly kind: 'epoch';
  /** Digest of what changed, which lies beside the statement (docs/formats/epoch.md); absent in format 1. */
  readonly changes?: HexDigest;
  /** Number of heads; of format 1 alone. */
  readonly heads?: number;
  /** Leaf hash of the epoch before; absent in the first. */
  readonly previous?: HexDigest;
  /** Root of the map of tenants. */
  readonly tenants: HexDigest;
  /** Hex, that the log's anchors pay from here on; absent where an earlier version made the epoch. */
  readonly anchorScript?: string;
  /** Only where `anchorScript` is another than in the epoch before. */
  readonly succession?: SuccessionStatement;
}

export const SUCCESSION_CAUSES = ['foreign-spend', 'key-change', 'lost-wallet'] as const;
export type SuccessionCause = (typeof SUCCESSION_CAUSES)[number];

/** Of a chain of anchors by one under another key (docs/formats/bitcoin-anchor.md). Coins are `<txid>:<output>`. */
export interface SuccessionStatement {
  readonly cause: SuccessionCause;
  readonly ended: EndedChainStatement;
  /** The coin that the new chain starts from. */
  readonly first: string;
  /** Of that coin, in satoshi. */
  readonly value: number;
}

export interface EndedChainStatement {
  /** Hex. */
  readonly script: string;
  /** What its first anchor spent; absent of a chain that had no coin. */
  readonly first?: string;
  /** What its last final anchor paid, or `first`. */
  readonly last?: string;
  /** Of a foreign spend alone: height of the block, txid. */
  readonly spentAt?: number;
  readonly spentBy?: string;
}

/** First entry of a log that goes on under the same origin with a new key. */
export interface HandoverStatement extends Position {
  readonly kind: 'handover';
  readonly new: string;
  readonly old: string;
  readonly rootHash: HexDigest;
  /** Whether they verify is not checked here. */
  readonly signatures: readonly HandoverSignature[];
  readonly size: number;
  /** Of the group that keeps the log, where it has chosen another writer; then the new key alone has signed. */
  readonly election?: Election;
}

/** First entry of a log that goes on under a new origin because something shown was lost. */
export interface LossStatement extends Position {
  readonly kind: 'loss';
  readonly cause: string;
  /** Text of the last checkpoint known of the old origin, or `''`. */
  readonly checkpoint: string;
  readonly from: string;
  readonly origin: string;
  readonly recoveredSize: number;
  readonly recoveryKey: string;
  readonly verifierKey: string;
}

/** The person map over the entries below `size` (docs/formats/person-map.md); anyone can compute it. */
export interface MapStatement extends Position {
  readonly kind: 'map';
  /** Keys of the map. */
  readonly persons: number;
  readonly root: HexDigest;
  /** At most `index`, which is not checked here: who makes the maps again does so. */
  readonly size: number;
}

/** What a checkpoint says of the log up to here, so that a signature over it covers all of that. */
export interface BatchStatement extends Position {
  readonly kind: 'batch';
  readonly origin: string;
  /** Of the tree of the first `size` entries. */
  readonly rootHash: HexDigest;
  /** Its own index, which is not checked here. */
  readonly size: number;
}

/** Who keeps the log together from here on (docs/formats/replication.md). */
export interface GroupStatement extends Position {
  readonly kind: 'group';
  /** ISO 3166-1 alpha-2, ascending: no data may lie anywhere else; absent where they may lie anywhere. */
  readonly countries?: readonly string[];
  /** 1–31, ascending by node. */
  readonly members: readonly MemberStatement[];
  /** That a write quorum spans at least. */
  readonly sites: number;
  /** In which this entry was written. */
  readonly term: { readonly node: HexDigest; readonly number: number };
  readonly voteQuorum: number;
  readonly writeQuorum: number;
}

export interface MemberStatement {
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  readonly hasData: boolean;
  readonly mayWrite: boolean;
  /** Receipt key. */
  readonly node: HexDigest;
  /** Data centre: what is lost together. */
  readonly site: string;
}

/** Secrets that everybody who keeps the log destroys (docs/formats/erasure.md, "Shared ledgers"). */
export interface ErasureStatement extends Position {
  readonly kind: 'erasure';
  /** Of the erasure, which may take several entries: 12 hex digits. */
  readonly id: string;
  /** Row ids of vaults, 32 hex digits each: 1 to MAX_ERASED_ROWS, ascending. */
  readonly rows: readonly string[];
}

/** What the holders of the log have signed of its erasures up to one. */
export interface ErasedStatement extends Position {
  readonly kind: 'erased';
  /** Index of that one. */
  readonly erasure: number;
  readonly leafHash: HexDigest;
  /** Receipt keys of those who have not signed, ascending. */
  readonly silent: readonly HexDigest[];
  /** Ascending by node; whether they verify is not checked here. */
  readonly words: readonly SaidWord[];
}

/** @throws RecordsError RECORD_TOO_LARGE beyond 65,535 bytes. */
export function formatStatement(statement: Statement): Uint8Array {
  const bytes = canonicalJsonBytes({
    $v: STATEMENT_FORMAT,
    ...membersOf(statement),
    recordedAt: formatInstant(statement.recordedAt),
  });
  return withinLimit(bytes);
}

export function withinLimit(statement: Uint8Array): Uint8Array {
  if (statement.length > MAX_STATEMENT_LENGTH)
    throw new RecordsError(
      'RECORD_TOO_LARGE',
      `a statement is larger than ${MAX_STATEMENT_LENGTH} bytes: fewer parties and parts`,
    );
  return statement;
}

/** Interfaces have no index signature; the copies have, which is what lets them be JSON. */
function membersOf(statement: Statement) {
  switch (statement.kind) {
    case 'record': {
      const { parts, tags, ...rest } = statement;
      return { ...rest, tags: { ...tags }, ...(parts && { parts: parts.map((p) => ({ ...p })) }) };
    }
    case 'signature':
      return { ...statement, tags: { ...statement.tags } };
    case 'epoch': {
      const { succession, ...rest } = statement;
      if (succession === undefined) return rest;
      return { ...rest, succession: { ...succession, ended: { ...succession.ended } } };
    }
    case 'handover': {
      const { election, signatures, ...rest } = statement;
      return {
        ...rest,
        signatures: signatures.map((s) => ({ ...s })),
        ...(election && { election: electionToJson(election) }),
      };
    }
    case 'group': {
      const { countries, members, term, ...rest } = statement;
      return {
        ...rest,
        members: members.map((member) => ({ ...member })),
        term: { ...term },
        ...(countries && { countries: [...countries] }),
      };
    }
    case 'erasure':
      return { ...statement, rows: [...statement.rows] };
    case 'erased': {
      const { silent, words, ...rest } = statement;
      return {
        ...rest,
        ...(silent.length > 0 && { silent: [...silent] }),
        words: words.map(({ at, ...word }) => ({ ...word, at: formatInstant(at) })),
      };
    }
    default:
      return { ...statement };
  }
}
