/**
 * What an anchor should pay. One anchor at most is unconfirmed; it is replaced (BIP 125) by one that
 * commits to more and pays more, at each block and epoch until one confirms. Because the epoch log is
 * cumulative, waiting loses nothing but time, so a budget may say "not now".
 */
import { assert } from '../base/errors.js';

export interface FeePolicy {
  /** Satoshi per virtual byte; below 1 nodes do not relay. */
  readonly floorRate: number;
  /** Satoshi per virtual byte that no estimate lifts the fee above. */
  readonly capRate: number;
  /** What each replacement adds, in satoshi per virtual byte: the nodes' incremental relay fee. */
  readonly incrementalRate: number;
  /** In satoshi; an anchor that would cost more is not made. */
  readonly budget: bigint;
}

export interface FeeRequest {
  /** The node's estimate in satoshi per virtual byte; without one the floor is paid. */
  readonly estimate: number | undefined;
  readonly virtualSize: number;
  /** The unconfirmed anchor that this one is to replace. */
  readonly replaces?: { readonly fee: bigint; readonly virtualSize: number } | undefined;
}

export type FeeDecision =
  | { readonly kind: 'pay'; readonly fee: bigint }
  /** Keep the old one and go on witnessing; raise the budget or wait for lower fees. */
  | { readonly kind: 'starved'; readonly wanted: bigint };

export function slidingFee(request: FeeRequest, policy: FeePolicy): FeeDecision {
  const { estimate, virtualSize, replaces } = request;
  const rate = Math.min(policy.capRate, Math.max(estimate ?? 0, policy.floorRate));
  let fee = satoshi(rate * virtualSize);
  if (replaces !== undefined) {
    // BIP 125 rules 3 and 4: pay for what is thrown away and for relaying what takes its place.
    const forRelay = replaces.fee + satoshi(policy.incrementalRate * virtualSize);
    // And a better rate, or miners would be worse off (Bitcoin Core's addition to BIP 125).
    const forRate = (replaces.fee * BigInt(virtualSize)) / BigInt(replaces.virtualSize) + 1n;
    fee = [fee, forRelay, forRate].reduce((a, b) => (a > b ? a : b));
  }
  return fee > policy.budget ? { kind: 'starved', wanted: fee } : { kind: 'pay', fee };
}

/** Days that `balance` pays for, at a rate in satoshi per virtual byte; an alarm below 30 is wise. */
export function runwayDays(
  balance: bigint,
  rate: number,
  virtualSize: number,
  anchorsPerDay: number,
): number {
  assert(rate > 0 && anchorsPerDay > 0, 'runway is of a rate and a rhythm above zero');
  return Number(balance) / (rate * virtualSize * anchorsPerDay);
}

function satoshi(amount: number): bigint {
  return BigInt(Math.ceil(amount));
}
