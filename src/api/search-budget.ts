/**
 * How often one key may search for persons: so many times a minute. Each search is allowed and recorded;
 * a thousand of them are a list that somebody tries out.
 */
import type { Clock } from '../base/time.js';
import { ApiError } from './api-error.js';

const WINDOW_MILLIS = 60_000;
/** Beyond it minutes that are over are forgotten, not only overwritten. */
const MANY_WINDOWS = 1_000;

interface Window {
  readonly until: number;
  count: number;
}

export class SearchBudget {
  readonly #perMinute: number;
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();

  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  /** @param account what it logged in with, and its tenant. @throws ApiError SEARCH_RATE_LIMITED. */
  take(account: string): void {
    const now = this.#clock.now();
    const window = this.#windowOf(account, now);
    if (window.count >= this.#perMinute)
      throw new ApiError('SEARCH_RATE_LIMITED', 'too many searches with this key: wait a while', {
        retryAfterSeconds: Math.max(1, Math.ceil((window.until - now) / 1000)),
      });
    window.count++;
  }

  #windowOf(account: string, now: number): Window {
    const known = this.#windows.get(account);
    if (known !== undefined && now < known.until) return known;
    if (this.#windows.size >= MANY_WINDOWS)
      for (const [other, { until }] of this.#windows) if (until <= now) this.#windows.delete(other);
    const window = { until: now + WINDOW_MILLIS, count: 0 };
    this.#windows.set(account, window);
    return window;
  }
}
