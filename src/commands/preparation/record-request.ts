/** What is asked of a ledger in one line of NDJSON: a record, and the key that makes it repeatable. */
import { utf8ToString } from '../../base/bytes.js';
import { parseStrictJson } from '../../base/canonical-json.js';
import { isJsonObject } from '../../base/json-members.js';
import { checkPayloadSize } from '../../records/payload-size.js';
import { parseRecordInput, type RecordInput } from '../../records/record-input.js';
import { RecordsError } from '../../records/records-error.js';

export interface RecordRequest {
  readonly record: RecordInput;
  readonly idempotencyKey: string | null;
}

/** Visible ASCII, as a header field can carry it. */
export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;
export const IDEMPOTENCY_KEY_RULE = 'must be 1 to 255 visible ASCII characters';

/**
 * @param line JSON text, strictly read; an empty one is no JSON.
 * @param maxPayloadBytes see `checkPayloadSize`.
 * @throws BaseError BYTES_MALFORMED, JSON_MALFORMED, JSON_NOT_CANONICAL; RecordsError RECORD_MALFORMED,
 * RECORD_MEMBER_NOT_SUPPORTED, RECORD_TOO_LARGE.
 */
export function parseRecordLine(line: Uint8Array, maxPayloadBytes: number): RecordRequest {
  const value = parseStrictJson(utf8ToString(line));
  if (!isJsonObject(value) || !Object.hasOwn(value, 'idempotencyKey')) {
    const record = parseRecordInput(value);
    checkPayloadSize(record, line.length, maxPayloadBytes);
    return { record, idempotencyKey: null };
  }
  const { idempotencyKey, ...rest } = value;
  if (typeof idempotencyKey !== 'string' || !IDEMPOTENCY_KEY.test(idempotencyKey))
    throw new RecordsError('RECORD_MALFORMED', `idempotencyKey: ${IDEMPOTENCY_KEY_RULE}`, {
      path: '/idempotencyKey',
    });
  const record = parseRecordInput(rest);
  checkPayloadSize(record, line.length, maxPayloadBytes);
  return { record, idempotencyKey };
}
