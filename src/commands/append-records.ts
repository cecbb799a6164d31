/**
 * Appends records to a ledger. Each stands alone: it has its own receipt or its own error, whatever
 * becomes of its neighbours; all of them are durable when this returns.
 */
import type { ChirographError } from '../base/errors.js';
import type { RandomSource } from '../base/random.js';
import type { Clock } from '../base/time.js';
import type { LedgerStore } from '../ledger/ledger-store.js';
import { type AnchoredSize, type Receipt, receiptOf } from '../queries/receipt.js';
import { PersonTags } from '../records/tag.js';
import { appendPrepared } from './internal/append-prepared.js';
import { prepareRecords } from './preparation/prepare-records.js';
import type { RecordRequest } from './preparation/record-request.js';

export type { RecordRequest } from './preparation/record-request.js';

export interface AppendRecordsDeps {
  readonly store: LedgerStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly anchoredSize: AnchoredSize;
  /** Key under which `Idempotency-Key`s of a tenant are kept. */
  readonly idempotencyKey: (tenant: string) => Uint8Array;
}

export interface AppendTarget {
  readonly tenant: string;
  readonly ledger: string;
  readonly author: string;
}

/** What became of one record. @template R its receipt, as an object or as JSON text. */
export type RecordResult<R = Receipt> =
  | { readonly kind: 'receipt'; readonly receipt: R; readonly isRepeated: boolean }
  | { readonly kind: 'error'; readonly error: ChirographError };

/**
 * @returns one result for each request, in order.
 * @throws LedgerError LEDGER_UNKNOWN, LEDGER_PUSHBACK, LEDGER_READ_ONLY, LEDGER_CLOSED, LEDGER_FAILED.
 */
export async function appendRecords(
  deps: AppendRecordsDeps,
  target: AppendTarget,
  requests: readonly RecordRequest[],
): Promise<RecordResult[]> {
  return appendPrepared(deps, target, requests, {
    prepare: (some, context, find) =>
      prepareRecords(some, context, find, { random: deps.random, tags: new PersonTags() }),
    receipt: (entry) => receiptOf(entry, deps.anchoredSize),
  });
}
