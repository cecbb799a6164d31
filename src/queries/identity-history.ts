/** The events of an identity, as its tenant's ledger has them, and what it is after them. */
import type { UnixMillis } from '../base/brand.js';
import { parseCanonicalJson } from '../base/canonical-json.js';
import { applyEvent, MAX_EVENTS } from '../identities/apply-event.js';
import { IdentityError } from '../identities/identity-error.js';
import type { IdentityId } from '../identities/identity-event.js';
import { eventThing } from '../identities/identity-record.js';
import type { IdentityState } from '../identities/identity-state.js';
import { parseSignedEvent, type SignedEvent } from '../identities/signed-event.js';
import type { Vault } from '../keys/vault.js';
import { damaged } from '../ledger/ledger-error.js';
import type { Ledger } from '../ledger/ledger.js';
import { type FoundVersion, newestOf } from './newest-version.js';

export interface RecordedEvent extends FoundVersion {
  readonly signed: SignedEvent;
  readonly recordedAt: UnixMillis;
}

export interface IdentityHistory {
  /** Null of an identity that is not there. */
  readonly state: IdentityState | null;
  readonly events: readonly RecordedEvent[];
}

/**
 * @param isWanted of the first event that is not, and of those after it, nothing is known.
 * @throws LedgerError LEDGER_DAMAGED if it is no history.
 */
export async function identityHistory(
  ledger: Pick<Ledger, 'logs'>,
  vault: Vault,
  id: IdentityId,
  isWanted: (event: RecordedEvent) => boolean = () => true,
): Promise<IdentityHistory> {
  const events: RecordedEvent[] = [];
  let state: IdentityState | null = null;
  for (let sequence = 0; sequence < MAX_EVENTS; sequence++) {
    const found = await newestOf(ledger, vault, eventThing(id, sequence));
    if (found === null) break;
    const event = recorded(found);
    if (!isWanted(event)) break;
    state = next(state, event);
    events.push(event);
  }
  if (state !== null && state.id !== id)
    throw damaged(`an identity is not named by its first event`);
  return { state, events };
}

function recorded(found: FoundVersion): RecordedEvent {
  const { payload, statement } = found.opened;
  const signed = refusing(() => parseSignedEvent(parseCanonicalJson(payload.bytes)));
  return { ...found, signed, recordedAt: statement.recordedAt };
}

function next(state: IdentityState | null, { signed, recordedAt }: RecordedEvent): IdentityState {
  return refusing(() => applyEvent(state, signed, recordedAt));
}

/** The node took it once: it is the ledger that is wrong, and not who asks. */
function refusing<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof IdentityError && cause.code !== 'IDENTITY_FORMAT_NEWER')
      throw damaged('an event of an identity does not follow the one before', cause);
    throw cause;
  }
}
