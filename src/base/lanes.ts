/** Things that are done a few at a time: what has one name goes one after the other, in the order asked for. */
import { Turns } from './turns.js';

export class Lanes {
  readonly #lanes: readonly Turns[];

  constructor(count: number) {
    this.#lanes = Array.from({ length: count }, () => new Turns());
  }

  /** Names that are different may have to wait for each other; they never wait for more than is in front of them. */
  take<T>(name: string, act: () => Promise<T>): Promise<T> {
    let sum = 0;
    for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
    const lane = this.#lanes[sum % this.#lanes.length];
    if (lane === undefined) throw new RangeError('there is no lane');
    return lane.take(act);
  }

  /** Resolves when all that was asked for so far has ended. */
  async idle(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.take(() => Promise.resolve())));
  }
}
