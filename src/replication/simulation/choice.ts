/** What happens in a history is drawn from its seed alone: the same seed gives the same history. */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

export class Choice {
  readonly #generator: RandomGenerator;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  /** A whole number, at least `from` and at most `to`. */
  between(from: number, to: number): number {
    if (from > to) throw new RangeError(`nothing between ${from} and ${to}`);
    return uniformInt(this.#generator, from, to);
  }

  /** At least 0 and below 1. */
  fraction(): number {
    return uniformFloat64(this.#generator);
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** @throws RangeError if there is none. */
  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.between(0, choices.length - 1)];
    if (choice === undefined) throw new RangeError('nothing to pick from');
    return choice;
  }

  /** How long until something happens that happens so often, in milliseconds. */
  wait(meanMillis: number): number {
    return Math.ceil(-Math.log(1 - this.fraction()) * meanMillis);
  }
}
