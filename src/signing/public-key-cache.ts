/**
 * Remembers public keys that have been read. To read one costs more than to check a signature with it, and
 * whoever validates many signatures meets the keys of the same few authorities in all of them.
 */
import { toHex } from '../base/bytes.js';
import { type Certificate, publicKeyOf } from './certificate.js';
import type { PublicKey } from './public-key.js';

export class PublicKeyCache {
  readonly #capacity: number;
  readonly #keys = new Map<string, PublicKey>();

  /** @param capacity keys; the one read longest ago goes. */
  constructor(capacity = 1_024) {
    this.#capacity = capacity;
  }

  /** @throws SigningError KEY_UNSUPPORTED. */
  keyOf(certificate: Certificate): PublicKey {
    const id = toHex(certificate.subjectPublicKeyInfo);
    const known = this.#keys.get(id);
    if (known !== undefined) return known;
    const key = publicKeyOf(certificate);
    const [oldest] = this.#keys.keys();
    if (this.#keys.size >= this.#capacity && oldest !== undefined) this.#keys.delete(oldest);
    this.#keys.set(id, key);
    return key;
  }
}
