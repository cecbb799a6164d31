/** What every way of appending records needs, and what becomes of each record. */
import type { ChirographError } from '../base/errors.js';
import type { RandomSource } from '../base/random.js';
import type { Clock } from '../base/time.js';
import type { LedgerStore } from '../ledger/ledger-store.js';
import type { MarksOf, Receipt } from '../queries/receipt.js';
import type { TypeClasses } from '../records/record-scopes.js';

export interface AppendRecordsDeps {
  readonly store: LedgerStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly marksOf: MarksOf;
  /** Key under which `Idempotency-Key`s of a tenant are kept. */
  readonly idempotencyKey: (tenant: string) => Uint8Array;
}

export interface AppendTarget {
  readonly tenant: string;
  readonly ledger: string;
  readonly author: string;
  /** Whether the ledger takes records of a type; all of them without it. */
  readonly takesType?: (type: string) => boolean;
  /** Classes of records that name none; `default` without it. Asked for anew with each attempt. */
  readonly typeClasses?: () => TypeClasses;
}

/** What became of one record. @template R its receipt, as an object or as JSON text. */
export type RecordResult<R = Receipt> =
  | { readonly kind: 'receipt'; readonly receipt: R; readonly isRepeated: boolean }
  | { readonly kind: 'error'; readonly error: ChirographError };
