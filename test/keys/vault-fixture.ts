/** A vault as its ledger keeps it: with a journal before it and an index beside it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { toHex } from '../../src/base/bytes.js';
import type { RandomSource } from '../../src/base/random.js';
import { type SecretScope, tagsScope } from '../../src/base/secret-scope.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import type { DurableFileSystem } from '../../src/keys/durable-file.js';
import type { KeyStore } from '../../src/keys/key-store.js';
import type { TenantEscrow } from '../../src/keys/vault-keepers.js';
import { type IndexPut, type RotateOptions, Vault, type VaultState } from '../../src/keys/vault.js';
import { SeededRandom } from '../support/seeded-random.js';

export const TENANT = '0123456789abcdef';

export interface Journal {
  base: VaultState | null;
  rows: Uint8Array[];
}

export class VaultFixture {
  readonly root: string;
  readonly random: RandomSource = new SeededRandom('vault');
  readonly index = new Map<string, Uint8Array>();
  readonly journal: Journal = { base: null, rows: [] };
  /** A look into the index; tests make it slow. */
  lookUp = (key: Uint8Array): Promise<Uint8Array | null> =>
    Promise.resolve(this.index.get(toHex(key)) ?? null);

  constructor(root: string) {
    this.root = root;
  }

  get directory(): string {
    return join(this.root, 'data', 'vault', TENANT);
  }

  path(generation = 1): string {
    return join(this.directory, `${String(generation).padStart(8, '0')}.rows`);
  }

  async keyStore(files?: DurableFileSystem): Promise<KeyStore> {
    const dataDirectory = join(this.root, 'data');
    await mkdir(join(dataDirectory, 'vault'), { recursive: true });
    return DirectoryKeyStore.open({
      directory: join(this.root, 'data.keys'),
      dataDirectory,
      random: this.random,
      ...(files !== undefined && { files }),
    });
  }

  async createTenant(): Promise<void> {
    await (await this.keyStore()).createTenant(TENANT, null);
  }

  /** Opens the vault and gives the index what it lacks, as the ledger does. */
  async open(
    files?: DurableFileSystem,
    maxPending?: number,
    escrow: TenantEscrow | null = null,
  ): Promise<Vault> {
    const { vault, indexPuts } = await Vault.open({
      directory: this.directory,
      tenantHandle: TENANT,
      keyStore: await this.keyStore(files),
      random: this.random,
      index: { get: (key) => this.lookUp(key) },
      journal: this.journal,
      escrow,
      ...(maxPending !== undefined && { maxPending }),
      ...(files !== undefined && { files }),
    });
    this.put(indexPuts);
    return vault;
  }

  put(puts: readonly IndexPut[]): void {
    for (const [key, value] of puts) this.index.set(toHex(key), value);
  }

  /** Mints secrets and commits their rows: journal, file, index. @returns the rows. */
  async commit(vault: Vault, ...persons: string[]): Promise<Uint8Array[]> {
    const rows = await rowsFor(vault, ...persons);
    this.journal.rows.push(...rows);
    this.put((await vault.append(rows)).indexPuts);
    return rows;
  }

  /** The journal begins anew: what came before is synced. */
  async snapshot(vault: Vault): Promise<void> {
    await vault.sync();
    this.journal.base = vault.state();
    this.journal.rows = [];
  }
}

/** Rows of the secrets of these persons that wait for a commit. */
export async function rowsFor(vault: Vault, ...persons: string[]): Promise<Uint8Array[]> {
  const rows: Uint8Array[] = [];
  for (const person of persons) {
    const { rowId } = await vault.findOrMint(tagsScope(person));
    const row = vault.pendingRow(rowId);
    if (row !== null) rows.push(row);
  }
  return rows;
}

export async function secretOf(vault: Vault, person: string): Promise<string | null> {
  const found = await vault.find(tagsScope(person));
  return found === null ? null : toHex(found.secret);
}

/** What is kept of the old generation, and where its index goes. */
export function rotation(
  fixture: Pick<VaultFixture, 'put'>,
  keep: (scope: SecretScope) => boolean,
): RotateOptions {
  return {
    keep: (_, scope) => keep(scope()),
    putIndex: (puts) => {
      fixture.put(puts);
      return Promise.resolve();
    },
  };
}

/** A rotation from beginning to end. */
export async function rotateVault(
  fixture: Pick<VaultFixture, 'put'>,
  vault: Vault,
  keep: (scope: SecretScope) => boolean,
): Promise<{ obsolete: Uint8Array }> {
  const { finish } = await vault.beginRotation(rotation(fixture, keep));
  return finish();
}
