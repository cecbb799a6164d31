/**
 * Records that the node writes of itself (docs/formats/schemas.md): their types are reserved, so that
 * nobody else can make one. They are about no person, and never fall due.
 */
import type { JsonObject } from '../base/canonical-json.js';
import { parseRecordInput, type RecordInput } from '../records/record-input.js';
import { RecordsError } from '../records/records-error.js';

export const SCHEMA_TYPE = 'chirograph.Schema';
export const SCHEMA_LIST_TYPE = 'chirograph.SchemaList';
export const SETTINGS_TYPE = 'chirograph.LedgerSettings';
/** Key of the one list, and of the settings, that are about schemas. */
export const SCHEMAS_KEY = 'schemas';

/** Subject of all of them. Whoever erases persons must leave it alone. */
export const OWN_SUBJECT = 'chirograph';
/** Retention class of all of them. */
const OWN_CLASS = 'chirograph';
const RESERVED = 'chirograph.';

/** @throws RecordsError RECORD_TYPE_RESERVED. */
export function refuseReservedType({ type }: RecordInput): void {
  if (!type.startsWith(RESERVED)) return;
  throw new RecordsError(
    'RECORD_TYPE_RESERVED',
    `types that begin with ${RESERVED} are written by the node itself: see the routes for them`,
    { path: '/type' },
  );
}

/** @param key a record type, or `SCHEMAS_KEY`. */
export function ownRecord(type: string, key: string, payload: JsonObject): RecordInput {
  return parseRecordInput({ type, subject: OWN_SUBJECT, key, retention: OWN_CLASS, payload });
}
