/**
 * What an identity was after events of which only the order is known, as evidence shows them. They say who
 * signed what, and not when it was recorded; so each is taken as recorded at the first instant at which it can
 * have been, and what holds of the instants is what holds of the earliest.
 */
import type { UnixMillis } from '../base/brand.js';
import { applyEvent } from './apply-event.js';
import { certificateBegins } from './certificate-binding.js';
import type { IdentityChange } from './identity-event.js';
import type { IdentityState } from './identity-state.js';
import type { SignedEvent } from './signed-event.js';

/**
 * @param state null before the first event.
 * @returns as `applyEvent`; `at` of it, and of all in it, is the earliest that there can be.
 * @throws as `applyEvent`.
 */
export function replayEvent(state: IdentityState | null, signed: SignedEvent): IdentityState {
  return applyEvent(state, signed, earliest(signed.event.change, state?.at ?? START));
}

const START = 0 as UnixMillis;

/** No event is recorded before the one that it follows, nor before an instant that it looks back to. */
function earliest(change: IdentityChange, before: UnixMillis): UnixMillis {
  if (change.action === 'bind-certificate')
    return later(before, certificateBegins(change.certificate));
  return 'since' in change ? later(before, change.since) : before;
}

function later(one: UnixMillis, other: UnixMillis): UnixMillis {
  return one > other ? one : other;
}
