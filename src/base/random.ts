/**
 * Randomness is handed in, so that tests can repeat it. One call into OpenSSL costs more than the
 * sealing of a small record: the pool asks for many bytes at a time and gives each out once.
 */
import { randomFillSync } from 'node:crypto';

export interface RandomSource {
  /** Overwrites `target` with bytes from a cryptographic generator, never given out before. */
  fill(target: Uint8Array): void;
}

const POOL_LENGTH = 4096;

export class RandomPool implements RandomSource {
  readonly #pool = new Uint8Array(POOL_LENGTH);
  #used = POOL_LENGTH;

  fill(target: Uint8Array): void {
    if (target.length > POOL_LENGTH) {
      randomFillSync(target);
      return;
    }
    if (target.length > POOL_LENGTH - this.#used) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    const end = this.#used + target.length;
    target.set(this.#pool.subarray(this.#used, end));
    // What became a salt or a key must not lie here as well.
    this.#pool.fill(0, this.#used, end);
    this.#used = end;
  }
}

export function randomBytes(random: RandomSource, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  random.fill(bytes);
  return bytes;
}
