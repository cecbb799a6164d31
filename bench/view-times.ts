import { quantile } from './statistics.js';
import type { Times } from './views-result.js';

export function timesOf(millis: readonly number[]): Times {
  return { p50Millis: quantile(millis, 0.5), p95Millis: quantile(millis, 0.95) };
}

/** Each alone, one after the other. */
export async function timeEach<T>(
  items: readonly T[],
  act: (item: T) => Promise<unknown>,
  interrupted: AbortSignal,
): Promise<Times> {
  const times: number[] = [];
  for (const item of items) {
    interrupted.throwIfAborted();
    const started = performance.now();
    await act(item);
    times.push(performance.now() - started);
  }
  return timesOf(times);
}
