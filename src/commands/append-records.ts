/**
 * Appends records to a ledger. Each stands alone: it has its own receipt or its own error, whatever
 * becomes of its neighbours; all of them are durable when this returns.
 */
import { receiptOf } from '../queries/receipt.js';
import { PersonTags } from '../records/tag.js';
import type { AppendRecordsDeps, AppendTarget, RecordResult } from './append-target.js';
import { appendPrepared } from './internal/append-prepared.js';
import { attachFiles } from './preparation/attach-files.js';
import { prepareRecords } from './preparation/prepare-records.js';
import type { RecordRequest } from './preparation/record-request.js';

export type { RecordRequest } from './preparation/record-request.js';
export type { AppendRecordsDeps, AppendTarget, RecordResult } from './append-target.js';

/**
 * @returns one result for each request, in order.
 * @throws LedgerError LEDGER_UNKNOWN, LEDGER_PUSHBACK, LEDGER_READ_ONLY, LEDGER_CLOSED, LEDGER_FAILED.
 */
export async function appendRecords(
  deps: AppendRecordsDeps,
  target: AppendTarget,
  requests: readonly RecordRequest[],
): Promise<RecordResult[]> {
  const { random, marksOf } = deps;
  const tags = new PersonTags();
  return appendPrepared(deps, target, requests, {
    prepare: async (some, context, { findSecrets, findFiles }) =>
      prepareRecords(await attachFiles(some, findFiles), context, findSecrets, { random, tags }),
    receipt: (entry) => receiptOf(entry, marksOf),
  });
}
