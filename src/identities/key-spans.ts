/** How keys of an identity begin and end; and an identity that has none yet. */
import type { UnixMillis } from '../base/brand.js';
import type { DidKey } from './did-key.js';
import { IdentityError, malformed } from './identity-error.js';
import type { IdentityId, IdentityKey } from './identity-event.js';
import {
  hasHad,
  type IdentityState,
  type KeyEnd,
  type KeySpan,
  type Moment,
} from './identity-state.js';

/** @param moment of the first event. */
export function emptyState(id: IdentityId, moment: Moment): IdentityState {
  return {
    ...{ id, name: null, keys: [], recovery: null, certificates: [], introductions: [] },
    ...{ sequence: moment.sequence, at: moment.at, tradle: null },
    // `applyEvent` sets it.
    head: '' as IdentityState['head'],
    standings: [{ status: 'active', from: moment }],
  };
}

/** A key is used once: one that was taken out of use never comes back. */
export function spans(
  state: IdentityState,
  keys: readonly IdentityKey[],
  from: Moment,
): readonly KeySpan[] {
  for (const { key } of keys)
    if (hasHad(state, key))
      throw new IdentityError(
        'IDENTITY_KEY_EXISTS',
        'the key is, or has been, one of this identity: make a new one',
      );
  return keys.map((key) => ({ ...key, from }));
}

export function ending(
  { keys }: IdentityState,
  ended: readonly DidKey[],
  end: { readonly moment: Moment; readonly reason: KeyEnd; readonly since?: UnixMillis },
): readonly KeySpan[] {
  const { moment, reason, since } = end;
  if (since !== undefined && since > moment.at)
    throw malformed('the member since is later than now', '/event/since');
  return keys.map((span) =>
    span.to !== undefined || !ended.includes(span.key)
      ? span
      : { ...span, to: moment, reason, ...(since !== undefined && { notTrustedSince: since }) },
  );
}
