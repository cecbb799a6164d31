/** Work that is to take no more than so much a second: whoever is too early waits. */
import type { ReplicaTimers } from './content-peers.js';

/** What may come at once. */
const BURST_MILLIS = 500;

export class Pace {
  readonly #timers: ReplicaTimers;
  readonly #millisEach: number;
  #until = 0;

  constructor(timers: ReplicaTimers, perSecond: number) {
    this.#timers = timers;
    this.#millisEach = 1_000 / perSecond;
  }

  /** Resolves when it is time, or `signal` is aborted. */
  async take(amount: number, signal: AbortSignal): Promise<void> {
    const now = this.#timers.now();
    this.#until = Math.max(this.#until, now) + amount * this.#millisEach;
    const early = this.#until - now - BURST_MILLIS;
    if (early <= 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        cancel();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const cancel = this.#timers.after(early, end);
      signal.addEventListener('abort', end);
    });
  }
}
