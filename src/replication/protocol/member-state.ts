/** One member's part in one ledger: what it remembers, what it is doing, and what it wants done. */
import type { LogEnd } from './log-end.js';
import type { LogView } from './log-view.js';
import type { Announce, Message, Vote } from './messages.js';
import type { NodeId, Term } from './term.js';

/** `behind`: it was restored, or lost its disk. What it promised and had before is unknown, and it takes no part. */
export type Memory = 'whole' | 'behind';

/** What outlives the process. */
export interface Remembered {
  readonly promised: Term;
  readonly memory: Memory;
}

export interface MemberState extends Remembered {
  readonly self: NodeId;
  /** Keeps the blocks; else it has a vote alone. */
  readonly keepsData: boolean;
  /** Who else is said to keep the ledger, while its own log says nothing of that. */
  readonly acquaintances: readonly NodeId[];
  /** What is on disk, synced: the log; without data, what is known of it. */
  readonly log: LogView;
  /** Number of blocks that are known to have been shown. */
  readonly shown: number;
  readonly role: Role;
}

export type Role = Following | Asking | Electing | Beginning | Writing;

/** Follows a writer, or waits for one. */
export interface Following {
  readonly kind: 'following';
  /** What the writer of the promised term said last. */
  readonly announced: (Omit<Announce, 'kind'> & { readonly from: NodeId }) | null;
  readonly heardAt: number | null;
  /** It stands itself then. */
  readonly until: number;
}

/** What another member says of its log. */
export type Known = Pick<Vote, 'end' | 'groups'>;

/** Finds out who would vote for it, before it disturbs anybody. */
export interface Asking {
  readonly kind: 'asking';
  readonly term: Term;
  /** Whom it asks. */
  readonly asked: readonly NodeId[];
  readonly answers: ReadonlyMap<NodeId, Known>;
  readonly until: number;
}

/** Collects votes, and then the longest log among them. */
export interface Electing {
  readonly kind: 'electing';
  readonly term: Term;
  /** Whom it asks. */
  readonly asked: readonly NodeId[];
  readonly votes: ReadonlyMap<NodeId, Known>;
  readonly repeatAt: number;
  readonly until: number;
}

/** Elected; the block that says so is being written. */
export interface Beginning {
  readonly kind: 'beginning';
  readonly term: Term;
}

export interface Writing {
  readonly kind: 'writing';
  readonly term: Term;
  /** How much of the log others have on disk. */
  readonly receipts: ReadonlyMap<NodeId, number>;
  readonly announceAt: number;
  /** When members said last what they have; of those who have not, when this member began counts. */
  readonly heardAt: ReadonlyMap<NodeId, number>;
  readonly since: number;
  /** It wrote before it started, and has not heard from all what they have of that: it writes nothing. */
  readonly isReturning: boolean;
  /** So many members with data are away that those without are told all, and stand in for them where they are enough. */
  readonly isStoodIn: boolean;
  /** Writes nothing more, because that member is to take over; null while it writes. */
  readonly yieldsTo: { readonly node: NodeId; readonly until: number } | null;
}

export type Input =
  | { readonly kind: 'tick' }
  | { readonly kind: 'message'; readonly from: NodeId; readonly message: Message }
  /** The log on disk is this now, and synced. */
  | { readonly kind: 'stored'; readonly log: LogView }
  /** The operator wants that member to write. */
  | { readonly kind: 'move'; readonly to: NodeId };

/** To be carried out in order, each only when the one before it is done. */
export type Effect =
  /** Done when it is on disk. */
  | ({ readonly kind: 'save' } & Remembered)
  | { readonly kind: 'send'; readonly to: NodeId; readonly message: Message }
  /** Blocks from there on are on no log that may still be shown. Done when they are gone; `stored` follows. */
  | { readonly kind: 'discard'; readonly length: number }
  /** Fetch what is missing of a log that goes on from what is there. Done at once; `stored` tells how far it is. */
  | { readonly kind: 'follow'; readonly from: NodeId; readonly end: LogEnd }
  /** Of a member without data: the log is known to be this, in place of what was known before. Done when that is on disk; `stored` follows. */
  | { readonly kind: 'know'; readonly log: LogView }
  /** Write the block that begins the term, on that end and on no other. Done when it is on disk; `stored` follows, also if it was not written. */
  | {
      readonly kind: 'begin';
      readonly term: Term;
      readonly on: LogEnd;
      readonly votes: ReadonlyMap<NodeId, Known>;
    }
  /** So many blocks may be shown now, and their writers told. */
  | { readonly kind: 'show'; readonly length: number };

export interface Step {
  readonly state: MemberState;
  readonly effects: readonly Effect[];
}

/** Nothing follows. */
export function still(state: MemberState): Step {
  return { state, effects: [] };
}

/** Whether entries may be appended now. What was appended is acknowledged when it is shown, not before. */
export function mayAppend({ role }: MemberState): boolean {
  return role.kind === 'writing' && role.yieldsTo === null && !role.isReturning;
}
