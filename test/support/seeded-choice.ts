import { SeededRandom } from './seeded-random.js';

/** Whole numbers that are the same for the same seed. */
export class SeededChoice {
  readonly #random: SeededRandom;

  constructor(seed: string) {
    this.#random = new SeededRandom(seed);
  }

  /** At least 0 and below `limit`, which is at most 2³². */
  below(limit: number): number {
    const bytes = new Uint8Array(4);
    this.#random.fill(bytes);
    return Math.floor((new DataView(bytes.buffer).getUint32(0) / 2 ** 32) * limit);
  }

  /** @throws RangeError if there is none. */
  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new RangeError('nothing to pick from');
    return choice;
  }
}
