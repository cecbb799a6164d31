/** Secrets that a worker keeps, so that it need not ask for those of every record. */
import { LRUCache } from 'lru-cache';
import type { SecretScope } from '../../../base/secret-scope.js';
import type { FindSecrets, FoundSecret, PreparationContext } from '../preparer.js';
import { scopeKey } from './scope-key.js';

/** Some 300 bytes each. */
const CACHED_SECRETS = 50_000;

export class SecretCache {
  /** Evicted without being wiped: whoever was given a secret may still be using it. */
  readonly #secrets = new LRUCache<string, FoundSecret>({ max: CACHED_SECRETS });
  /** By tenant: of the vault that its cached secrets came from. */
  readonly #editions = new Map<string, number>();

  /** Answers from memory what it can, and asks for the rest. */
  finder(context: PreparationContext, ask: FindSecrets): FindSecrets {
    const { tenant, vaultEdition } = context;
    this.#moveTo(tenant, vaultEdition);
    return async (scopes) => {
      const found: (FoundSecret | null)[] = [];
      const missing: { at: number; key: string; scope: SecretScope }[] = [];
      scopes.forEach((scope, at) => {
        const key = `${tenant}\0${scopeKey(scope)}`;
        const known = this.#secrets.get(key);
        found.push(known ?? null);
        if (known === undefined) missing.push({ at, key, scope });
      });
      if (missing.length === 0) return found;
      const asked = await ask(missing.map(({ scope }) => scope));
      // Another batch may have come from a newer edition meanwhile.
      const isCurrent = this.#editions.get(tenant) === vaultEdition;
      missing.forEach(({ at, key }, nth) => {
        const secret = asked[nth] ?? null;
        found[at] = secret;
        // One that no commit has carried yet may be gone tomorrow, and another in its place.
        if (secret?.isCommitted === true && isCurrent) this.#secrets.set(key, secret);
      });
      return found;
    };
  }

  /** What is destroyed must not live on here. That is rare: all is forgotten. */
  #moveTo(tenant: string, edition: number): void {
    const known = this.#editions.get(tenant);
    if (known === edition) return;
    if (known !== undefined) this.#secrets.clear();
    this.#editions.set(tenant, edition);
  }
}
