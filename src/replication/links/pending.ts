/** Connections under way: each has until its deadline, and none outlives the node. */
import type { Timers } from './timers.js';

export interface Destroyable {
  destroy(): unknown;
}

export class Pending {
  readonly #timers: Timers;
  readonly #millis: number;
  readonly #all = new Map<Destroyable, () => void>();
  #isClosed = false;

  constructor(timers: Timers, millis: number) {
    this.#timers = timers;
    this.#millis = millis;
  }

  /** Destroyed when its time is over, unless it is left alone before. */
  add(target: Destroyable): void {
    const cancel = this.#timers.after(this.#millis, () => {
      this.#all.delete(target);
      target.destroy();
    });
    this.#all.set(target, cancel);
    if (this.#isClosed) this.close();
  }

  /** It is somebody else's from here on, or gone. */
  leave(target: Destroyable): void {
    this.#all.get(target)?.();
    this.#all.delete(target);
  }

  /** What is added later is destroyed at once. */
  close(): void {
    this.#isClosed = true;
    for (const target of this.#all.keys()) {
      this.leave(target);
      target.destroy();
    }
  }
}
