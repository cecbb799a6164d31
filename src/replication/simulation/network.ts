/** The links between nodes: slow, lossy, out of order, twice, or not at all. */
import type { NodeId } from '../protocol/term.js';
import type { Choice } from './choice.js';
import type { Events } from './events.js';

export interface Weather {
  /** Most messages take up to so many milliseconds. */
  readonly delay: number;
  /** And of these some take up to forty times as long. */
  readonly late: number;
  readonly loss: number;
  readonly twice: number;
}

export const CALM: Weather = { delay: 5, late: 0, loss: 0, twice: 0 };

export class Network {
  weather: Weather;
  readonly #events: Events;
  readonly #choice: Choice;
  /** Ordered pairs that hear nothing of each other. */
  readonly #cut = new Set<string>();

  constructor(events: Events, choice: Choice, weather: Weather) {
    this.#events = events;
    this.#choice = choice;
    this.weather = weather;
  }

  send(from: NodeId, to: NodeId, arrive: () => void): void {
    const { delay, late, loss, twice } = this.weather;
    if (this.#choice.chance(loss)) return;
    for (let copies = this.#choice.chance(twice) ? 2 : 1; copies > 0; copies--) {
      const most = this.#choice.chance(late) ? delay * 40 : delay;
      this.#events.after(this.#choice.between(1, most), () => {
        if (!this.#cut.has(`${from} ${to}`)) arrive();
      });
    }
  }

  /** Cuts all links between the two sides; one way only, if asked for. */
  cut(side: readonly NodeId[], other: readonly NodeId[], isOneWay: boolean): void {
    for (const a of side)
      for (const b of other) {
        this.#cut.add(`${a} ${b}`);
        if (!isOneWay) this.#cut.add(`${b} ${a}`);
      }
  }

  get isWhole(): boolean {
    return this.#cut.size === 0;
  }

  heal(): void {
    this.#cut.clear();
  }
}
