/** Appends records that the node writes of itself, all of them or none that is acknowledged. */
import type { Receipt } from '../../queries/receipt.js';
import type { RecordInput } from '../../records/record-input.js';
import { appendRecords } from '../append-records.js';
import type { AppendRecordsDeps, AppendTarget } from '../append-target.js';

/** @returns the receipt of the last. @throws as `appendRecords`, and what refuses one of them. */
export async function appendOwn(
  deps: AppendRecordsDeps,
  target: AppendTarget,
  records: readonly RecordInput[],
): Promise<Receipt> {
  const requests = records.map((record) => ({ record, idempotencyKey: null }));
  let last: Receipt | undefined;
  for (const result of await appendRecords(deps, target, requests)) {
    if (result.kind === 'error') throw result.error;
    last = result.receipt;
  }
  if (last === undefined) throw new Error('nothing was to be appended');
  return last;
}
