/**
 * The secrets that a batch of records was given. All of them are given back when it is done with:
 * the vault keeps those that a commit has carried, and forgets those that nobody needs.
 */
import type { SecretRef, SecretScope } from '../../base/secret-scope.js';
import { KeysError } from '../../keys/keys-error.js';
import type { Vault } from '../../keys/vault.js';
import type { FoundSecret } from '../preparation/preparer.js';

export class SecretsInUse {
  readonly #vault: Vault;
  #used: Uint8Array[] = [];
  #isReleased = false;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /**
   * Finds or mints, all at once.
   *
   * @param scopes no two alike.
   * @returns null where the vault takes no more new secrets now.
   * @throws KeysError of a vault that cannot be used.
   */
  async find(scopes: readonly SecretScope[]): Promise<(FoundSecret | null)[]> {
    // All are awaited even if one fails: what is minted meanwhile must be given back too.
    const settled = await Promise.allSettled(scopes.map((scope) => this.#findOne(scope)));
    return settled.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
  }

  /** Also gives back what is still being found, once it is. */
  release(): void {
    this.#isReleased = true;
    this.#vault.release(this.#used);
    this.#used = [];
  }

  async #findOne(scope: SecretScope): Promise<FoundSecret | null> {
    try {
      return this.#noted(await this.#vault.findOrMint(scope));
    } catch (error) {
      if (error instanceof KeysError && error.code === 'KEYS_VAULT_PUSHBACK') return null;
      throw error;
    }
  }

  #noted({ rowId, secret }: SecretRef): FoundSecret {
    const isCommitted = this.#vault.pendingRow(rowId) === null;
    if (!isCommitted) {
      this.#used.push(rowId);
      if (this.#isReleased) this.release();
    }
    return { rowId, secret, isCommitted };
  }
}
