/** A member that neither writes nor stands. */
import type { MemberState } from './member-state.js';
import type { StepContext } from './rules.js';

/** Waits for a writer, and for how long. */
export function follower(
  state: Omit<MemberState, 'role'>,
  { now, jitter, timing }: StepContext,
): MemberState {
  // Who takes no part holds nobody up by asking soon.
  const wait = state.memory === 'behind' ? timing.repeat : timing.silence;
  const until = now + Math.ceil(wait * (1 + jitter));
  return { ...state, role: { kind: 'following', announced: null, heardAt: null, until } };
}
