/**
 * Destroys secrets of a tenant for good, while others write: what they sealed cannot be opened any more by anybody, in
 * this directory or in a copy. Whoever asks says durably, between `survey` and `destroy`, what is going to happen;
 * from `survey` on nothing more is sealed under what was found.
 */
import { fromHex, toHex } from '../base/bytes.js';
import type { SecretScope } from '../base/secret-scope.js';
import { Turns } from '../base/turns.js';
import type { VaultKeeper } from '../keys/vault-keeper.js';
import type { VaultKeepers } from '../keys/vault-keepers.js';
import type { Rotation, ScopedRow, ScopePlace, Vault } from '../keys/vault.js';
import type { JournalRotation } from './internal/journal-rotation.js';
import { vaultKey, vaultRange } from './internal/state-keys.js';
import type { WriteState } from './internal/write-state.js';
import { LedgerError } from './ledger-error.js';
import type { Sequencer } from './sequencer.js';
import type { TenantVaults } from './tenant-vaults.js';

export interface ForgetterParts {
  readonly vaults: TenantVaults;
  readonly state: WriteState;
  readonly sequencer: Sequencer;
  readonly rotation: JournalRotation;
  readonly vaultKeepers: VaultKeepers;
}

/** What is found to be forgotten. */
export interface Doomed {
  /** Of the vault, in which they are. */
  readonly generation: number;
  readonly secrets: readonly ScopedRow[];
}

/** `obsolete` is null where a keeper called it off. */
type Changed =
  { readonly obsolete: Uint8Array } | { readonly obsolete: null; readonly refusal: unknown };

export class Forgetter {
  readonly #parts: ForgetterParts;
  /** One vault is rotated at a time: each keeps a core busy. */
  readonly #turns = new Turns();
  #isClosing = false;

  constructor(parts: ForgetterParts) {
    this.#parts = parts;
  }

  /**
   * Finds what `goes`. The tags of a person stay while any data secret of theirs stays, whatever is said of them. Until
   * `destroy` or `spare`, nothing is appended that rests on what was found.
   *
   * @throws LedgerError LEDGER_CLOSED, LEDGER_FAILED; KeysError KEYS_VAULT_DAMAGED.
   */
  async survey(tenant: string, goes: (scope: SecretScope) => boolean): Promise<Doomed> {
    const vault = this.#parts.vaults.get(tenant);
    const survey = new Survey(goes);
    await survey.walk(vault, () => {
      this.#checkOpen();
    });
    vault.doom(survey.rowIds());
    // What came meanwhile may rest on them. From here on nothing can, so this is all there ever will be.
    return this.#parts.sequencer.exclusive(async () => {
      await survey.walk(vault, () => undefined);
      vault.doom(survey.rowIds());
      return { generation: vault.generation, secrets: survey.secrets() };
    });
  }

  /** What was found lives on. */
  spare(tenant: string): void {
    this.#parts.vaults.get(tenant).doom([]);
  }

  /**
   * Destroys secrets: a new generation of the vault without them, and the key of the old one destroyed. Writers wait only
   * while the generations change. A crash before that leaves the vault as it was; asked again, it is done.
   *
   * @param rowIds hex; those that are gone already do no harm.
   * @param onCopied how much of what is kept is in the new generation, from 0 to 1.
   * @throws LedgerError LEDGER_CLOSED with nothing destroyed; LEDGER_FAILED: the store must be opened again. What a
   * keeper of vaults throws, with nothing destroyed.
   */
  destroy(
    tenant: string,
    rowIds: readonly string[],
    onCopied: (share: number) => void = () => undefined,
  ): Promise<{ generation: number }> {
    return this.#turns.take(() =>
      this.#destroy(this.#parts.vaults.get(tenant), new Set(rowIds), onCopied),
    );
  }

  /** No vault is rotated meanwhile. */
  betweenRotations<T>(act: () => Promise<T>): Promise<T> {
    return this.#turns.take(act);
  }

  /** Calls off what has destroyed nothing yet, and waits for what has. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#turns.take(() => Promise.resolve());
  }

  async #destroy(
    vault: Vault,
    doomed: ReadonlySet<string>,
    onCopied: (share: number) => void,
  ): Promise<{ generation: number }> {
    const { state, sequencer, rotation } = this.#parts;
    this.#checkOpen();
    vault.doom(doomed);
    // A crash during this leaves a key and a file aside, which the next opening removes.
    const successor = await vault.beginRotation({
      keep: (rowId) => {
        this.#checkOpen();
        return !doomed.has(toHex(rowId));
      },
      putIndex: (puts) => state.write(puts.map(([key, value]) => [vaultKey(key), value])),
      onCopied,
    });
    try {
      // Most of it is there before writers wait. A crash in it leaves copies that no key opens.
      for (const keeper of this.#keepers()) await keeper.begin(successor.aside);
    } catch (cause) {
      await successor.abandon();
      throw cause;
    }
    let changed: Changed;
    try {
      // Before writers wait, so that little is left to flush while they do.
      await rotation.flush();
      changed = await sequencer.exclusive(() => rotation.around(() => this.#change(successor)));
    } catch (cause) {
      throw sequencer.fail(cause);
    }
    if (changed.obsolete === null) throw changed.refusal;
    vault.absolve(doomed);
    // A crash here leaves rows in the index that mean nothing to anybody; they only take room.
    await state.clearRange(vaultRange(changed.obsolete));
    const { tenant, generation } = successor.aside;
    for (const keeper of this.#keepers()) await keeper.replaced(tenant, generation);
    return { generation: vault.generation };
  }

  async #change(successor: Rotation): Promise<Changed> {
    await successor.complete();
    try {
      // A crash in it leaves the old generation, and copies of one that no key opens.
      for (const keeper of this.#keepers()) await keeper.complete(successor.aside);
    } catch (refusal) {
      await successor.abandon();
      return { obsolete: null, refusal };
    }
    // A crash up to the renaming in it leaves the old generation, one after it the new.
    return successor.finish();
  }

  #keepers(): readonly VaultKeeper[] {
    const { copy } = this.#parts.vaultKeepers;
    return copy === undefined ? [] : [copy];
  }

  #checkOpen(): void {
    if (this.#isClosing)
      throw new LedgerError('LEDGER_CLOSED', 'the node is stopping: it goes on at the next start');
  }
}

/** A walk through a vault that can be gone on with, and what it has found. */
class Survey {
  readonly #goes: (scope: SecretScope) => boolean;
  readonly #found = new Map<string, SecretScope>();
  /** Persons of whom some data secret stays. */
  readonly #staying = new Set<string>();
  #next: ScopePlace | null = null;

  constructor(goes: (scope: SecretScope) => boolean) {
    this.#goes = goes;
  }

  async walk(vault: Vault, betweenSteps: () => void): Promise<void> {
    for (;;) {
      const rows = await vault.scopes(this.#next);
      if (rows === null) throw new Error('a vault was rotated while it was surveyed');
      betweenSteps();
      for (const { rowId, scope } of rows)
        if (this.#goes(scope)) this.#found.set(toHex(rowId), scope);
        else if (scope.use === 'data') this.#staying.add(scope.person);
      const last = rows.at(-1);
      if (last === undefined) return;
      this.#next = last.next;
    }
  }

  rowIds(): string[] {
    return this.#going().map(([id]) => id);
  }

  secrets(): ScopedRow[] {
    return this.#going().map(([id, scope]) => ({ rowId: fromHex(id), scope }));
  }

  #going(): [string, SecretScope][] {
    return [...this.#found].filter(
      ([, { use, person }]) => use === 'data' || !this.#staying.has(person),
    );
  }
}
