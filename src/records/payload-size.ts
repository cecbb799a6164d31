/** How much a record may carry: its payload and the payloads of its parts, as they will be stored. */
import { canonicalJson } from '../base/canonical-json.js';
import type { RecordInput } from './record-input.js';
import { RecordsError } from './records-error.js';

/**
 * @param textBytes length of the JSON text that the record was read from.
 * @throws RecordsError RECORD_TOO_LARGE.
 */
export function checkPayloadSize(record: RecordInput, textBytes: number, maxBytes: number): void {
  // Writing it out costs as much as reading it did, and most records are nowhere near the limit.
  if (textBytes * MAX_GROWTH <= maxBytes) return;
  const payloads = [record.payload, ...(record.parts ?? []).map(({ payload }) => payload)];
  const bytes = payloads.reduce(
    (sum, payload) => sum + Buffer.byteLength(canonicalJson(payload)),
    0,
  );
  if (bytes > maxBytes)
    throw new RecordsError(
      'RECORD_TOO_LARGE',
      `the payloads of a record may take ${maxBytes} bytes; store larger content as a file`,
      { path: '/payload' },
    );
}

/** `1e20` has 4 characters, in RFC 8785 it has 21; nothing grows more. */
const MAX_GROWTH = 6;
