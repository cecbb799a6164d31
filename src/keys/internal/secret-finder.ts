/**
 * Finds committed secrets, and what they are for: in memory, else through the index in the file of the open generation. What is
 * in memory is of that generation alone: destroying a secret is a rotation, and leaves nothing of it here.
 */
import { LRUCache } from 'lru-cache';
import { toHex } from '../../base/bytes.js';
import { KeysError } from '../keys-error.js';
import type { VaultGeneration, VaultIndex } from './vault-generation.js';
import type { VaultIndexKeys } from './vault-index.js';
import type { NamedSecret } from './vault-row.js';

/** By scope and by row: twice as many entries as secrets. */
const CACHED_ENTRIES = 100_000;

export class SecretFinder {
  readonly #index: VaultIndex;
  /** Evicted without being wiped: whoever was given a secret may still be using it. */
  readonly #cache = new LRUCache<string, NamedSecret>({
    // As a size, it takes no room before there is something in it: with `max` a vault opens 30 ms later.
    maxSize: CACHED_ENTRIES,
    sizeCalculation: () => 1,
  });
  /** What the latest append took: the caller may not have written its index rows yet. */
  #latest = new Map<string, NamedSecret>();
  /** Rows that are being looked for: the entries of a person share secrets, and are opened together. */
  readonly #lookedFor = new Map<string, Promise<NamedSecret | null>>();
  #appends = 0;
  #generation: VaultGeneration;

  constructor(index: VaultIndex, generation: VaultGeneration) {
    this.#index = index;
    this.#generation = generation;
  }

  /** @param name the text of a scope, or the hex of a row id: neither can be taken for the other. */
  known(name: string): NamedSecret | undefined {
    return this.#latest.get(name) ?? this.#cache.get(name);
  }

  /** An append has taken these; the index rows of the one before have been written. */
  took(secrets: readonly NamedSecret[]): void {
    this.#appends++;
    this.#latest = new Map();
    for (const one of secrets)
      for (const name of [one.text, toHex(one.ref.rowId)]) {
        this.#latest.set(name, one);
        this.#cache.set(name, one);
      }
  }

  /** All that was found in another generation is forgotten. */
  moveTo(generation: VaultGeneration): void {
    this.#generation = generation;
    this.#latest = new Map();
    this.#cache.clear();
  }

  async ofScope(text: string): Promise<NamedSecret | null> {
    return this.#look(
      text,
      (keys) => keys.ofScope(text),
      (found) => found.text === text,
    );
  }

  async ofRow(rowId: Uint8Array): Promise<NamedSecret | null> {
    const id = toHex(rowId);
    const known = this.known(id);
    if (known !== undefined) return known;
    let looking = this.#lookedFor.get(id);
    if (looking === undefined) {
      looking = this.#look(
        id,
        (keys) => keys.ofRow(rowId),
        (found) => toHex(found.ref.rowId) === id,
      ).finally(() => this.#lookedFor.delete(id));
      this.#lookedFor.set(id, looking);
    }
    return looking;
  }

  async #look(
    name: string,
    keyOf: (keys: VaultIndexKeys) => Uint8Array,
    isIt: (found: NamedSecret) => boolean,
  ): Promise<NamedSecret | null> {
    for (;;) {
      const known = this.known(name);
      if (known !== undefined) return known;
      const [generation, appends] = [this.#generation, this.#appends];
      let found: NamedSecret | null = null;
      try {
        found = await generation.lookUp(this.#index, keyOf(generation.indexKeys));
      } catch (cause) {
        // A rotation may have closed the file meanwhile.
        if (generation === this.#generation) throw cause;
      }
      // An append meanwhile may have taken it behind the back of the index; look again.
      if (generation !== this.#generation || (found === null && appends !== this.#appends))
        continue;
      if (found === null) return null;
      if (!isIt(found)) throw misled();
      this.#cache.set(name, found);
      return found;
    }
  }
}

function misled(): KeysError {
  return new KeysError(
    'KEYS_VAULT_DAMAGED',
    'the index of the vault leads elsewhere: rebuild it with `fsck --rebuild`',
  );
}
