/** Which entries of a state were recorded in a period: a range of indices, for recorded time never decreases. */
import type { UnixMillis } from '../base/brand.js';
import { beginningOf, instantOf } from './as-of.js';
import type { TenantLedger } from './tenant-ledgers.js';
import type { ViewState } from './view-state.js';

/** Instants or calendar dates: from the beginning of … to the end of …, both included. */
export interface RecordedPeriod {
  readonly recordedFrom?: string | undefined;
  readonly recordedTo?: string | undefined;
}

/** Entries with from ≤ index < to; none where `from` is not below `to`. */
export interface EntryRange {
  readonly from: number;
  readonly to: number;
}

/** @throws BaseError TIME_MALFORMED, DATE_NOT_IN_ZONE. */
export async function recordedRange(
  { timeZone }: Pick<TenantLedger, 'timeZone'>,
  { view, size }: Pick<ViewState, 'view' | 'size'>,
  { recordedFrom, recordedTo }: RecordedPeriod,
): Promise<EntryRange> {
  let [from, to]: [number, number] = [0, size];
  if (recordedFrom !== undefined) {
    const instant = beginningOf(recordedFrom, { timeZone });
    from = await view.sizeAt((instant - 1) as UnixMillis);
  }
  if (recordedTo !== undefined) {
    const instant = instantOf(recordedTo, { timeZone });
    to = Math.min(to, await view.sizeAt(instant));
  }
  return { from, to };
}
