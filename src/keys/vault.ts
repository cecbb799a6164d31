/**
 * The vault of one tenant: finds the secret of a scope, mints new ones, and keeps them wrapped. New
 * rows wait in memory until a commit carries them; the journal has them before this file does.
 */
import type { FileHandle } from 'node:fs/promises';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { ByteReader, ByteWriter } from '../base/byte-codec.js';
import { toHex, utf8 } from '../base/bytes.js';
import { hmacSha256 } from '../base/hash.js';
import { randomBytes, type RandomSource } from '../base/random.js';
import { scopeText, type SecretRef, type SecretScope } from '../base/secret-scope.js';
import type { KeyStore } from './key-store.js';
import { KeysError } from './keys-error.js';
import { tenantKeys } from './tenant-keys.js';
import {
  emptyVault,
  encodeRows,
  openVaultFile,
  readRow,
  scanRows,
  type StoredRow,
  type VaultState,
} from './internal/vault-file.js';
import { readVaultFile, recoverVaultFile } from './internal/vault-recovery.js';
import { ROW_ID_LENGTH, SECRET_LENGTH, unwrapRow, type VaultKey, wrapRow } from './internal/vault-row.js';

export type { VaultState } from './internal/vault-file.js';

/** Where the caller keeps, beside its own state, which row of the file holds what. */
export interface VaultIndex {
  get(key: Uint8Array): Promise<Uint8Array | null>;
}

/** Rows for that place, to be written in one batch with the state that rests on them. */
export type IndexPut = readonly [key: Uint8Array, value: Uint8Array];

export interface VaultOptions {
  readonly directory: string;
  readonly tenantHandle: string;
  readonly keyStore: KeyStore;
  readonly random: RandomSource;
  readonly index: VaultIndex;
  /** What the journal knows: the file before its first record, and the rows since. */
  readonly journal: { readonly base: VaultState | null; readonly rows: readonly Uint8Array[] };
}

const CACHED_SECRETS = 50_000;
/** New secrets that no commit has carried yet. */
const MAX_PENDING = 65_536;

export class Vault {
  readonly #file: FileHandle;
  readonly #key: VaultKey;
  readonly #indexKey: Uint8Array;
  readonly #index: VaultIndex;
  readonly #random: RandomSource;
  readonly #byScope = new LRUCache<string, SecretRef>({ max: CACHED_SECRETS });
  readonly #byRow = new LRUCache<string, SecretRef>({ max: CACHED_SECRETS });
  readonly #pending = new Map<string, { readonly scope: SecretScope; readonly ref: SecretRef }>();
  readonly #pendingRows = new Map<string, Uint8Array>();
  #state: VaultState;

  private constructor(
    options: VaultOptions,
    file: FileHandle,
    key: VaultKey,
    indexKey: Uint8Array,
    state: VaultState,
  ) {
    this.#file = file;
    this.#key = key;
    this.#indexKey = indexKey;
    this.#index = options.index;
    this.#random = options.random;
    this.#state = state;
  }

  /**
   * Checks the whole file against what the journal knows and gives it the rows it lacks.
   *
   * @returns the vault, and index rows of everything that the journal still knows: a crash may have
   * kept them from the index.
   * @throws KeysError KEYS_VAULT_DAMAGED, KEYS_MISSING.
   */
  static async open(options: VaultOptions): Promise<{ vault: Vault; indexPuts: IndexPut[] }> {
    const { directory, tenantHandle, keyStore, journal } = options;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const generations = await keyStore.vaultGenerations(tenantHandle);
    const generation = generations.at(-1);
    if (generation === undefined)
      throw new KeysError('KEYS_MISSING', 'the key store has no vault key of a tenant: restore it');
    const key = { generation, key: await keyStore.vaultKey(tenantHandle, generation) };
    const { index: indexKey } = tenantKeys(await keyStore.tenantRoot(tenantHandle));
    const path = join(directory, `${String(generation).padStart(8, '0')}.rows`);
    const file = await openVaultFile(path);
    try {
      const base = journal.base ?? emptyVault(generation);
      const { state, rows } = await recoverVaultFile(file, directory, base, journal.rows);
      const vault = new Vault(options, file, key, indexKey, state);
      return { vault, indexPuts: rows.flatMap((row) => vault.#indexPutsOf(row)) };
    } catch (cause) {
      await file.close();
      throw cause;
    }
  }

  state(): VaultState {
    return this.#state;
  }

  async find(scope: SecretScope): Promise<SecretRef | null> {
    const text = scopeText(scope);
    const known = this.#pending.get(text)?.ref ?? this.#byScope.get(text);
    if (known !== undefined) return known;
    const row = await this.#rowUnder(this.#scopeKey(text));
    if (row === null) return null;
    const found = unwrapRow(row, this.#key);
    if (scopeText(found.scope) !== text) throw misled();
    this.#remember(text, found.ref);
    return found.ref;
  }

  /** Finds the secret of a scope, or makes one that waits for its first commit. */
  async findOrMint(scope: SecretScope): Promise<SecretRef> {
    const found = await this.find(scope);
    if (found !== null) return found;
    const text = scopeText(scope);
    // Another call may have minted it while this one was looking.
    const minted = this.#pending.get(text)?.ref;
    if (minted !== undefined) return minted;
    if (this.#pending.size >= MAX_PENDING)
      throw new KeysError(
        'KEYS_VAULT_PUSHBACK',
        'too many new secrets wait to be written: try again',
      );
    const ref = {
      rowId: randomBytes(this.#random, ROW_ID_LENGTH),
      secret: randomBytes(this.#random, SECRET_LENGTH),
    };
    this.#pending.set(text, { scope, ref });
    this.#pendingRows.set(toHex(ref.rowId), wrapRow({ ref, scope }, this.#key, this.#random));
    return ref;
  }

  /** The secret that a sealed part names. */
  async secretOfRow(rowId: Uint8Array): Promise<SecretRef | null> {
    const id = toHex(rowId);
    const known = this.#byRow.get(id);
    if (known !== undefined) return known;
    const row = this.#pendingRows.get(id) ?? (await this.#rowUnder(this.#rowKey(rowId)));
    if (row === null) return null;
    const { ref } = unwrapRow(row, this.#key);
    if (toHex(ref.rowId) !== id) throw misled();
    this.#byRow.set(id, ref);
    return ref;
  }

  /** The row of a secret that no commit has carried yet; null if one has. */
  pendingRow(rowId: Uint8Array): Uint8Array | null {
    return this.#pendingRows.get(toHex(rowId)) ?? null;
  }

  /** Takes rows that the journal has synced. Not durable here when it returns, and need not be. */
  async append(rows: readonly Uint8Array[]): Promise<{ indexPuts: IndexPut[] }> {
    const { bytes, stored } = encodeRows(this.#state, rows);
    await this.#file.write(bytes, 0, bytes.length, this.#state.length);
    const indexPuts = stored.flatMap((row) => this.#indexPutsOf(row));
    this.#state = stored.at(-1)?.after ?? this.#state;
    for (const { row } of stored) this.#settle(row);
    return { indexPuts };
  }

  /** Index rows of the whole file, for an index that was lost. */
  async indexAgain(): Promise<IndexPut[]> {
    const rows = scanRows(await readVaultFile(this.#file), this.#state.generation);
    return rows.flatMap((row) => this.#indexPutsOf(row));
  }

  /** Everything appended so far is on disk when it returns. */
  async sync(): Promise<void> {
    await this.#file.datasync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  #settle(row: Uint8Array): void {
    const { ref, scope } = unwrapRow(row, this.#key);
    const text = scopeText(scope);
    this.#pending.delete(text);
    this.#pendingRows.delete(toHex(ref.rowId));
    this.#remember(text, ref);
  }

  #remember(text: string, ref: SecretRef): void {
    this.#byScope.set(text, ref);
    this.#byRow.set(toHex(ref.rowId), ref);
  }

  #indexPutsOf({ row, offset, after }: StoredRow): IndexPut[] {
    const { ref, scope } = unwrapRow(row, this.#key);
    const writer = new ByteWriter(12);
    writer.u32(after.generation);
    writer.u64(offset);
    const value = writer.finish();
    return [
      [this.#scopeKey(scopeText(scope)), value],
      [this.#rowKey(ref.rowId), value],
    ];
  }

  async #rowUnder(key: Uint8Array): Promise<Uint8Array | null> {
    const value = await this.#index.get(key);
    if (value === null) return null;
    const reader = new ByteReader(value);
    const generation = reader.u32();
    const offset = reader.u64();
    reader.end();
    if (generation !== this.#state.generation) throw misled();
    return readRow(this.#file, offset);
  }

  #scopeKey(text: string): Uint8Array {
    return hmacSha256(this.#indexKey, utf8(`chirograph/vault/scope/1\0${text}`));
  }

  #rowKey(rowId: Uint8Array): Uint8Array {
    return hmacSha256(this.#indexKey, utf8('chirograph/vault/row/1\0'), rowId);
  }
}

function misled(): KeysError {
  return new KeysError(
    'KEYS_VAULT_DAMAGED',
    'the index of the vault leads elsewhere: rebuild it with `fsck --rebuild`',
  );
}
