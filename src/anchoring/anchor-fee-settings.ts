/** What an operator says of fees, as the anchorer takes it. */
import { DAY_MILLIS } from '../base/time.js';
import type { AnchorFees } from './anchor-decision.js';

export interface AnchorFeeSettings {
  /** In satoshi, of one anchor with all that it replaces. */
  readonly maxFee: number;
  /** Satoshi per virtual byte that no estimate lifts the fee above. */
  readonly maxRate: number;
  /** In satoshi a calendar month of UTC; without it, no limit. */
  readonly monthlyBudget?: number;
  /** Anchors a day; without it, each head is anchored at once. */
  readonly perDay?: number;
}

/** Below this nodes do not relay, and by as much a replacement must pay more. */
const RELAY_RATE = 1;

export function anchorFees(settings: AnchorFeeSettings): AnchorFees {
  const { maxFee, maxRate, monthlyBudget, perDay } = settings;
  return {
    policy: {
      floorRate: RELAY_RATE,
      capRate: maxRate,
      incrementalRate: RELAY_RATE,
      budget: BigInt(maxFee),
      // Each replacement pays more than the one before, whatever the estimate: the sum is what holds.
      maxRate: maxFee,
      maxFee: BigInt(maxFee),
    },
    monthlyBudget: monthlyBudget === undefined ? null : BigInt(monthlyBudget),
    intervalMillis: perDay === undefined ? 0 : Math.floor(DAY_MILLIS / perDay),
  };
}
