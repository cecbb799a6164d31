/** Dials a peer until there is a link, and again when it is lost: after pauses that grow, and differ, so that not all come at once. */
import type { RandomSource } from '../../base/random.js';
import { randomBytes } from '../../base/random.js';
import type { LinkLimits } from './link-limits.js';
import type { Timers } from './timers.js';

export interface RedialOptions {
  /** One try, through whichever way there is. Ends when there is a link or none; does not reject. */
  readonly dial: () => Promise<void>;
  readonly timers: Timers;
  readonly random: RandomSource;
  readonly limits: Pick<LinkLimits, 'firstRedialMillis' | 'longestRedialMillis'>;
}

export class Redial {
  readonly #options: RedialOptions;
  #failures = 0;
  #isLinked = false;
  #isStopped = false;
  #dialling: Promise<void> | null = null;
  #cancel: (() => void) | null = null;

  constructor(options: RedialOptions) {
    this.#options = options;
  }

  /** Tries in a row without a link that stood. */
  get failures(): number {
    return this.#failures;
  }

  get state(): 'linked' | 'dialling' | 'waiting' {
    if (this.#isLinked) return 'linked';
    return this.#dialling === null ? 'waiting' : 'dialling';
  }

  start(): void {
    this.#after(0);
  }

  /** There is a link, whoever dialled it. */
  linked(): void {
    this.#isLinked = true;
    this.#cancel?.();
  }

  /**
   * @param wasGood it stood for a while: it is dialled again soon.
   * @param restMillis not before that.
   */
  lost(wasGood: boolean, restMillis: number): void {
    this.#isLinked = false;
    this.#failures = wasGood ? 0 : this.#failures + 1;
    this.#after(Math.max(restMillis, this.#pause()));
  }

  /** Resolves when none is under way any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#dialling;
  }

  #after(millis: number): void {
    this.#cancel?.();
    if (this.#isStopped) return;
    this.#cancel = this.#options.timers.after(millis, () => {
      this.#dialling ??= this.#dial();
    });
  }

  async #dial(): Promise<void> {
    await this.#options.dial();
    this.#dialling = null;
    if (this.#isLinked) return;
    this.#failures++;
    this.#after(this.#pause());
  }

  /** Between half of the doubled pause and all of it. */
  #pause(): number {
    const { limits, random } = this.#options;
    const doubled = limits.firstRedialMillis * 2 ** Math.min(Math.max(0, this.#failures - 1), 30);
    const [share = 0] = randomBytes(random, 1);
    return Math.min(doubled, limits.longestRedialMillis) * (0.5 + share / 512);
  }
}
