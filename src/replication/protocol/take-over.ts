/** One log in place of another: first what is not on it goes, then what is missing comes. */
import { commonLength, type LogEnd } from './log-end.js';
import { cutView, type GroupSince } from './log-view.js';
import { type Effect, type MemberState, type Step, still } from './member-state.js';
import type { NodeId } from './term.js';

/** Gives up what is not on that log, and fetches what it has more. */
export function takeOver(state: MemberState, from: NodeId, end: LogEnd): Step {
  const { log } = state;
  const common = commonLength(log.end, end);
  // What came late must not undo what came after it: more of the same term is no tail to be discarded.
  if (common === end.length) return still(state);
  const fetched: Effect = { kind: 'follow', from, end };
  if (common === log.end.length) return { state, effects: [fetched] };
  return {
    state: { ...state, log: cutView(log, common) },
    effects: [{ kind: 'discard', length: common }, fetched],
  };
}

/** Of a member without data. What it knew is never less afterwards, unless the group has left that out. */
export function learn(
  state: MemberState,
  end: LogEnd,
  groups: readonly GroupSince[] | undefined,
): Step {
  if (groups === undefined || commonLength(state.log.end, end) === end.length) return still(state);
  return { state, effects: [{ kind: 'know', log: { end, groups } }] };
}
