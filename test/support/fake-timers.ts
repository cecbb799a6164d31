import type { Timers } from '../../src/replication/links/timers.js';

interface Waiting {
  readonly at: number;
  readonly call: () => void;
}

/** Stand still until they are told to move; what is due then is called in its order. */
export class FakeTimers implements Timers {
  #now = 1_000;
  readonly #waiting = new Set<Waiting>();

  now(): number {
    return this.#now;
  }

  after(millis: number, call: () => void): () => void {
    const waiting = { at: this.#now + millis, call };
    this.#waiting.add(waiting);
    return () => {
      this.#waiting.delete(waiting);
    };
  }

  /** How long until each that waits, the next first. */
  get pauses(): number[] {
    return [...this.#waiting].map(({ at }) => at - this.#now).sort((a, b) => a - b);
  }

  advance(millis: number): void {
    const end = this.#now + millis;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#waiting.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.call();
    }
    this.#now = end;
  }

  /** As for a process that was not run: what is due meanwhile is called late, when it is over. */
  stall(millis: number): void {
    this.#now += millis;
    this.advance(0);
  }

  #next(end: number): Waiting | undefined {
    return [...this.#waiting].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}
