/**
 * How often one account may ask for something that is allowed and costly: so many times a minute. A thousand
 * searches are a list that somebody tries out; a thousand seals are a bill.
 */
import type { Clock } from '../base/time.js';
import { ApiError, type ApiErrorCode } from './api-error.js';

const WINDOW_MILLIS = 60_000;
/** Beyond it minutes that are over are forgotten, not only overwritten. */
const MANY_WINDOWS = 1_000;

export interface MinuteBudgetOptions {
  readonly perMinute: number;
  readonly clock: Clock;
  /** What is refused beyond it, and what to do about it. */
  readonly code: ApiErrorCode;
  readonly message: string;
}

interface Window {
  readonly until: number;
  count: number;
}

export class MinuteBudget {
  readonly #options: MinuteBudgetOptions;
  readonly #windows = new Map<string, Window>();

  constructor(options: MinuteBudgetOptions) {
    this.#options = options;
  }

  /** @param account whose minute it is, from the first time on. @throws ApiError `code`. */
  take(account: string): void {
    const { perMinute, clock, code, message } = this.#options;
    const now = clock.now();
    const window = this.#windowOf(account, now);
    if (window.count >= perMinute)
      throw new ApiError(code, message, {
        retryAfterSeconds: Math.max(1, Math.ceil((window.until - now) / 1000)),
      });
    window.count++;
  }

  #windowOf(account: string, now: number): Window {
    const known = this.#windows.get(account);
    // Where the clock went back, no wait is longer than a minute.
    const left = known === undefined ? 0 : known.until - now;
    if (known !== undefined && left > 0 && left <= WINDOW_MILLIS) return known;
    if (this.#windows.size >= MANY_WINDOWS)
      for (const [other, { until }] of this.#windows) if (until <= now) this.#windows.delete(other);
    const window = { until: now + WINDOW_MILLIS, count: 0 };
    this.#windows.set(account, window);
    return window;
  }
}
