/**
 * Who waits for a view to come to a size. Each is let go once: when the view is there, when its patience
 * ends, or when the view stops or cannot go on.
 */
import type { TreeSize } from '../base/brand.js';
import type { ViewsError } from './views-error.js';

interface Waiting {
  readonly size: TreeSize;
  readonly settle: (failure: ViewsError | null) => void;
}

export class SizeWaiters {
  readonly #behind: (wanted: TreeSize) => ViewsError;
  readonly #waiting = new Set<Waiting>();

  /** @param behind what they are told who waited in vain, as things stand then. */
  constructor(behind: (wanted: TreeSize) => ViewsError) {
    this.#behind = behind;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** @throws ViewsError what `behind` gives, after so long, or what `fail` was given. */
  wait(size: TreeSize, patienceMillis: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (failure: ViewsError | null): void => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
        if (failure === null) resolve();
        else reject(failure);
      };
      const waiting = { size, settle };
      const timer = setTimeout(() => {
        settle(this.#behind(size));
      }, patienceMillis);
      this.#waiting.add(waiting);
    });
  }

  /** Lets those go whose size has been reached. */
  release(isReached: (size: TreeSize) => boolean): void {
    for (const { size, settle } of this.#waiting) if (isReached(size)) settle(null);
  }

  /** The view cannot go on: all are told so. */
  fail(failure: ViewsError): void {
    for (const { settle } of this.#waiting) settle(failure);
  }

  /** The view goes no further: all are told how far it has come. */
  stop(): void {
    for (const { size, settle } of this.#waiting) settle(this.#behind(size));
  }
}
