/** Which keys an identity had as of when, and the events that say so. */
import type { LeafIndex } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import { type JsonObject, parseCanonicalJson } from '../base/canonical-json.js';
import { formatInstant } from '../base/time.js';
import { IdentityError } from '../identities/identity-error.js';
import { IDENTITY_TYPE } from '../identities/identity-record.js';
import type { IdentityState } from '../identities/identity-state.js';
import { type AsOf, sizeAsOf, stateAt } from './as-of.js';
import type { EntryView } from './entry-view.js';
import { findEntries, type FindQuestion } from './find-entries.js';
import { isIdentityId } from './identity-book.js';
import { identityHistory, type RecordedEvent } from './identity-history.js';
import type { TenantLedger } from './tenant-ledgers.js';

export interface ReadIdentity {
  readonly state: IdentityState;
  readonly events: readonly RecordedEvent[];
  readonly asOf: AsOf;
}

/**
 * @param ledger of identities; null of a tenant that has had none.
 * @throws IdentityError IDENTITY_UNKNOWN; as `sizeAsOf` and `identityHistory`.
 */
export async function readIdentity(
  ledger: TenantLedger | null,
  id: string,
  asOf: string | undefined,
): Promise<ReadIdentity> {
  if (ledger === null || !isIdentityId(id)) throw unknownIdentity();
  const { clock, timeZone, vault } = ledger;
  const { reader } = ledger.ledger;
  const size = await sizeAsOf(reader, asOf, { clock, timeZone });
  // What is in a log that was closed stood before all that this one has.
  const isThen = ({ reader: of, opened }: RecordedEvent): boolean =>
    of.origin !== reader.origin || opened.entry.index < size;
  const { state, events } = await identityHistory(ledger.ledger, vault, id, isThen);
  if (state === null) throw unknownIdentity();
  return { state, events, asOf: await stateAt(reader, size) };
}

export function unknownIdentity(): IdentityError {
  return new IdentityError('IDENTITY_UNKNOWN', 'there is no such identity, or was none as of then');
}

export function eventToJson({ opened, recordedAt, reader, signed }: RecordedEvent): JsonObject {
  const { entry, payload, said } = opened;
  return {
    sequence: signed.event.sequence,
    digest: signed.event.digest,
    action: signed.event.change.action,
    recordedAt: formatInstant(recordedAt),
    author: said.author,
    record: { id: toHex(entry.leafHash), index: entry.index, origin: reader.origin },
    ...(parseCanonicalJson(payload.bytes) as JsonObject),
  };
}

export interface IdentityPage {
  /** First events, in the order of the log. */
  readonly items: readonly EntryView[];
  readonly next: LeafIndex | null;
}

/** Who there is: one line each, by what registered or imported them. @throws as `findEntries`. */
export async function listIdentities(
  ledger: TenantLedger | null,
  question: Pick<FindQuestion, 'limit' | 'from'>,
): Promise<IdentityPage> {
  if (ledger === null) return { items: [], next: null };
  return findEntries(ledger, { ...question, filters: { types: [IDENTITY_TYPE] } });
}
