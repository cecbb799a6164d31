/**
 * A member that follows: it takes over the writer's log and says how much of it is on its disk. One without data takes over
 * what there is to know of the log, and says that.
 */
import { commonLength } from './log-end.js';
import { type Effect, type Following, type MemberState, type Step, still } from './member-state.js';
import type { Announce } from './messages.js';
import type { StepContext } from './rules.js';
import { learn, takeOver } from './take-over.js';
import type { NodeId } from './term.js';
import { refuse } from './vote.js';

export function followAnnounced(
  state: MemberState,
  from: NodeId,
  { term, end, shown, groups }: Announce,
  context: StepContext,
): Step {
  const { now, jitter, rules, timing } = context;
  const { keepsData, memory, promised, self } = state;
  if (memory === 'behind' || term.node !== from || from === self) return still(state);
  if (rules.isLate(term, promised)) return refuse(state, from);
  const role: Following = {
    kind: 'following',
    announced: { from, end, shown, term },
    heardAt: now,
    until: now + Math.ceil(timing.silence * (1 + jitter)),
  };
  const isNew = rules.compareTerms(term, promised) > 0;
  const next = { ...state, promised: isNew ? term : promised, role };
  // Before any receipt in it: a crash after this leaves a promise kept to a writer that was elected.
  const saved: Effect[] = isNew ? [{ kind: 'save', promised: term, memory }] : [];
  // Whoever takes it for one that has the data gets no receipt: that would say that it has.
  if (!keepsData && groups === undefined) return { state: next, effects: saved };
  const taken = keepsData ? takeOver(next, from, end) : learn(next, end, groups);
  const given = giveReceipt(taken.state, role, context);
  return { state: given.state, effects: [...saved, ...taken.effects, ...given.effects] };
}

/** For what is on disk and on the writer's log. */
export function giveReceipt(state: MemberState, role: Following, { rules }: StepContext): Step {
  const { announced } = role;
  if (announced === null) return still(state);
  const { from, end, shown, term } = announced;
  const known = Math.max(state.shown, Math.min(shown, commonLength(state.log.end, end)));
  const length = rules.receipted(state.log.end, end, term);
  return {
    state: { ...state, shown: known },
    effects: [{ kind: 'send', to: from, message: { kind: 'receipt', term, length } }],
  };
}
