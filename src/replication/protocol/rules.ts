/**
 * The rules on which the promises rest, each a function of its own. They are handed to the protocol, so that a test
 * can hand it a wrong one and see what breaks; nothing else does.
 */
import { type Group, isVoteQuorum, isWriteQuorum, mayFollow, standsIn } from './group.js';
import { commonLength, compareEnds, lastTerm, type LogEnd } from './log-end.js';
import { groupOf, type LogView } from './log-view.js';
import { compareTerms, type NodeId, type Term, termAfter } from './term.js';

export interface Rules {
  readonly compareTerms: (a: Term, b: Term) => number;
  readonly termAfter: (promised: Term, node: NodeId) => Term;
  readonly compareEnds: (a: LogEnd, b: LogEnd) => number;
  readonly groupOf: (log: LogView) => Group | null;
  readonly isWriteQuorum: (group: Group, nodes: ReadonlySet<NodeId>) => boolean;
  /** Whether they are enough for as long as members with data are away. */
  readonly standsIn: (
    group: Group,
    nodes: ReadonlySet<NodeId>,
    isAway: (node: NodeId) => boolean,
  ) => boolean;
  readonly isVoteQuorum: (group: Group, nodes: ReadonlySet<NodeId>) => boolean;
  /** Whether a vote of one term counts for a candidate in another. */
  readonly isVoteFor: (vote: Term, candidate: Term) => boolean;
  /** Whether a writer's term is over for a member that has promised another. */
  readonly isLate: (announced: Term, promised: Term) => boolean;
  /** Whether a candidate's log lacks what the longest among its voters has. */
  readonly lacks: (own: LogEnd, longest: LogEnd) => boolean;
  /** Whether a writer that has started again has heard what the others have of its log. */
  readonly mayGoOn: (others: readonly NodeId[], heard: ReadonlySet<NodeId>) => boolean;
  /** How much of a writer's log a receipt is given for. @param term of the writer. */
  readonly receipted: (own: LogEnd, announced: LogEnd, term: Term) => number;
  /** The length from which on the writer of a term may show its log. */
  readonly showsFrom: (term: Term, end: LogEnd) => number;
  /** Whether those who voted are enough for a member that has forgotten. */
  readonly mayTrust: (others: readonly NodeId[], voters: ReadonlySet<NodeId>) => boolean;
  /** Whether one group may be set in place of another now, and if not, why. */
  readonly faultOfChange: (
    log: LogView,
    shown: number,
    newer: Group,
    from: number,
  ) => string | null;
}

export const RULES: Rules = {
  compareTerms,
  termAfter,
  compareEnds,
  groupOf,
  isWriteQuorum,
  standsIn,
  isVoteQuorum,
  isVoteFor: isSameTerm,
  isLate: (announced, promised) => compareTerms(announced, promised) < 0,
  lacks: (own, longest) => compareEnds(own, longest) < 0,
  mayGoOn: (others, heard) => others.every((node) => heard.has(node)),
  // More of its term than it announced is the writer's own, too: it said so later than it wrote, or it has lost it since.
  receipted: (own, announced, term) =>
    isSameTerm(lastTerm(own), term) ? own.length : commonLength(own, announced),
  // Blocks of earlier terms are shown with the first of its own, never alone: a later term that has not heard of
  // this one would be free to leave them out.
  showsFrom: (term, { segments, length }) =>
    (segments.find((segment) => isSameTerm(segment.term, term))?.begins ?? length) + 1,
  // All others: what it said before it forgot is void once each of them has promised a later term.
  mayTrust: (others, voters) => others.every((node) => voters.has(node)),
  faultOfChange: (log, shown, newer, from) => {
    const last = log.groups.at(-1);
    if (last === undefined) return null;
    if (shown < from || shown <= last.block)
      return 'the group can be changed once what changed it last has been shown';
    if (!mayFollow(last.group, newer))
      return 'one step at a time: what the old group shows, any vote of the new one must come to know';
    return null;
  },
};

/** Durations in milliseconds. */
export interface Timing {
  /** A writer says at least so often that it is there. */
  readonly announceEvery: number;
  /** A member that has heard of no writer for this long, and up to twice as long, stands itself. */
  readonly silence: number;
  /** An election that has not succeeded by then is given up. */
  readonly election: number;
  /** What was not answered is said again. */
  readonly repeat: number;
  /** A member with data that the writer has not heard for this long is away: one without may stand in for it. */
  readonly away: number;
}

export const TIMING: Timing = {
  ...{ announceEvery: 500, silence: 2_000, election: 3_000, repeat: 400, away: 5_000 },
};

/** What a step is given beside its input. */
export interface StepContext {
  /** Milliseconds from any beginning, which never go back. */
  readonly now: number;
  /** At least 0 and below 1: keeps members from standing at the same moment. */
  readonly jitter: number;
  readonly rules: Rules;
  readonly timing: Timing;
}

function isSameTerm(a: Term, b: Term): boolean {
  return compareTerms(a, b) === 0;
}
