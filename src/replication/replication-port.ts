/** What the operator's side of a node, its API and its command line, sees of replication. */
import type { UnixMillis } from '../base/brand.js';
import type { LinkKey } from './links/link-settings.js';
import type { LinksStatus } from './links/link-status.js';
import type { NodeId, Term } from './protocol/term.js';
import type { Place } from './replication-settings.js';

/** What this node is to a shared ledger now; `voting` where it has a vote alone. */
export const SHARED_ROLES = [
  'writing',
  'yielding',
  'following',
  'asking',
  'electing',
  'beginning',
  'behind',
  'voting',
] as const;
export type SharedRole = (typeof SHARED_ROLES)[number];

export interface MemberStatus extends Place {
  readonly node: NodeId;
  /** Of the list of peers; null of this node, and of one that is not on it. */
  readonly name: string | null;
  readonly hasData: boolean;
  readonly mayWrite: boolean;
  readonly isSelf: boolean;
  readonly isLinked: boolean;
  /** Blocks that it has given a receipt for, without data those that it knows of; null where that is not known here. */
  readonly length: number | null;
  readonly heardAt: UnixMillis | null;
}

export interface GroupStatus {
  readonly writeQuorum: number;
  readonly voteQuorum: number;
  /** That a write quorum spans at least. */
  readonly sites: number;
  /** Where members with data may stand; null for anywhere. */
  readonly countries: readonly string[] | null;
  readonly members: readonly MemberStatus[];
}

export interface SharedAlarm {
  readonly at: UnixMillis;
  readonly code: string;
  readonly detail: string;
}

export interface SharedLedgerStatus {
  /** Names of tenant and ledger; null where this node has a vote alone, and knows none. */
  readonly tenant: string | null;
  readonly ledger: string | null;
  /** Whether this node keeps the data. */
  readonly hasData: boolean;
  readonly origin: string;
  readonly role: SharedRole;
  readonly term: Term;
  readonly writer: NodeId | null;
  /** Blocks on this node's disk. */
  readonly length: number;
  /** Blocks that may be shown. */
  readonly shown: number;
  /** Entries that can be read here. */
  readonly size: number;
  /** Entries that the writer has shown beyond them, as far as is known. */
  readonly lag: number | null;
  /** Since when no writer was heard; null while one is. */
  readonly silentSince: UnixMillis | null;
  readonly group: GroupStatus | null;
  /** Sites whose loss alone stops it. */
  readonly stoppingSites: readonly string[];
  readonly alarm: SharedAlarm | null;
  /** At the writer: so many members with data are away that those without stand in for them. */
  readonly isStoodIn: boolean;
  /** Who says that it writes, and has shown no votes of the group that this node, which has a vote alone, knows. */
  readonly doubted: NodeId | null;
}

/** This node, as its peers name it. */
export interface OwnNode extends Place {
  readonly receiptKey: NodeId;
  readonly linkKey: LinkKey;
}

export interface ReplicationStatus {
  readonly node: OwnNode;
  readonly links: LinksStatus;
  readonly ledgers: readonly SharedLedgerStatus[];
  /** For people. */
  readonly warnings: readonly string[];
}

/** A member that a group is to have. */
export interface MemberWish {
  readonly node: NodeId;
  readonly site: string;
  readonly country: string | null;
  readonly hasData: boolean;
  readonly mayWrite: boolean;
}

/** A group as it is wanted: found consistent in itself, and not yet compared with the one before it. */
export interface GroupWish {
  readonly members: readonly MemberWish[];
  readonly writeQuorum: number;
  readonly voteQuorum: number;
  readonly sites: number;
  readonly countries: readonly string[] | null;
}

/** How far what is read here is behind. */
export interface ReadLag {
  readonly silentSince: UnixMillis | null;
  readonly lag: number | null;
}

export interface ReplicationPort {
  status(): ReplicationStatus;
  /** Of one ledger; null if it is not shared. @throws LedgerError LEDGER_UNKNOWN. */
  statusOf(tenant: string, ledger: string): SharedLedgerStatus | null;
  /**
   * Makes the ledger a shared one, or changes its group.
   * @throws ReplicationError GROUP_REFUSED, saying why; LedgerError LEDGER_UNKNOWN, LEDGER_ELSEWHERE.
   */
  setGroup(tenant: string, ledger: string, wanted: GroupWish): Promise<void>;
  /**
   * Lets another member write; resolves when it does.
   * @throws ReplicationError MOVE_REFUSED, MOVE_TIMED_OUT; LedgerError LEDGER_UNKNOWN, LEDGER_ELSEWHERE.
   */
  move(tenant: string, ledger: string, to: NodeId, signal: AbortSignal): Promise<void>;
  /** Base URL of the node that takes writes of the ledger with this origin; null of this one, and where that is not known. */
  writerUrl(origin: string): string | null;
  /**
   * Resolves when all members with data have given receipts for the first `size` entries, or `signal` is aborted. Only asked of
   * a ledger that is shared.
   */
  atAll(origin: string, size: number, signal: AbortSignal): Promise<void>;
  /** The file that shows to anyone that the key of this log told two histories; null where there is none. */
  misbehaviour(origin: string): Promise<Uint8Array | null>;
  /** Null of a ledger that is not shared. */
  lagOf(origin: string): ReadLag | null;
}
