/** What is asked of a ledger at a time: a record, and the key that makes it repeatable. */
import { utf8ToString } from '../../base/bytes.js';
import { type JsonValue, parseStrictJson } from '../../base/canonical-json.js';
import type { ChirographError } from '../../base/errors.js';
import { isJsonObject } from '../../base/json-members.js';
import type { AttachmentDescription } from '../../records/attachment.js';
import { checkPayloadSize } from '../../records/payload-size.js';
import { parseRecordInput, type RecordInput } from '../../records/record-input.js';
import { RecordsError } from '../../records/records-error.js';
import { refuseReservedType } from '../../schemas/own-records.js';
import type { SchemaFault } from '../../schemas/schemas-error.js';

/** A record as it came, as JSON text that has not been looked at. */
export interface RecordText {
  readonly bytes: Uint8Array;
  /** Of a line of NDJSON it is not given: there it is a member. Else the header's, null without one. */
  readonly idempotencyKey?: string | null;
}

export interface RecordRequest {
  readonly record: RecordInput;
  readonly idempotencyKey: string | null;
}

/** A request after its payload and its attachments have been looked at. */
export interface CheckedRequest extends RecordRequest {
  /** `none`, or the schema that the payload is as. */
  readonly schema?: string;
  readonly warnings?: readonly SchemaFault[];
  /** What the record attaches, in its order; null if one of them is refused. */
  readonly attachments?: readonly AttachmentDescription[] | null;
  /** See `PreparedRecord`. */
  readonly refusal?: ChirographError | null;
}

/** Visible ASCII, as a header field can carry it. */
export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;
export const IDEMPOTENCY_KEY_RULE = 'must be 1 to 255 visible ASCII characters';

/**
 * @param maxPayloadBytes see `checkPayloadSize`.
 * @throws BaseError BYTES_MALFORMED, JSON_MALFORMED, JSON_NOT_CANONICAL; RecordsError RECORD_MALFORMED,
 * RECORD_TYPE_RESERVED, RECORD_TOO_LARGE.
 */
export function parseRecordText(text: RecordText, maxPayloadBytes: number): RecordRequest {
  const value = parseStrictJson(utf8ToString(text.bytes));
  const { members, idempotencyKey } =
    text.idempotencyKey === undefined
      ? withKeyTaken(value)
      : { members: value, idempotencyKey: text.idempotencyKey };
  const record = parseRecordInput(members);
  refuseReservedType(record);
  checkPayloadSize(record, text.bytes.length, maxPayloadBytes);
  return { record, idempotencyKey };
}

function withKeyTaken(value: JsonValue): { members: JsonValue; idempotencyKey: string | null } {
  if (!isJsonObject(value) || !Object.hasOwn(value, 'idempotencyKey'))
    return { members: value, idempotencyKey: null };
  const { idempotencyKey, ...members } = value;
  if (typeof idempotencyKey !== 'string' || !IDEMPOTENCY_KEY.test(idempotencyKey))
    throw new RecordsError('RECORD_MALFORMED', `idempotencyKey: ${IDEMPOTENCY_KEY_RULE}`, {
      path: '/idempotencyKey',
    });
  return { members, idempotencyKey };
}
