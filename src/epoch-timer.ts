/**
 * Makes an epoch at each interval and follows the anchor on its way. It never holds up a write: what
 * fails is logged, shown, and tried again after a pause that grows.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ChirographError } from './base/errors.js';
import type { Logger } from './base/logger.js';
import type { AnchorStatus } from './commands/anchor-now.js';

export interface Anchoring {
  anchorNow(): Promise<AnchorStatus>;
  followAnchors(): Promise<AnchorStatus>;
  anchorStatus(): AnchorStatus;
}

export interface EpochTimerOptions {
  readonly anchoring: Anchoring;
  readonly intervalMillis: number;
  readonly logger: Logger;
  /** For tests. */
  readonly sleep?: Sleep;
}

/** Also ends, without failing, when `signal` is aborted. */
export type Sleep = (millis: number, signal: AbortSignal) => Promise<void>;

/** Blocks come minutes apart; looking more often would show nothing more. */
const MAX_FOLLOW_MILLIS = 30_000;
const MAX_RETRY_MILLIS = 10 * 60_000;

export class EpochTimer {
  readonly #options: EpochTimerOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #failures = 0;
  #failure: string | null = null;

  constructor(options: EpochTimerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Tries in a row that have failed. */
  get failures(): number {
    return this.#failures;
  }

  /** Code of the last of them; null after one that worked, and of what is no failure that was foreseen. */
  get failure(): string | null {
    return this.#failure;
  }

  /** What is under way is finished. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { intervalMillis, sleep = sleepFor } = this.#options;
    const { signal } = this.#stop;
    const followMillis = Math.min(intervalMillis, MAX_FOLLOW_MILLIS);
    let untilEpoch = intervalMillis;
    for (;;) {
      const pause = Math.min(untilEpoch, followMillis) + this.#backOff();
      await sleep(pause, signal);
      if (signal.aborted) return;
      untilEpoch -= pause;
      const isEpoch = untilEpoch <= 0 || this.#failures > 0;
      if (isEpoch) untilEpoch = intervalMillis;
      await this.#step(isEpoch);
    }
  }

  async #step(isEpoch: boolean): Promise<void> {
    const { anchoring, logger } = this.#options;
    try {
      if (isEpoch) await anchoring.anchorNow();
      else if (anchoring.anchorStatus().pending.state === 'pending')
        await anchoring.followAnchors();
      else return;
      if (this.#failures > 0) logger.info('anchoring works again');
      const { inconsistent } = anchoring.anchorStatus();
      if (isEpoch && inconsistent.length > 0)
        logger.error('logs do not extend the heads that epochs took of them: find out why', {
          origins: inconsistent,
        });
      this.#failures = 0;
      this.#failure = null;
    } catch (error) {
      this.#failures++;
      const code: unknown = error instanceof ChirographError ? error.code : null;
      this.#failure = typeof code === 'string' ? code : null;
      logger.warn('anchoring failed', { error, retryMillis: this.#backOff() });
    }
  }

  #backOff(): number {
    if (this.#failures === 0) return 0;
    return Math.min(this.#options.intervalMillis * 2 ** (this.#failures - 1), MAX_RETRY_MILLIS);
  }
}

async function sleepFor(millis: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(millis, undefined, { signal });
  } catch (cause) {
    if (!signal.aborted) throw cause;
  }
}
