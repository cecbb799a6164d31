/** From one event to the next: what an identity was, and what it is then. Pure. */
import type { UnixMillis } from '../base/brand.js';
import { digestToHex } from '../base/hex-digest.js';
import { certificateValidAt } from './certificate-binding.js';
import type { DidKey } from './did-key.js';
import { checkRights } from './event-rights.js';
import { IdentityError, malformed } from './identity-error.js';
import {
  type IdentityAction,
  type IdentityChange,
  type IdentityEvent,
  type IdentityId,
  MAX_KEYS,
} from './identity-event.js';
import {
  type IdentityState,
  type IdentityStatus,
  type KeySpan,
  keysInUse,
  type Moment,
  statusOf,
} from './identity-state.js';
import { emptyState, ending, spans } from './key-spans.js';
import type { SignedEvent } from './signed-event.js';
import { importTradle } from './tradle-import.js';

/** Beyond it a history is no longer read through at every look. */
export const MAX_EVENTS = 1_000;
/** That were ever its own. */
const MAX_KEYS_EVER = 512;

/**
 * @param state null before the first event.
 * @param at when the event is recorded; never before the one that it follows.
 * @throws IdentityError whatever speaks against it; then nothing has changed.
 */
export function applyEvent(
  state: IdentityState | null,
  signed: SignedEvent,
  at: UnixMillis,
): IdentityState {
  const { event } = signed;
  checkPlace(state, event);
  if (state !== null) checkStatus(state, event.change.action);
  checkRights(state, signed);
  const moment: Moment = { sequence: event.sequence, at };
  const after = changed(state, event, moment);
  if (keysInUse(after).length > MAX_KEYS || after.keys.length > MAX_KEYS_EVER)
    throw new IdentityError(
      'IDENTITY_LIMIT',
      `an identity has at most ${MAX_KEYS} keys in use: revoke those that nobody uses`,
    );
  refuseTwoNames(after);
  return { ...after, sequence: event.sequence, head: event.digest, at };
}

/** The id that a first event makes. */
export function idOf(event: Pick<IdentityEvent, 'digest'>): IdentityId {
  return `identity:${event.digest}` as IdentityId;
}

function checkPlace(state: IdentityState | null, event: IdentityEvent): void {
  if (state === null) {
    if (event.sequence === 0) return;
    throw new IdentityError('IDENTITY_UNKNOWN', 'there is no such identity: register it first');
  }
  if (event.sequence === 0)
    throw new IdentityError(
      'IDENTITY_EXISTS',
      'the identity is there: send what follows its last event',
    );
  const isNext = event.sequence === state.sequence + 1 && event.previous === state.head;
  if (!isNext || event.identity !== state.id)
    throw new IdentityError(
      'IDENTITY_NOT_NEXT',
      'the event does not follow the last one: read the identity, and sign it again with its head',
    );
  if (event.sequence >= MAX_EVENTS)
    throw new IdentityError(
      'IDENTITY_LIMIT',
      `an identity has at most ${MAX_EVENTS} events: register another, and revoke this one`,
    );
}

/** Taking away is possible while nothing else is. */
const WHILE_SUSPENDED: ReadonlySet<IdentityAction> = new Set(['resume', 'revoke', 'revoke-key']);
/** What one that is kept elsewhere takes here: its keys come with its next version. */
const OF_TRADLE: ReadonlySet<IdentityAction> = new Set([
  ...(['import-tradle', 'introduce', 'suspend', 'resume', 'revoke'] as const),
]);

function checkStatus(state: IdentityState, action: IdentityAction): void {
  const status = statusOf(state);
  if (status === 'revoked')
    throw new IdentityError('IDENTITY_REVOKED', 'the identity was revoked, which is final');
  if (status === 'suspended' && !WHILE_SUSPENDED.has(action))
    throw new IdentityError(
      'IDENTITY_SUSPENDED',
      'the identity is suspended: an officer or admin resumes it',
    );
  const isTaken = state.tradle === null ? action !== 'import-tradle' : OF_TRADLE.has(action);
  if (!isTaken) throw actionRefused('this change is not for this kind of identity');
  if (action === 'resume' && status === 'active')
    throw actionRefused('the identity is not suspended');
}

function changed(state: IdentityState | null, event: IdentityEvent, moment: Moment): IdentityState {
  const { change } = event;
  if (change.action === 'import-tradle') return importTradle(state, change.object, moment);
  if (change.action === 'register') {
    const base = emptyState(idOf(event), moment);
    return {
      ...base,
      name: change.name ?? null,
      keys: spans(base, change.keys, moment),
      recovery: change.recovery ?? null,
    };
  }
  if (state === null) throw malformed('a history begins with one registration, or with an import');
  return changedLater(state, change, moment);
}

function changedLater(
  state: IdentityState,
  change: Exclude<IdentityChange, { action: 'register' | 'import-tradle' }>,
  moment: Moment,
): IdentityState {
  switch (change.action) {
    case 'add-key':
      return { ...state, keys: [...state.keys, ...spans(state, [change.key], moment)] };
    case 'rotate-key': {
      const old = inUse(state, change.old);
      const { id = old.id } = change;
      const key = { key: change.key, purposes: old.purposes, ...(id !== undefined && { id }) };
      const ended = ending(state, [old.key], { moment, reason: 'rotated' });
      return { ...state, keys: [...ended, ...spans(state, [key], moment)] };
    }
    case 'revoke-key': {
      inUse(state, change.key);
      const keys = ending(state, [change.key], { moment, ...change });
      const isLast = keysInUse({ ...state, keys }, 'update').length === 0;
      if (isLast && state.recovery === null)
        throw new IdentityError(
          'IDENTITY_LAST_KEY',
          'it is the last key for update, and there is no recovery: rotate it, or revoke the identity',
        );
      return { ...state, keys };
    }
    case 'set-recovery':
      return { ...state, recovery: change.recovery };
    case 'recover': {
      const all = keysInUse(state).map(({ key }) => key);
      const ended = ending(state, all, { moment, ...change, reason: 'recovered' });
      const { recovery = state.recovery } = change;
      return { ...state, recovery, keys: [...ended, ...spans(state, change.keys, moment)] };
    }
    case 'bind-certificate': {
      const { sha256, der } = certificateValidAt(change.certificate, moment.at);
      const bound = { der, sha256: digestToHex(sha256), bound: moment };
      const others = state.certificates.filter((one) => one.sha256 !== bound.sha256);
      return { ...state, certificates: [...others, bound] };
    }
    case 'revoke': {
      const all = keysInUse(state).map(({ key }) => key);
      const keys = ending(state, all, { moment, ...change });
      return withStatus({ ...state, keys }, 'revoked', moment);
    }
    case 'introduce':
      return { ...state, introductions: [...state.introductions, { by: change.by, at: moment }] };
    case 'suspend':
      return withStatus(state, 'suspended', moment);
    case 'resume':
      return withStatus(state, 'active', moment);
  }
}

function withStatus(state: IdentityState, status: IdentityStatus, from: Moment): IdentityState {
  return { ...state, standings: [...state.standings, { status, from }] };
}

function inUse(state: IdentityState, key: DidKey): KeySpan {
  const found = keysInUse(state).find((span) => span.key === key);
  if (found === undefined)
    throw new IdentityError('IDENTITY_KEY_UNKNOWN', 'the identity has no such key in use');
  return found;
}

function refuseTwoNames(state: IdentityState): void {
  const ids = keysInUse(state).flatMap(({ id }) => id ?? []);
  if (new Set(ids).size !== ids.length)
    throw malformed('two keys in use would have one id: choose another', '/event/id');
}

function actionRefused(reason: string): IdentityError {
  return new IdentityError('IDENTITY_ACTION_REFUSED', reason);
}
