/** The median of the last eleven block times (BIP 113): a block is later than that, and locks are measured by it. */
export const MEDIAN_SPAN = 11;

/** @param times in seconds, oldest first; those before the last eleven do not count. 0 for none. */
export function medianTime(times: readonly number[]): number {
  const last = times.slice(-MEDIAN_SPAN).sort((a, b) => a - b);
  return last[Math.floor(last.length / 2)] ?? 0;
}
