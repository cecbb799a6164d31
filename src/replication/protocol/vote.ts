/** What a member answers to those who would write: at most one promise goes with each term. */
import { memberOf } from './group.js';
import { groupsInQuestion } from './log-view.js';
import { type Effect, type Known, type MemberState, type Step, still } from './member-state.js';
import type { Ask, Elect } from './messages.js';
import type { StepContext } from './rules.js';
import type { NodeId, Term } from './term.js';
import { follower } from './wait.js';

export function answerAsk(
  state: MemberState,
  from: NodeId,
  { term, isRecovering }: Ask,
  context: StepContext,
): Step {
  const { log, memory, promised } = state;
  const { rules } = context;
  if (memory === 'behind') return still(state);
  if (rules.compareTerms(term, promised) <= 0) return refuse(state, from);
  const group = rules.groupOf(log);
  // A member that was cut off must not unseat a writer whom all others hear; nor who is no member any more.
  const mayDisturb = isRecovering && (group === null || memberOf(group, from) !== undefined);
  if (!mayDisturb && hearsWriter(state, context)) return still(state);
  const message = { kind: 'willing', term, ...known(state) } as const;
  return { state, effects: [{ kind: 'send', to: from, message }] };
}

export function answerElect(
  state: MemberState,
  from: NodeId,
  { term }: Elect,
  context: StepContext,
): Step {
  const { memory, promised } = state;
  const { rules } = context;
  if (memory === 'behind') return still(state);
  const order = rules.compareTerms(term, promised);
  if (order < 0) return refuse(state, from);
  const message = { kind: 'vote', term, ...known(state) } as const;
  const vote: Effect = { kind: 'send', to: from, message };
  // Its answer was lost, or comes twice: the promise is on disk.
  if (order === 0) return { state, effects: [vote] };
  // A crash between the two leaves a promise that nobody counts on.
  return {
    state: follower({ ...state, promised: term }, context),
    effects: [{ kind: 'save', promised: term, memory }, vote],
  };
}

/** What it says of its log to whoever would write. */
export function known({ log, shown }: MemberState): Known {
  return { end: log.end, groups: groupsInQuestion(log, shown) };
}

/** There is a later term than this member's: it gives up what it was doing. */
export function heedRefusal(state: MemberState, later: Term, context: StepContext): Step {
  if (context.rules.compareTerms(later, state.promised) <= 0) return still(state);
  const { memory } = state;
  return {
    state: follower({ ...state, promised: later }, context),
    effects: [{ kind: 'save', promised: later, memory }],
  };
}

export function refuse(state: MemberState, to: NodeId): Step {
  const message = { kind: 'refuse', promised: state.promised } as const;
  return { state, effects: [{ kind: 'send', to, message }] };
}

function hearsWriter({ role }: MemberState, { now, timing }: StepContext): boolean {
  switch (role.kind) {
    case 'following':
      return role.heardAt !== null && now < role.heardAt + timing.silence;
    case 'writing':
    case 'beginning':
      return true;
    case 'asking':
    case 'electing':
      return false;
  }
}
