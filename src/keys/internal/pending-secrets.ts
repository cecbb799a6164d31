/**
 * New secrets that no commit has carried yet. Each counts who has been given it, so that a request
 * which comes to nothing leaves nothing behind, however often it is repeated.
 */
import { toHex } from '../../base/bytes.js';
import type { RandomSource } from '../../base/random.js';
import type { SecretRef } from '../../base/secret-scope.js';
import { KeysError } from '../keys-error.js';
import { type NamedSecret, type VaultKey, wrapRow } from './vault-row.js';

interface Pending extends NamedSecret {
  row: Uint8Array;
  uses: number;
}

export class PendingSecrets {
  readonly #random: RandomSource;
  readonly #maximum: number;
  readonly #byScope = new Map<string, Pending>();
  readonly #byRow = new Map<string, Pending>();

  constructor(random: RandomSource, maximum: number) {
    this.#random = random;
    this.#maximum = maximum;
  }

  ofScope(text: string): SecretRef | undefined {
    return this.#byScope.get(text)?.ref;
  }

  ofRow(rowId: Uint8Array): { readonly ref: SecretRef; readonly row: Uint8Array } | undefined {
    return this.#byRow.get(toHex(rowId));
  }

  /** Gives a pending secret to someone more. */
  use(text: string): SecretRef | undefined {
    const pending = this.#byScope.get(text);
    if (pending !== undefined) pending.uses++;
    return pending?.ref;
  }

  /** Keeps a new secret, which has been given to one. @throws KeysError KEYS_VAULT_PUSHBACK. */
  add(text: string, ref: SecretRef, key: VaultKey): SecretRef {
    this.checkRoom(1);
    const pending = { text, ref, row: wrapRow({ ref, text }, key, this.#random), uses: 1 };
    this.#byScope.set(text, pending);
    this.#byRow.set(toHex(ref.rowId), pending);
    return ref;
  }

  /**
   * Keeps a secret that another node minted, where there is room; one of that scope that was minted here goes on waiting under its row.
   *
   * @returns whether it did not wait already.
   */
  adopt(text: string, ref: SecretRef, key: VaultKey): boolean {
    const id = toHex(ref.rowId);
    if (this.#byRow.has(id)) return false;
    const adopted = { text, ref, row: wrapRow({ ref, text }, key, this.#random), uses: 1 };
    this.#byRow.set(id, adopted);
    return true;
  }

  /** Someone who has been given this secret will not need it; forgotten if nobody else does. */
  release(rowId: Uint8Array): void {
    const pending = this.#byRow.get(toHex(rowId));
    if (pending !== undefined && --pending.uses <= 0) this.#forget(pending);
  }

  /** Takes out what a commit has carried. */
  settle(rowId: Uint8Array): NamedSecret | undefined {
    const pending = this.#byRow.get(toHex(rowId));
    if (pending !== undefined) this.#forget(pending);
    return pending;
  }

  /** Wraps all of them anew, for the generation that their commit will find. */
  rewrap(key: VaultKey): void {
    for (const pending of this.#byRow.values()) pending.row = wrapRow(pending, key, this.#random);
  }

  /** @throws KeysError KEYS_VAULT_PUSHBACK if there is none for so many. */
  checkRoom(count: number): void {
    if (this.#byRow.size + count > this.#maximum)
      throw new KeysError(
        'KEYS_VAULT_PUSHBACK',
        'too many new secrets wait for their first commit: try again after a moment',
      );
  }

  #forget({ text, ref }: Pending): void {
    // Of a scope it may not be the one that is given out.
    if (this.#byScope.get(text)?.ref === ref) this.#byScope.delete(text);
    this.#byRow.delete(toHex(ref.rowId));
  }
}
