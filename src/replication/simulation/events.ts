/** Time of a history: what is due happens in order, and takes none. */
import TinyQueue from 'tinyqueue';

export class Events {
  #now = 0;
  #order = 0;
  readonly #due = new TinyQueue<Event>([], (a, b) => a.time - b.time || a.order - b.order);

  /** Milliseconds since the history began. */
  get now(): number {
    return this.#now;
  }

  at(time: number, act: () => void): void {
    this.#due.push({ time: Math.max(time, this.#now), order: this.#order++, act });
  }

  after(millis: number, act: () => void): void {
    this.at(this.#now + millis, act);
  }

  /** Lets happen what is due until then, as long as it goes on. */
  runUntil(time: number, goesOn: () => boolean): void {
    while (goesOn()) {
      const next = this.#due.peek();
      if (next === undefined || next.time > time) {
        this.#now = Math.max(this.#now, time);
        return;
      }
      this.#due.pop();
      this.#now = next.time;
      next.act();
    }
  }
}

interface Event {
  readonly time: number;
  /** Of those at one time the one that was asked for first. */
  readonly order: number;
  readonly act: () => void;
}
