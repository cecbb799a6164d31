/**
 * A new generation of a vault: all secrets that are kept, wrapped under a new key; then the old key
 * is destroyed, and with it whatever was not kept. Wrapping takes time, so most of it is done beside
 * writing: rows that come meanwhile are taken in at the end. Each step says what a crash there leaves.
 */
import { dirname } from 'node:path';
import { assert } from '../../base/errors.js';
import type { RandomSource } from '../../base/random.js';
import { parseScope, type SecretScope } from '../../base/secret-scope.js';
import type { VaultAside } from '../vault-keeper.js';
import {
  encodeRows,
  ROW_LENGTH_LENGTH,
  type StoredRow,
  VAULT_HEADER_LENGTH,
  VaultFile,
  vaultHeader,
  type VaultState,
} from './vault-file.js';
import { VaultGeneration } from './vault-generation.js';
import { type VaultPlace, vaultPath } from './vault-generations.js';
import { type IndexPut, VaultIndexKeys } from './vault-index.js';
import { unwrapInPlace, type VaultKey, wrapInPlace } from './vault-row.js';

export interface RotateOptions {
  /** Whether a secret lives on; its scope is read only where it is asked for. */
  readonly keep: (rowId: Uint8Array, scope: () => SecretScope) => boolean;
  /** Writes rows to the index; may be called many times. They need not be durable. */
  readonly putIndex: (puts: readonly IndexPut[]) => Promise<void>;
  /** How much of what the vault held at the beginning has been wrapped anew, from 0 to 1. */
  readonly onCopied?: (share: number) => void;
}

/** Some 400 rows, which take a few milliseconds. */
const STEP_LENGTH = 64 * 1024;

export class VaultSuccessor {
  readonly #place: VaultPlace;
  readonly #old: VaultGeneration;
  readonly #options: RotateOptions;
  readonly #random: RandomSource;
  readonly #key: VaultKey;
  readonly #indexKeys: VaultIndexKeys;
  /** How far the old file has been copied. */
  #from = VAULT_HEADER_LENGTH;
  #length = VAULT_HEADER_LENGTH;
  /** State of the old file that the header names, once the new one is whole. */
  #previous: VaultState | null = null;

  private constructor(
    place: VaultPlace,
    old: VaultGeneration,
    options: RotateOptions,
    random: RandomSource,
    key: VaultKey,
  ) {
    this.#place = place;
    this.#old = old;
    this.#options = options;
    this.#random = random;
    this.#key = key;
    this.#indexKeys = new VaultIndexKeys(key);
  }

  /**
   * Makes the next key and a file aside, and copies into it what the vault holds now. Whatever happens up to `finish`,
   * `undoRotation` leaves nothing of it.
   */
  static async begin(
    place: VaultPlace,
    old: VaultGeneration,
    options: RotateOptions,
    random: RandomSource,
  ): Promise<VaultSuccessor> {
    const generation = old.file.generation + 1;
    // A crash up to the rename leaves a key and perhaps a file aside, and the next opening removes both.
    const key = await place.keyStore.createVaultKey(place.tenantHandle, generation);
    // Before anything is wrapped under it. A crash here leaves a copy that the next opening removes with the key.
    await place.escrow?.keep(generation, key);
    const successor = new VaultSuccessor(place, old, options, random, { generation, key });
    // What it succeeds is known at the end: until then the header says what no file may say.
    await place.files.write(successor.#aside, vaultHeader(generation, null), 0o600);
    const { length } = old.file.state;
    await successor.#copy((from) => options.onCopied?.(Math.min(1, from / length)));
    // So that little is left to sync in `finish`, where writers wait.
    await place.files.sync(successor.#aside);
    return successor;
  }

  /** The new file, as far as it is. */
  get aside(): VaultAside {
    const { tenantHandle: tenant } = this.#place;
    return { tenant, generation: this.#key.generation, path: this.#aside, length: this.#length };
  }

  /** Takes in what has come since: the file is whole then. Nothing may be appended to the old one any more. */
  async complete(): Promise<void> {
    if (this.#previous !== null) return;
    await this.#copy();
    const previous = this.#old.file.state;
    // Of the file, not of the header alone: all that was copied is on disk when it returns.
    await this.#place.files.overwrite(this.#aside, vaultHeader(this.#key.generation, previous));
    this.#previous = previous;
  }

  /**
   * Puts the file into its place.
   *
   * @returns the new generation, in place and durable. The old one is still there, and must be retired.
   */
  async finish(): Promise<VaultGeneration> {
    await this.complete();
    const { files } = this.#place;
    const previous = this.#previous;
    assert(previous !== null, 'a file that is whole names the one before it');
    const path = vaultPath(this.#place, this.#key.generation);
    // A crash from here on leaves the new generation, which the next opening goes on with.
    await files.rename(this.#aside, path);
    await files.syncDirectory(dirname(path));
    await this.#options.putIndex([this.#indexKeys.complete()]);
    return new VaultGeneration(await VaultFile.openSuccessor(path, previous), this.#key);
  }

  get #aside(): string {
    return `${vaultPath(this.#place, this.#key.generation)}.tmp`;
  }

  async #copy(onStep: (from: number) => void = () => undefined): Promise<void> {
    // In small steps: wrapping keeps the thread busy, and others write meanwhile.
    for await (const batch of this.#old.file.rows(this.#from, STEP_LENGTH)) {
      await this.#take(batch);
      const last = batch.at(-1);
      if (last !== undefined) this.#from = last.offset + last.row.length;
      onStep(this.#from);
    }
  }

  async #take(batch: readonly StoredRow[]): Promise<void> {
    const { keep, putIndex } = this.#options;
    const puts: IndexPut[] = [];
    const rows: Uint8Array[] = [];
    // The batch is ours alone, so each row is opened and wrapped where it lies.
    for (const { row } of batch) {
      const { rowId, scope } = unwrapInPlace(row, this.#old.key);
      if (!keep(rowId, () => parseScope(scope))) continue;
      const stored = { row, offset: this.#length + ROW_LENGTH_LENGTH };
      puts.push(...this.#indexKeys.putsOf(stored, rowId, scope));
      wrapInPlace(row, this.#key, this.#random);
      rows.push(row);
      this.#length = stored.offset + row.length;
    }
    await this.#place.files.append(this.#aside, encodeRows(rows));
    // Under keys that only this generation has: if it is undone, nothing ever asks for them.
    await putIndex(puts);
  }
}
