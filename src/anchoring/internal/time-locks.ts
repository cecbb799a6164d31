/** Whether a transaction may be in the next block yet: its lock time (BIP 113), and those of its inputs (BIP 68). */
import type { Transaction } from '../../evidence/bitcoin/transaction.js';

/** What the next block will be. */
export interface NextBlock {
  readonly height: number;
  /** The median of the eleven blocks before it, in seconds. */
  readonly medianTime: number;
}

/** What an input spends. */
export interface LockedCoin {
  /** Of the block that made it; the next one's for what is unconfirmed. */
  readonly height: number;
}

/** Lock times from here on are seconds, below they are heights. */
const LOCK_TIME_THRESHOLD = 500_000_000;
const FINAL_SEQUENCE = 0xffffffff;
const NO_RELATIVE_LOCK = 0x80000000;
const IN_SECONDS = 0x00400000;
const LOCK_MASK = 0xffff;
const SECONDS_OF_UNIT = 512;

export function isFinal(transaction: Transaction, next: NextBlock): boolean {
  const { lockTime, inputs } = transaction;
  const now = lockTime < LOCK_TIME_THRESHOLD ? next.height : next.medianTime;
  return lockTime < now || inputs.every(({ sequence }) => sequence === FINAL_SEQUENCE);
}

/** @param medianTimeAt of the eleven blocks that end at a height */
export function areInputsFinal(
  transaction: Transaction,
  coins: readonly LockedCoin[],
  next: NextBlock,
  medianTimeAt: (height: number) => number,
): boolean {
  if (transaction.version < 2) return true;
  return transaction.inputs.every(({ sequence }, at) => {
    // Bits of 32 are negative in JavaScript's own arithmetic.
    if (sequence >= NO_RELATIVE_LOCK) return true;
    const since = coins[at]?.height ?? next.height;
    const lock = sequence & LOCK_MASK;
    return (sequence & IN_SECONDS) === 0
      ? since + lock <= next.height
      : medianTimeAt(Math.max(0, since - 1)) + lock * SECONDS_OF_UNIT <= next.medianTime;
  });
}
