/** Time as the browser gives it. */
import type { Timers } from './latest.js';

export const browserTimers: Timers = {
  set: (run, millis) => window.setTimeout(run, millis),
  clear: (timer) => {
    window.clearTimeout(timer);
  },
};

/** Milliseconds since 1970, as this machine has it. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now();
}

/** @throws the signal's reason. */
export function sleep(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const ended = (): void => {
      window.clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = window.setTimeout(() => {
      signal.removeEventListener('abort', ended);
      resolve();
    }, millis);
    signal.addEventListener('abort', ended, { once: true });
  });
}
