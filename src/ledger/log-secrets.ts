/**
 * The secrets that the blocks of a shared log rest on, as nodes give them to each other (docs/formats/shared-ledger.md,
 * "Secrets"): each keeps them in its own vault, wrapped by its own key.
 */
import { toHex } from '../base/bytes.js';
import { type SecretScope, tagsScope } from '../base/secret-scope.js';
import { type Vault, vaultRowIdOf } from '../keys/vault.js';
import { openBlock } from '../records/block.js';
import { rowIdOf } from '../records/sealing.js';
import { placedEntries } from './internal/recover-state.js';
import type { LogErasures } from './log-erasures.js';
import type { Sequencer } from './sequencer.js';

/** A secret as it goes from node to node, never in clear but on a link. */
export interface SharedSecret {
  /** 16 bytes. */
  readonly rowId: Uint8Array;
  readonly scope: SecretScope;
  /** 32 bytes. */
  readonly secret: Uint8Array;
}

export interface LogSecretsParts {
  readonly vault: Vault;
  readonly erasures: () => LogErasures;
  /** Handle. */
  readonly tenant: string;
  /** Opens its blocks; the tenant's, 32 bytes. */
  readonly blockKey: Uint8Array;
  /** Of its first Hypercore, 32 bytes. */
  readonly coreKey: Uint8Array;
  readonly sequencer: Sequencer;
  /** @throws LedgerError LEDGER_READ_ONLY. */
  readonly checkWritable: () => void;
}

/** Looked up together, as they lie in one index and one file. */
const READ_AT_ONCE = 64;

export class LogSecrets {
  readonly #parts: LogSecretsParts;

  constructor(parts: LogSecretsParts) {
    this.#parts = parts;
  }

  /**
   * The secrets that a block rests on, as far as it names them and they have not been destroyed.
   *
   * @param number of the block. @throws RecordsError SEAL_REFUSED for a block of another place.
   */
  ofBlock(block: Uint8Array, number: number): Promise<readonly SharedSecret[]> {
    const place = { coreKey: this.#parts.coreKey, blockNumber: number };
    const bundle = openBlock(block, this.#parts.blockKey, place);
    const parts = placedEntries(bundle)
      .filter(({ thing, of }) => thing !== null || of !== null)
      .flatMap(({ sealedParts }) => sealedParts.map(rowIdOf));
    return this.#secrets([...bundle.vaultRows.map(vaultRowIdOf), ...parts]);
  }

  /**
   * Puts secrets into this node's vault, wrapped by its own key; durable when it returns. Those that are there are passed by,
   * and those that an erasure names: they are never taken again.
   * @returns how many were taken.
   * @throws LedgerError as `SharedLog.ingest`; KeysError KEYS_VAULT_PUSHBACK with nothing taken.
   */
  async adopt(secrets: readonly SharedSecret[]): Promise<number> {
    this.#parts.checkWritable();
    const { taken } = await this.#parts.sequencer.carry(async (rows) => {
      const erased = await this.#parts.erasures().erased(secrets.map(({ rowId }) => rowId));
      const adopted = await this.#parts.vault.adopt(
        secrets
          .filter(({ rowId }) => !erased.has(toHex(rowId)))
          .map(({ rowId, scope, secret }) => ({ ref: { rowId, secret }, scope })),
      );
      rows.claim(this.#parts.tenant, [{ secrets: adopted }]);
      // A crash before the journal has them leaves none; one after it, all.
      return { taken: adopted.length, entries: 0, steps: adopted.length === 0 ? [] : [[]] };
    });
    return taken;
  }

  /**
   * Whether this node's vault has all that a block rests on, durably, as far as the block says: whoever wrote it
   * could tell nothing new. False also where it does not say by what the persons in it are known.
   *
   * @param number of the block. @throws RecordsError SEAL_REFUSED for a block of another place.
   */
  async hasOfBlock(block: Uint8Array, number: number): Promise<boolean> {
    const place = { coreKey: this.#parts.coreKey, blockNumber: number };
    const { entries, vaultRows } = openBlock(block, this.#parts.blockKey, place);
    const named = new Map(vaultRows.map(vaultRowIdOf).map((id) => [toHex(id), id]));
    const parts = entries.flatMap(({ sealedParts }) => sealedParts.map(rowIdOf));
    if (!parts.every((id) => named.has(toHex(id)))) return false;
    const known = await Promise.all(
      [...named.values()].map((id) => this.#parts.vault.committed(id)),
    );
    const scopes = known.flatMap((one) => (one === null ? [] : [one.scope]));
    const persons = new Set(scopes.filter(({ use }) => use === 'tags').map((one) => one.person));
    return scopes.length === named.size && scopes.every(({ person }) => persons.has(person));
  }

  async #secrets(rowIds: readonly Uint8Array[]): Promise<readonly SharedSecret[]> {
    const found: SharedSecret[] = [];
    const named = new Map(rowIds.map((id) => [toHex(id), id]));
    // It may still be here, for the moment that destroying it takes.
    for (const row of await this.#parts.erasures().erased([...named.values()])) named.delete(row);
    const rows = [...named.values()];
    for (let at = 0; at < rows.length; at += READ_AT_ONCE) {
      const some = rows
        .slice(at, at + READ_AT_ONCE)
        .map((rowId) => this.#parts.vault.committed(rowId));
      for (const one of await Promise.all(some))
        if (one !== null) found.push({ ...one.ref, scope: one.scope });
    }
    return [...found, ...(await this.#tagSecrets(found))];
  }

  /**
   * By which persons of these are known, where no block of this log says so: what was written before the ledger was shared
   * leaves out what another ledger of the tenant had brought.
   */
  async #tagSecrets(found: readonly SharedSecret[]): Promise<readonly SharedSecret[]> {
    const known = new Set(found.map(({ rowId }) => toHex(rowId)));
    const persons = new Set(
      found.flatMap(({ scope }) => (scope.use === 'data' ? scope.person : [])),
    );
    const scopes = [...persons].map(tagsScope);
    const refs = await Promise.all(scopes.map((scope) => this.#parts.vault.find(scope)));
    return scopes.flatMap((scope, at) => {
      const ref = refs[at] ?? null;
      // One that waits for its first commit may never have one.
      const isGiven =
        ref !== null &&
        !known.has(toHex(ref.rowId)) &&
        this.#parts.vault.pendingRow(ref.rowId) === null;
      return isGiven ? [{ ...ref, scope }] : [];
    });
  }
}
