import { u64be, utf8 } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import type { RandomSource } from '../../src/base/random.js';

/** A stream of bytes that is the same for the same seed: for examples and tests, for nothing else. */
export class SeededRandom implements RandomSource {
  readonly #seed: Uint8Array;
  #counter = 0;

  constructor(seed: string) {
    this.#seed = utf8(seed);
  }

  fill(target: Uint8Array): void {
    for (let at = 0; at < target.length; at += 32) {
      const block = sha256(this.#seed, u64be(this.#counter++));
      target.set(block.subarray(0, Math.min(32, target.length - at)), at);
    }
  }
}
