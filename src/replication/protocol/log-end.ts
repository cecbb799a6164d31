/**
 * Where a log ends, and which terms wrote it. In one term one node writes, and only ever appends; so a length within a
 * term names the same blocks wherever it is met, and two ends can be compared without the blocks.
 */
import { compareTerms, NO_TERM, type Term } from './term.js';

/** Blocks of one term: one Hypercore. */
export interface Segment {
  readonly term: Term;
  /** Number of its first block. */
  readonly begins: number;
}

export interface LogEnd {
  /** Oldest first; each has at least one block. */
  readonly segments: readonly Segment[];
  /** Number of blocks. */
  readonly length: number;
}

export const EMPTY_LOG: LogEnd = { segments: [], length: 0 };

/** The term that wrote the last block. */
export function lastTerm({ segments }: LogEnd): Term {
  return segments.at(-1)?.term ?? NO_TERM;
}

/** Above 0 if `a` may hold what was shown and `b` may not: a later term first, then the longer one. */
export function compareEnds(a: LogEnd, b: LogEnd): number {
  return compareTerms(lastTerm(a), lastTerm(b)) || a.length - b.length;
}

export function isSameEnd(a: LogEnd, b: LogEnd): boolean {
  return a.length === b.length && commonLength(a, b) === a.length;
}

/** How many blocks two logs have alike, from the first on. */
export function commonLength(a: LogEnd, b: LogEnd): number {
  let common = 0;
  for (const [at, segment] of a.segments.entries()) {
    const other = b.segments[at];
    if (other === undefined || compareTerms(segment.term, other.term) !== 0) return common;
    const [end, otherEnd] = [endOf(a, at), endOf(b, at)];
    common = Math.min(end, otherEnd);
    if (end !== otherEnd) return common;
  }
  return common;
}

/** The log as it was at a length. */
export function cutEnd({ segments }: LogEnd, length: number): LogEnd {
  return { segments: segments.filter(({ begins }) => begins < length), length };
}

function endOf({ segments, length }: LogEnd, at: number): number {
  return segments[at + 1]?.begins ?? length;
}
