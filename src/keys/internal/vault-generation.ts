/** One generation of a vault, open: its file, the key that wraps its rows, and where they are found. */
import { utf8 } from '../../base/bytes.js';
import { assert } from '../../base/errors.js';
import { parseScope, type SecretScope } from '../../base/secret-scope.js';
import type { StoredRow, VaultFile } from './vault-file.js';
import { type IndexPut, readPlace, VaultIndexKeys } from './vault-index.js';
import { type NamedSecret, unwrapRow, type VaultKey } from './vault-row.js';

/** Where the caller keeps, beside its own state, which row of the file holds what. */
export interface VaultIndex {
  get(key: Uint8Array): Promise<Uint8Array | null>;
}

/** What a row of the file is for, and where the next one begins. */
export interface StoredScope {
  readonly rowId: Uint8Array;
  readonly scope: SecretScope;
  readonly after: number;
}

/** A few hundred rows: they are unwrapped in one go. */
const SOME_ROWS_LENGTH = 64 * 1024;

export class VaultGeneration {
  readonly file: VaultFile;
  readonly key: VaultKey;
  readonly indexKeys: VaultIndexKeys;

  constructor(file: VaultFile, key: VaultKey) {
    this.file = file;
    this.key = key;
    this.indexKeys = new VaultIndexKeys(key);
  }

  /** @throws KeysError KEYS_VAULT_DAMAGED. */
  unwrap(row: Uint8Array): NamedSecret {
    return unwrapRow(row, this.key);
  }

  /** What the index leads to. @throws KeysError KEYS_VAULT_DAMAGED. */
  async lookUp(index: VaultIndex, key: Uint8Array): Promise<NamedSecret | null> {
    const value = await index.get(key);
    if (value === null) return null;
    const { offset, length } = readPlace(value);
    return this.unwrap(await this.file.readRow(offset, length));
  }

  putsOf(stored: readonly StoredRow[], secrets: readonly NamedSecret[]): IndexPut[] {
    return stored.flatMap((one, at) => {
      const secret = secrets[at];
      assert(secret !== undefined, 'there is a secret for every row');
      return this.indexKeys.putsOf(one, secret.ref.rowId, utf8(secret.text));
    });
  }

  /** Index rows of everything in the file, or of what lies from an offset on. */
  async putsFrom(offset?: number): Promise<IndexPut[]> {
    const puts: IndexPut[][] = [];
    for await (const batch of this.file.rows(offset))
      puts.push(
        this.putsOf(
          batch,
          batch.map(({ row }) => this.unwrap(row)),
        ),
      );
    return puts.flat();
  }

  /**
   * Scopes of some of the rows that lie from an offset on, in their order; none at the end.
   * @param offset of a row; the first one unless given.
   */
  async scopesFrom(offset?: number): Promise<StoredScope[]> {
    for await (const batch of this.file.rows(offset, SOME_ROWS_LENGTH))
      return batch.map(({ row, offset: begin }) => {
        const { ref, text } = this.unwrap(row);
        return { rowId: ref.rowId, scope: parseScope(utf8(text)), after: begin + row.length };
      });
    return [];
  }

  /** Whether the index has had every row of this generation. */
  async isIndexed(index: VaultIndex): Promise<boolean> {
    return (await index.get(this.indexKeys.complete()[0])) !== null;
  }
}
