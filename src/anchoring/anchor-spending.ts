/**
 * What anchors have cost, by the calendar month of UTC in which they settled: a budget that forgot it at
 * a restart would be none. Replacements cost nothing beyond the one that confirms.
 */
import type { UnixMillis } from '../base/brand.js';
import { formatInstant } from '../base/time.js';

export interface AnchorSpending {
  /** `2026-11`, the month that `paid` is of; empty before the first anchor. */
  readonly month: string;
  /** In satoshi, of the anchors that settled in it. */
  readonly paid: bigint;
  /** In satoshi, of all anchors whose cost is known: earlier versions did not write it down. */
  readonly total: bigint;
}

/** `2026-11` */
const MONTH_LENGTH = 7;

export const NOTHING_SPENT: AnchorSpending = { month: '', paid: 0n, total: 0n };

function monthOf(at: UnixMillis): string {
  return formatInstant(at).slice(0, MONTH_LENGTH);
}

/** In satoshi, of the month that `now` lies in. */
export function paidThisMonth({ month, paid }: AnchorSpending, now: UnixMillis): bigint {
  return month === monthOf(now) ? paid : 0n;
}

export function spend(spending: AnchorSpending, fee: bigint, now: UnixMillis): AnchorSpending {
  return {
    month: monthOf(now),
    paid: paidThisMonth(spending, now) + fee,
    total: spending.total + fee,
  };
}

/** An anchor that settled at `at` has left the chain: it is paid for when it settles again. */
export function unspend(spending: AnchorSpending, fee: bigint, at: UnixMillis): AnchorSpending {
  const isOfMonth = spending.month === monthOf(at);
  return {
    ...spending,
    paid: isOfMonth ? atLeastNothing(spending.paid - fee) : spending.paid,
    total: atLeastNothing(spending.total - fee),
  };
}

function atLeastNothing(value: bigint): bigint {
  return value < 0n ? 0n : value;
}
