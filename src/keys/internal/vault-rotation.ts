/**
 * A new generation of a vault: all secrets that are kept, wrapped under a new key; then the old key
 * is destroyed, and with it whatever was not kept. Each step says what a crash there leaves.
 */
import { dirname } from 'node:path';
import { utf8 } from '../../base/bytes.js';
import type { RandomSource } from '../../base/random.js';
import { parseScope, type SecretScope } from '../../base/secret-scope.js';
import {
  encodeRows,
  ROW_LENGTH_LENGTH,
  VAULT_HEADER_LENGTH,
  VaultFile,
  vaultHeader,
} from './vault-file.js';
import { VaultGeneration } from './vault-generation.js';
import { type VaultPlace, vaultPath } from './vault-generations.js';
import { type IndexPut, VaultIndexKeys } from './vault-index.js';
import { unwrapRow, wrapRow } from './vault-row.js';

export interface RotateOptions {
  /** Whether a secret lives on. */
  readonly keep: (scope: SecretScope) => boolean;
  /** Writes rows to the index; may be called many times. They need not be durable. */
  readonly putIndex: (puts: readonly IndexPut[]) => Promise<void>;
}

/** @returns the new generation, in place and durable. The old one is still there, and must be retired. */
export async function writeSuccessor(
  place: VaultPlace,
  old: VaultGeneration,
  { keep, putIndex }: RotateOptions,
  random: RandomSource,
): Promise<VaultGeneration> {
  const { files, keyStore, tenantHandle } = place;
  const previous = old.file.state;
  const generation = previous.generation + 1;
  // A crash up to the rename leaves a key and perhaps a file aside, and the next opening removes both.
  const key = { generation, key: await keyStore.createVaultKey(tenantHandle, generation) };
  const indexKeys = new VaultIndexKeys(key);
  const path = vaultPath(place, generation);
  const aside = `${path}.tmp`;
  await files.write(aside, vaultHeader(generation, previous), 0o600);
  let length = VAULT_HEADER_LENGTH;
  for await (const batch of old.file.rows()) {
    const puts: IndexPut[] = [];
    const rows: Uint8Array[] = [];
    for (const { row: oldRow } of batch) {
      const secret = unwrapRow(oldRow, old.key);
      if (!keep(parseScope(utf8(secret.text)))) continue;
      const row = wrapRow(secret, key, random);
      const stored = { row, offset: length + ROW_LENGTH_LENGTH };
      puts.push(...indexKeys.putsOf(stored, secret));
      rows.push(row);
      length = stored.offset + row.length;
    }
    await files.append(aside, encodeRows(rows));
    // Under keys that only this generation has: if it is undone, nothing ever asks for them.
    await putIndex(puts);
  }
  await files.sync(aside);
  // A crash from here on leaves the new generation, which the next opening goes on with.
  await files.rename(aside, path);
  await files.syncDirectory(dirname(path));
  await putIndex([indexKeys.complete()]);
  return new VaultGeneration(await VaultFile.openSuccessor(path, previous), key);
}
