/**
 * Keys out of a passphrase, as files of keys ask for them. How often is for the file to say, so it is
 * counted: one that asks for billions of rounds would hold up the start for days.
 */
import { pbkdf2Sync } from 'node:crypto';
import type { Secret } from '../../base/secret.js';
import { KeysError } from '../keys-error.js';
import { derivePkcs12, type Pkcs12Digest, type Purpose } from './pkcs12-key-derivation.js';

export type DerivationDigest = Pkcs12Digest | 'sha224';

/**
 * In rounds of PBKDF2, some 10 s, once, at the start. OpenSSL asks for 2,048 a key; Java today for 10,000,
 * and before 8u301 for 300,000 of the old kind in all; NSS (Firefox) for 600,000 each time: five times of the
 * old kind in its older files.
 */
const MAX_ROUNDS = 10_000_000;
/** What a round of the old derivation takes, in rounds of the other. */
const OLD_COST = 3;
const MAX_SALT_BYTES = 1_024;

/** For one file. */
export class Derivation {
  readonly #passphrase: Secret;
  #roundsLeft: number;

  constructor(passphrase: Secret, maxRounds = MAX_ROUNDS) {
    this.#passphrase = passphrase;
    this.#roundsLeft = maxRounds;
  }

  /** RFC 8018 §5.2; the passphrase in UTF-8, as OpenSSL and Java have it. */
  pbkdf2(
    digest: DerivationDigest,
    salt: Uint8Array,
    iterations: number,
    length: number,
  ): Uint8Array {
    this.#spend(salt, iterations, 1);
    return new Uint8Array(pbkdf2Sync(this.#passphrase.reveal(), salt, iterations, length, digest));
  }

  /** RFC 7292 appendix B.2; the passphrase in UTF-16. */
  pkcs12(
    digest: Pkcs12Digest,
    purpose: Purpose,
    salt: Uint8Array,
    iterations: number,
    length: number,
  ): Uint8Array {
    this.#spend(salt, iterations, OLD_COST);
    const passphrase = this.#passphrase.reveal();
    return derivePkcs12({ digest, purpose, passphrase, salt, iterations, length });
  }

  #spend(salt: Uint8Array, iterations: number, cost: number): void {
    this.#roundsLeft -= iterations * cost;
    if (iterations < 1 || this.#roundsLeft < 0 || salt.length > MAX_SALT_BYTES)
      throw new KeysError(
        'KEYS_SEAL_UNUSABLE',
        'the file of the seal asks for more rounds of key derivation than are run: export it again with fewer',
      );
  }
}
