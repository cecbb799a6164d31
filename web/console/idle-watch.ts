/** Tells when nobody has touched the page for so long that whoever did may have gone. */
import type { Timers } from './latest.js';

const IDLE_MILLIS = 30 * 60 * 1000;
const SIGNS_OF_LIFE = ['keydown', 'pointerdown', 'wheel'] as const;

export class IdleWatch {
  readonly #timers: Timers;
  readonly #onIdle: () => void;
  #timer: number | null = null;

  constructor(timers: Timers, onIdle: () => void) {
    this.#timers = timers;
    this.#onIdle = onIdle;
  }

  start(): void {
    for (const sign of SIGNS_OF_LIFE)
      document.addEventListener(sign, this.#again, { passive: true });
    this.#again();
  }

  stop(): void {
    for (const sign of SIGNS_OF_LIFE) document.removeEventListener(sign, this.#again);
    if (this.#timer !== null) this.#timers.clear(this.#timer);
    this.#timer = null;
  }

  readonly #again = (): void => {
    if (this.#timer !== null) this.#timers.clear(this.#timer);
    this.#timer = this.#timers.set(this.#onIdle, IDLE_MILLIS);
  };
}
