/**
 * Gives the follower of signatures its turns: at once while there is something to do, a second apart otherwise. It
 * never holds up a write: what fails is logged, shown, and tried again after a pause that grows.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from './base/logger.js';
import type { Sleep } from './epoch-timer.js';

export interface AugmentationTimerOptions {
  /** For the log: whose turns these are; `augmentation` unless given. */
  readonly what?: string;
  /** One turn; whether there is more to do at once. */
  readonly turn: () => Promise<boolean>;
  readonly logger: Logger;
  /** For tests. */
  readonly sleep?: Sleep;
}

const PAUSE_MILLIS = 1_000;
const MAX_RETRY_MILLIS = 60_000;

export class AugmentationTimer {
  readonly #options: AugmentationTimerOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #failures = 0;

  constructor(options: AugmentationTimerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** What is under way is finished. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { sleep = sleepFor } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const isMore = await this.#turn();
      // Other work has its turn too, also while there is much to do.
      await sleep(isMore ? 0 : PAUSE_MILLIS + this.#backOff(), signal);
    }
  }

  async #turn(): Promise<boolean> {
    const { turn, logger, what = 'augmentation' } = this.#options;
    try {
      const isMore = await turn();
      if (this.#failures > 0) logger.info(`${what} works again`);
      this.#failures = 0;
      return isMore;
    } catch (error) {
      this.#failures++;
      logger.warn(`${what} failed`, { error, retryMillis: this.#backOff() });
      return false;
    }
  }

  #backOff(): number {
    return this.#failures === 0 ? 0 : Math.min(1_000 * 2 ** this.#failures, MAX_RETRY_MILLIS);
  }
}

async function sleepFor(millis: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(millis, undefined, { signal });
  } catch (cause) {
    if (!signal.aborted) throw cause;
  }
}
