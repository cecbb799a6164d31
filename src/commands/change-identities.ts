/**
 * Takes events of identities. What the keys of an identity sign is checked against what it is now; what the
 * tenant says of it is an act of an officer. Each is a record of its own, and holds from the moment at which
 * that is durable.
 */
import type { Principal } from '../access/authorize.js';
import type { TenantName } from '../access/tenant-name.js';
import type { UnixMillis } from '../base/brand.js';
import type { JsonObject } from '../base/canonical-json.js';
import { parseInstant } from '../base/time.js';
import { applyEvent, idOf } from '../identities/apply-event.js';
import { IdentityError } from '../identities/identity-error.js';
import {
  EVENT_FORMAT,
  type IdentityId,
  TENANT_ACTS,
  type TenantAct,
} from '../identities/identity-event.js';
import { IDENTITY_LEDGER, eventRecord } from '../identities/identity-record.js';
import type { IdentityState } from '../identities/identity-state.js';
import { parseSignedEvent, type SignedEvent } from '../identities/signed-event.js';
import { tradleIdOf } from '../identities/tradle-import.js';
import type { IdentityBook } from '../queries/identity-book.js';
import { unknownIdentity } from '../queries/read-identity.js';
import type { Receipt } from '../queries/receipt.js';
import { parseRecordInput } from '../records/record-input.js';
import type { AppendRecordsDeps } from './append-target.js';
import { appendOwn } from './internal/append-own.js';
import { clockBehind } from './preparation/check-claim.js';

export interface ChangeIdentitiesDeps extends AppendRecordsDeps {
  readonly book: IdentityBook;
  /** @returns the handle of a tenant that is there. */
  readonly handleOf: (tenant: TenantName) => string;
  /** Makes the ledger of identities unless it is there. */
  readonly ensureLedger: (tenant: TenantName) => Promise<void>;
}

export interface ChangedIdentity {
  readonly state: IdentityState;
  readonly receipt: Receipt;
}

export class IdentityChanges {
  readonly #deps: ChangeIdentitiesDeps;

  constructor(deps: ChangeIdentitiesDeps) {
    this.#deps = deps;
  }

  /**
   * @param value event and signatures, as they came.
   * @param id that the event must be of; null of a first one, which makes it.
   * @throws IdentityError as `parseSignedEvent` and `applyEvent`; LedgerError as `appendRecords`.
   */
  submit(by: Principal, value: JsonObject, id: IdentityId | null): Promise<ChangedIdentity> {
    const signed = parseSignedEvent(value);
    if (isTenantAct(signed.event.change.action))
      throw new IdentityError(
        'IDENTITY_ACTION_REFUSED',
        'this is an act of the tenant: an officer or admin does it by /acts',
      );
    return this.#take(by, id ?? firstId(signed), () => ({ signed, value }));
  }

  /** @throws IdentityError IDENTITY_UNKNOWN, IDENTITY_REVOKED, IDENTITY_ACTION_REFUSED. */
  act(
    by: Principal,
    id: IdentityId,
    { action, reason }: { readonly action: TenantAct; readonly reason?: string },
  ): Promise<ChangedIdentity> {
    return this.#take(by, id, (state) => {
      if (state === null) throw unknownIdentity();
      const event = {
        ...{ $v: EVENT_FORMAT, action, by: by.author, identity: id },
        ...{ previous: state.head, sequence: state.sequence + 1 },
        ...(reason !== undefined && { reason }),
      };
      const value = { event };
      return { signed: parseSignedEvent(value), value };
    });
  }

  #take(
    { tenant, author }: Principal,
    id: IdentityId,
    make: (state: IdentityState | null) => { signed: SignedEvent; value: JsonObject },
  ): Promise<ChangedIdentity> {
    const { book, clock, handleOf, ensureLedger } = this.#deps;
    const handle = handleOf(tenant);
    return book.changing(handle, id, async () => {
      const state = await book.now(handle, id);
      const { signed, value } = make(state);
      const now = clock.now();
      this.#checkClock(handle, now);
      // What is good now only must not be read as wrong later: it is recorded a moment after this.
      applyEvent(state, signed, now);
      applyEvent(state, signed, (now + QUEUE_MILLIS) as UnixMillis);
      // A crash after this leaves an empty ledger, which says nothing.
      await ensureLedger(tenant);
      const target = { tenant: handle, ledger: IDENTITY_LEDGER, author };
      const record = parseRecordInput(eventRecord(id, signed.event.sequence, value));
      const receipt = await appendOwn(this.#deps, target, [record]);
      // A crash before it is durable leaves what was; after it, the next look finds what is.
      return { state: applyEvent(state, signed, parseInstant(receipt.recordedAt)), receipt };
    });
  }

  /** Or the event would be recorded later than it was checked by. @throws IdentityError IDENTITY_CLOCK_BEHIND. */
  #checkClock(tenant: string, now: UnixMillis): void {
    const recordedAt = this.#deps.book.ledgerOf(tenant)?.reader.head.recordedAt ?? now;
    if (recordedAt > now) throw clockBehind();
  }
}

/** The longest that anything waits between being checked and being recorded, by far. */
const QUEUE_MILLIS = 600_000;

function isTenantAct(action: string): boolean {
  return TENANT_ACTS.some((each) => each === action);
}

function firstId({ event }: SignedEvent): IdentityId {
  return event.change.action === 'import-tradle' ? tradleIdOf(event.change.object) : idOf(event);
}
