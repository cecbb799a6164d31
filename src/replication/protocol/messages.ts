/** What members of a group say to each other about one ledger (docs/formats/replication.md). */
import type { Group } from './group.js';
import type { LogEnd } from './log-end.js';
import type { GroupSince } from './log-view.js';
import type { Term } from './term.js';

export type Message = Announce | Receipt | Ask | Willing | Elect | Vote | Refuse | Yield;

/** The writer of a term: I am there, my log ends here, and so much of it may be shown. */
export interface Announce {
  readonly kind: 'announce';
  readonly term: Term;
  /** To a member without data: as far as it has to know of the log. */
  readonly end: LogEnd;
  /** Blocks that a write quorum has. */
  readonly shown: number;
  /** To a member without data, which cannot read them: the newest up to there, and the one before. */
  readonly groups?: readonly GroupSince[];
}

/**
 * To the writer of a term: I have so many blocks of your log on disk, or, without data, know of them and have that on
 * disk; and I give receipts in no lower term.
 */
export interface Receipt {
  readonly kind: 'receipt';
  readonly term: Term;
  readonly length: number;
}

/** Would you vote for me in this term? Binds nobody. */
export interface Ask {
  readonly kind: 'ask';
  readonly term: Term;
  /** I have forgotten what I once had and said, and want to know it again. */
  readonly isRecovering: boolean;
}

export interface Willing {
  readonly kind: 'willing';
  readonly term: Term;
  readonly end: LogEnd;
  /** The newest group in that log, and the one before it while the change may be discarded. */
  readonly groups: readonly Group[];
}

/** Vote for me in this term. */
export interface Elect {
  readonly kind: 'elect';
  readonly term: Term;
}

/** I give receipts in no lower term any more, and have this log. */
export interface Vote {
  readonly kind: 'vote';
  readonly term: Term;
  readonly end: LogEnd;
  /** As in `Willing`. */
  readonly groups: readonly Group[];
}

/** You are late: I have promised a higher term. */
export interface Refuse {
  readonly kind: 'refuse';
  readonly promised: Term;
}

/** The writer to a member that has all: stand now, I have stopped writing. */
export interface Yield {
  readonly kind: 'yield';
  readonly term: Term;
}
