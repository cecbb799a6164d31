/**
 * The vault of one tenant (docs/formats/vault.md): finds the secret of a scope, mints new ones, and
 * keeps them wrapped. New rows wait in memory until a commit carries them; the journal has them
 * before the vault's file does.
 */
import { toHex, utf8 } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { randomBytes, type RandomSource } from '../base/random.js';
import { parseScope, scopeText, type SecretRef, type SecretScope } from '../base/secret-scope.js';
import { type DurableFileSystem, durableFileSystem, makeDirectoryDurably } from './durable-file.js';
import { PendingSecrets } from './internal/pending-secrets.js';
import { SecretFinder } from './internal/secret-finder.js';
import type { VaultState } from './internal/vault-file.js';
import type { VaultGeneration, VaultIndex } from './internal/vault-generation.js';
import {
  type JournaledVault,
  openGeneration,
  retireGeneration,
  undoRotation,
  type VaultPlace,
} from './internal/vault-generations.js';
import type { IndexPut } from './internal/vault-index.js';
import { type RotateOptions, VaultSuccessor } from './internal/vault-rotation.js';
import { ROW_ID_LENGTH, rowIdOf, SECRET_LENGTH, wrapRow } from './internal/vault-row.js';
import { searchKeyOf } from './internal/vault-search-key.js';
import type { KeyStore } from './key-store.js';
import { KeysError } from './keys-error.js';
import type { VaultAside } from './vault-keeper.js';
import type { TenantEscrow } from './vault-keepers.js';

export type { VaultState } from './internal/vault-file.js';
export type { VaultIndex } from './internal/vault-generation.js';
export { rowIdOf as vaultRowIdOf } from './internal/vault-row.js';
export type { IndexPut } from './internal/vault-index.js';
export type { RotateOptions } from './internal/vault-rotation.js';

export interface VaultOptions {
  /** Of this tenant alone; made if it is not there. */
  readonly directory: string;
  readonly tenantHandle: string;
  readonly keyStore: KeyStore;
  readonly random: RandomSource;
  readonly index: VaultIndex;
  readonly journal: JournaledVault;
  readonly files?: DurableFileSystem;
  /** New secrets that may wait for their first commit; 64 Ki of some 500 bytes unless given. */
  readonly maxPending?: number;
  /** Who keeps the tenant's keys for the loss of the key store; nobody without it. */
  readonly escrow?: TenantEscrow | null;
  /** Of a vault that is not there yet; 1 unless given. */
  readonly firstGeneration?: number;
}

/** A secret of which only the row is named. */
export interface ScopedRow {
  readonly rowId: Uint8Array;
  readonly scope: SecretScope;
}

/** A secret, and what it is for. */
export interface AdoptedSecret {
  readonly ref: SecretRef;
  readonly scope: SecretScope;
}

/** A rotation of which the time-consuming part is done. */
export interface Rotation {
  /** The next generation's file, as far as it is. */
  readonly aside: VaultAside;
  /** Takes in what has come since: under the same conditions as `finish`, which does it otherwise. The old key is as it was. */
  complete(): Promise<void>;
  /**
   * Takes in what has come since, and destroys the old key. Secrets that wait for their first commit are kept.
   *
   * Before: no commit under way, and a journal that begins with the vault's `state` and has no
   * rows of it since. After: a journal that begins with the new `state`. A crash in between is
   * finished or undone by `open`.
   *
   * @returns `obsolete`: index rows whose keys begin with it mean nothing any more.
   * @throws KeysError KEYS_FAILED: stop and reopen.
   */
  finish(): Promise<{ obsolete: Uint8Array }>;
  /** Leaves the vault as it was. */
  abandon(): Promise<void>;
}

/** Where a walk through the scopes goes on. */
export interface ScopePlace {
  readonly generation: number;
  readonly offset: number;
}

export interface StoredScopeAt extends ScopedRow {
  /** Behind it. */
  readonly next: ScopePlace;
}

const MAX_PENDING = 65_536;
const NONE: ReadonlySet<string> = new Set();

export class Vault {
  readonly #place: VaultPlace;
  readonly #index: VaultIndex;
  readonly #random: RandomSource;
  readonly #finder: SecretFinder;
  readonly #pending: PendingSecrets;
  #open: VaultGeneration;
  #state: 'open' | 'failed' = 'open';
  #isRotating = false;
  #doomed: ReadonlySet<string> = NONE;
  #condemned: ReadonlySet<string> = NONE;
  #edition = 0;

  private constructor(options: VaultOptions, place: VaultPlace, open: VaultGeneration) {
    this.#place = place;
    this.#index = options.index;
    this.#random = options.random;
    this.#finder = new SecretFinder(options.index, open);
    this.#pending = new PendingSecrets(options.random, options.maxPending ?? MAX_PENDING);
    this.#open = open;
  }

  /**
   * Checks the whole file against what the journal knows, gives it the rows it lacks, and finishes
   * or undoes a rotation that a crash cut short.
   *
   * @returns the vault, and rows to be written to the index before anything else is done: those of
   * which the journal still knows, or all where the index does not belong to this generation.
   * @throws KeysError KEYS_VAULT_DAMAGED, KEYS_MISSING.
   */
  static async open(options: VaultOptions): Promise<{ vault: Vault; indexPuts: IndexPut[] }> {
    const { directory, tenantHandle, keyStore, journal, files = durableFileSystem } = options;
    const { escrow = null, firstGeneration: first = 1 } = options;
    const place = { directory, tenantHandle, keyStore, files, escrow, first };
    await makeDirectoryDurably(directory, files);
    const vault = new Vault(options, place, await openGeneration(place, journal));
    try {
      return { vault, indexPuts: await vault.#missingPuts(journal.base) };
    } catch (cause) {
      await vault.close();
      throw cause;
    }
  }

  /** In escrow lies the key of this generation and no other, as far as that can be done. */
  async settleEscrow(): Promise<void> {
    const { generation, key } = this.#open.key;
    await this.#place.escrow?.settle(generation, key);
  }

  state(): VaultState {
    return this.#open.file.state;
  }

  /** Grows with each rotation. `state` says it too, and hashes what the file holds. */
  get generation(): number {
    return this.#open.file.generation;
  }

  /**
   * Makes the search tags of this generation, 32 bytes. Once a secret has been destroyed, nothing that
   * was found by them before can be found by them any more: it is destroyed with the vault key.
   */
  searchKey(): Uint8Array {
    return searchKeyOf(this.#open.key);
  }

  /** The secret of a scope, or null if it has none: never minted, or destroyed. */
  async find(scope: SecretScope): Promise<SecretRef | null> {
    const text = scopeText(scope);
    return this.#pending.ofScope(text) ?? (await this.#finder.ofScope(text))?.ref ?? null;
  }

  /**
   * The secret of a scope, or a new one that waits for its first commit. Whoever then does without
   * it says so with `release`.
   *
   * @throws KeysError KEYS_VAULT_PUSHBACK; also while it is about to be destroyed.
   */
  async findOrMint(scope: SecretScope): Promise<SecretRef> {
    this.#checkUsable();
    const text = scopeText(scope);
    // No await between finding a pending secret and counting its use: it may be released meanwhile.
    if (this.#pending.ofScope(text) === undefined) {
      const committed = await this.#finder.ofScope(text);
      if (committed !== null) return this.#unlessDoomed(committed.ref);
    }
    return this.#pending.use(text) ?? this.#pending.add(text, this.#mint(), this.#open.key);
  }

  /** Undoes `findOrMint` for an entry that will not be appended; an appended one needs no release. */
  release(rowIds: readonly Uint8Array[]): void {
    for (const rowId of rowIds) this.#pending.release(rowId);
  }

  /** The secret that a sealed part names; null if it was destroyed. */
  async secretOfRow(rowId: Uint8Array): Promise<SecretRef | null> {
    return this.#pending.ofRow(rowId)?.ref ?? (await this.#finder.ofRow(rowId))?.ref ?? null;
  }

  /** What a committed secret is for; null if it was destroyed. */
  async scopeOfRow(rowId: Uint8Array): Promise<SecretScope | null> {
    return (await this.committed(rowId))?.scope ?? null;
  }

  /** A committed secret, and what it is for; null if it was destroyed. */
  async committed(rowId: Uint8Array): Promise<AdoptedSecret | null> {
    const found = await this.#finder.ofRow(rowId);
    return found === null ? null : { ref: found.ref, scope: parseScope(utf8(found.text)) };
  }

  /**
   * A walk through what all committed secrets are for, some at a time.
   *
   * @param from `next` of the step before; null at the beginning.
   * @returns none at the end; null where the vault has been rotated since the walk was begun.
   * @throws KeysError KEYS_VAULT_DAMAGED.
   */
  async scopes(from: ScopePlace | null): Promise<readonly StoredScopeAt[] | null> {
    const open = this.#open;
    const { generation } = open.file;
    if (from !== null && from.generation !== generation) return null;
    try {
      const stored = await open.scopesFrom(from?.offset);
      return stored.map(({ after, ...row }) => ({ ...row, next: { generation, offset: after } }));
    } catch (cause) {
      // A rotation may have closed the file meanwhile.
      if (open !== this.#open) return null;
      throw cause;
    }
  }

  /**
   * Takes secrets that another node minted, under the row ids that they have there: they wait for their commit as new ones do.
   * Of two secrets of one scope the last to come is the one that is found by it.
   *
   * @returns rows of those that were not there.
   * @throws KeysError KEYS_VAULT_PUSHBACK with none taken.
   */
  async adopt(secrets: readonly AdoptedSecret[]): Promise<readonly Uint8Array[]> {
    this.#checkUsable();
    const known = await Promise.all(secrets.map(({ ref }) => this.secretOfRow(ref.rowId)));
    const lacking = secrets.filter((_, at) => known[at] === null);
    this.#pending.checkRoom(lacking.length);
    // No await from here on: whoever else takes some of them takes them before or after.
    return lacking.flatMap(({ ref, scope }) =>
      this.#pending.adopt(scopeText(scope), ref, this.#open.key) ? [ref.rowId] : [],
    );
  }

  /** A committed secret wrapped once more, under its row id, as a row that goes with a block; null if it was destroyed. */
  async rowOf(rowId: Uint8Array): Promise<Uint8Array | null> {
    const found = await this.#finder.ofRow(rowId);
    return found === null ? null : wrapRow(found, this.#open.key, this.#random);
  }

  /** The row of a secret that no commit has carried yet; null if one has. */
  pendingRow(rowId: Uint8Array): Uint8Array | null {
    return this.#pending.ofRow(rowId)?.row ?? null;
  }

  /**
   * Takes rows that the journal has synced. Not durable here when it returns, and need not be. The
   * index rows must be written before the next append.
   */
  async append(rows: readonly Uint8Array[]): Promise<{ indexPuts: IndexPut[] }> {
    this.#checkUsable();
    const stored = await this.#open.file.append(rows);
    // Unwrapping costs ten times as much as remembering; only rows of a former process need it.
    const taken = stored.map(
      ({ row }) => this.#pending.settle(rowIdOf(row)) ?? this.#open.unwrap(row),
    );
    this.#finder.took(taken);
    return { indexPuts: this.#open.putsOf(stored, taken) };
  }

  /** Index rows of everything in the file: for an index that was lost. */
  async indexAgain(): Promise<IndexPut[]> {
    const puts = await this.#open.putsFrom();
    // Last: with it, the index counts as whole.
    return [...puts, this.#open.indexKeys.complete()];
  }

  /**
   * Another one whenever secrets have been doomed: what was given out before may be among them, and an entry that
   * was prepared with it is not to be appended.
   */
  get edition(): number {
    return this.#edition;
  }

  /** Says which secrets are about to be destroyed (hex of their rows), in place of those said before: they are given out no more. */
  doom(rowIds: Iterable<string>): void {
    const doomed = new Set(rowIds);
    if ([...doomed].some((id) => !this.#doomed.has(id))) this.#edition++;
    this.#doomed = doomed;
  }

  /** Secrets (hex of their rows) of which it is durable that they go: beside those that are doomed, and until they are gone. */
  condemn(rows: readonly string[]): void {
    if (rows.some((id) => !this.#condemned.has(id))) this.#edition++;
    this.#condemned = new Set([...this.#condemned, ...rows]);
  }

  /** Those that are still to go, or were never here. */
  get condemned(): ReadonlySet<string> {
    return this.#condemned;
  }

  /** Whether nothing new rests on it any more: it is about to be destroyed. */
  isGoing(rowId: Uint8Array): boolean {
    const isIn = (going: ReadonlySet<string>): boolean => going.size > 0 && going.has(toHex(rowId));
    return isIn(this.#doomed) || isIn(this.#condemned);
  }

  /** They are gone, or were never here. */
  absolve(rows: ReadonlySet<string>): void {
    this.#condemned = new Set([...this.#condemned].filter((id) => !rows.has(id)));
  }

  /**
   * Wraps the secrets that are kept under a new vault key, beside writing. One at a time; a failure leaves the vault as
   * it was. `finish` then destroys the old key; or the rotation is abandoned.
   */
  async beginRotation(options: RotateOptions): Promise<Rotation> {
    this.#checkUsable();
    assert(!this.#isRotating, 'one rotation at a time');
    this.#isRotating = true;
    try {
      const successor = await VaultSuccessor.begin(this.#place, this.#open, options, this.#random);
      return {
        get aside() {
          return successor.aside;
        },
        complete: () => successor.complete(),
        finish: () => this.#finishRotation(successor),
        abandon: () => this.#abandonRotation(),
      };
    } catch (cause) {
      await this.#abandonRotation();
      throw cause;
    }
  }

  async #abandonRotation(): Promise<void> {
    try {
      await undoRotation(this.#place, this.generation + 1);
    } catch (cause) {
      this.#state = 'failed';
      throw failed(cause);
    }
    this.#isRotating = false;
    this.#doomed = NONE;
  }

  async #finishRotation(successor: VaultSuccessor): Promise<{ obsolete: Uint8Array }> {
    this.#checkUsable();
    const old = this.#open;
    try {
      const next = await successor.finish();
      this.#pending.rewrap(next.key);
      this.#open = next;
      this.#finder.moveTo(next);
      await retireGeneration(this.#place, old.file.generation);
      old.key.key.fill(0);
      await old.file.close();
    } catch (cause) {
      this.#state = 'failed';
      throw failed(cause);
    }
    this.#isRotating = false;
    this.#doomed = NONE;
    return { obsolete: old.indexKeys.prefix };
  }

  /** Everything appended so far is on disk when it returns. */
  async sync(): Promise<void> {
    await this.#open.file.sync();
  }

  async close(): Promise<void> {
    await this.#open.file.close();
  }

  async #missingPuts(base: VaultState | null): Promise<IndexPut[]> {
    if (!(await this.#open.isIndexed(this.#index))) return this.indexAgain();
    const isBase = base?.generation === this.#open.file.generation;
    return this.#open.putsFrom(isBase ? base.length : undefined);
  }

  #unlessDoomed(ref: SecretRef): SecretRef {
    if (this.isGoing(ref.rowId))
      throw new KeysError(
        'KEYS_VAULT_PUSHBACK',
        'somebody is being forgotten whom this names: try again after a moment',
      );
    return ref;
  }

  #mint(): SecretRef {
    return {
      rowId: randomBytes(this.#random, ROW_ID_LENGTH),
      secret: randomBytes(this.#random, SECRET_LENGTH),
    };
  }

  #checkUsable(): void {
    if (this.#state === 'failed') throw failed();
  }
}

function failed(cause?: unknown): KeysError {
  return new KeysError(
    'KEYS_FAILED',
    'a rotation of the vault failed: stop the node and reopen it',
    { cause },
  );
}
