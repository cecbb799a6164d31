/** How an event lies in the ledger of identities (docs/formats/identity.md): as a record about its identity. */
import type { JsonObject } from '../base/canonical-json.js';
import type { IdentityId } from './identity-event.js';

/** One in each tenant that has identities, written by the node alone. */
export const IDENTITY_LEDGER = '_identities';
/** Of first events, so that who there is can be listed without reading what became of them. */
export const IDENTITY_TYPE = 'chirograph.Identity';
export const IDENTITY_EVENT_TYPE = 'chirograph.IdentityEvent';
/** So that who signed can be kept as long as what they signed. */
export const IDENTITY_RETENTION = 'identity';

export interface EventThing {
  readonly type: string;
  readonly subject: IdentityId;
  readonly key: string;
}

/** Each event is a thing of its own: found by its number, without reading the log. */
export function eventThing(id: IdentityId, sequence: number): EventThing {
  return {
    type: sequence === 0 ? IDENTITY_TYPE : IDENTITY_EVENT_TYPE,
    subject: id,
    key: `event:${sequence}`,
  };
}

/** @param signed event and signatures, as they came. */
export function eventRecord(id: IdentityId, sequence: number, signed: JsonObject): JsonObject {
  return { ...eventThing(id, sequence), retention: IDENTITY_RETENTION, payload: signed };
}
