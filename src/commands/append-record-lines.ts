/**
 * Appends records that come as lines of JSON text, read and prepared in another thread. As with
 * `appendRecords`, each stands alone.
 */
import type { AsciiJson } from '../base/ascii-json.js';
import { ReceiptWriter } from '../queries/receipt-json.js';
import { type AppendRecordsDeps, type AppendTarget, type RecordResult } from './append-records.js';
import { appendPrepared } from './internal/append-prepared.js';
import type { Preparer } from './preparation/preparer.js';

export interface AppendRecordLinesDeps extends AppendRecordsDeps {
  readonly preparer: Preparer;
  /** Largest payload of one record, in bytes. */
  readonly maxPayloadBytes: number;
}

/**
 * @param lines one record each, with an `idempotencyKey` if it may be repeated; no line feeds.
 * @returns one result for each line, in order, with its receipt as JSON text.
 * @throws as `appendRecords`, and CommandError PREPARATION_INTERRUPTED; nothing was appended then.
 */
export async function appendRecordLines(
  deps: AppendRecordLinesDeps,
  target: AppendTarget,
  lines: readonly Uint8Array[],
): Promise<RecordResult<AsciiJson>[]> {
  const { preparer, maxPayloadBytes } = deps;
  const receipts = new ReceiptWriter(deps.anchoredSize);
  return appendPrepared(deps, target, lines, {
    prepare: (some, context, find) =>
      preparer.prepare({ ...context, maxPayloadBytes, lines: some }, find),
    receipt: (entry) => receipts.write(entry),
  });
}
