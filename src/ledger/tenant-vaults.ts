/**
 * The vaults of all tenants as the sequencer sees them: which new rows a commit must carry, and
 * where they go once the journal has them.
 */
import { fromHex, toHex } from '../base/bytes.js';
import type { Vault, VaultState } from '../keys/vault.js';
import { type StateRow, vaultKey } from './internal/state-keys.js';

/** The new rows of one commit: each goes with the first entry that needs it, and only if it is appended. */
export class NewRows {
  readonly #vaults: TenantVaults;
  readonly #byTenant = new Map<string, Uint8Array[]>();
  readonly #claimed = new Set<string>();

  constructor(vaults: TenantVaults) {
    this.#vaults = vaults;
  }

  /** Rows that these entries rest on and that neither an earlier commit nor an earlier claim carries. */
  claim(
    tenant: string,
    entries: readonly { readonly secrets: readonly Uint8Array[] }[],
  ): Uint8Array[] {
    const rows: Uint8Array[] = [];
    for (const { secrets } of entries)
      for (const rowId of secrets) {
        const id = toHex(rowId);
        if (this.#claimed.has(id)) continue;
        this.#claimed.add(id);
        const row = this.#vaults.get(tenant).pendingRow(rowId);
        if (row !== null) rows.push(row);
      }
    if (rows.length > 0)
      this.#byTenant.set(tenant, [...(this.#byTenant.get(tenant) ?? []), ...rows]);
    return rows;
  }

  /** As `claim`, for a log that other nodes keep too: with those that they may lack, wrapped once more. */
  async claimForOthers(
    tenant: string,
    entries: readonly { readonly secrets: readonly Uint8Array[] }[],
  ): Promise<Uint8Array[]> {
    const rows = this.claim(tenant, entries);
    const vault = this.#vaults.get(tenant);
    const rowIds = entries.flatMap(({ secrets }) => secrets.map((id) => [toHex(id), id] as const));
    const known = [...new Map(rowIds).values()].filter((id) => vault.pendingRow(id) === null);
    // At once: what is not in memory is read together.
    for (const row of await Promise.all(known.map((id) => vault.rowOf(id))))
      if (row !== null) rows.push(row);
    return rows;
  }

  /** See `Vault.edition`. */
  editionOf(tenant: string): number {
    return this.#vaults.get(tenant).edition;
  }

  get byTenant(): ReadonlyMap<string, readonly Uint8Array[]> {
    return this.#byTenant;
  }

  /** As the journal has them. */
  all(): { tenant: Uint8Array; row: Uint8Array }[] {
    return [...this.#byTenant].flatMap(([tenant, rows]) =>
      rows.map((row) => ({ tenant: fromHex(tenant), row })),
    );
  }
}

export class TenantVaults {
  readonly #vaults = new Map<string, Vault>();

  add(tenant: string, vault: Vault): void {
    this.#vaults.set(tenant, vault);
  }

  get(tenant: string): Vault {
    const vault = this.#vaults.get(tenant);
    if (vault === undefined) throw new Error('a ledger of a tenant without a vault');
    return vault;
  }

  /** After the journal: into the vault files. @returns index rows for the write state. */
  async append(rows: NewRows): Promise<StateRow[]> {
    const index: StateRow[] = [];
    for (const [tenant, added] of rows.byTenant) {
      const { indexPuts } = await this.get(tenant).append(added);
      for (const [key, value] of indexPuts) index.push([vaultKey(key), value]);
    }
    return index;
  }

  states(): { tenant: Uint8Array; state: VaultState }[] {
    return [...this.#vaults].map(([tenant, vault]) => ({
      tenant: fromHex(tenant),
      state: vault.state(),
    }));
  }

  /** On disk when this returns. */
  async sync(): Promise<void> {
    for (const vault of this.#vaults.values()) await vault.sync();
  }

  async close(): Promise<void> {
    for (const vault of this.#vaults.values()) await vault.close();
  }
}
