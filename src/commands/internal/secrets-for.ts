/** Finds the secrets of a record's scopes in the vault, and mints those that are new. */
import type { SecretRef, SecretScope } from '../../base/secret-scope.js';
import type { Vault } from '../../keys/vault.js';
import type { PerSecret } from '../../records/record-scopes.js';

export interface RecordSecretsInUse {
  readonly secrets: PerSecret<SecretRef>;
  /** Each time one was asked for: to be given back if the record is not appended. */
  readonly used: readonly Uint8Array[];
}

export async function secretsFor(
  vault: Vault,
  scopes: PerSecret<SecretScope>,
): Promise<RecordSecretsInUse> {
  const used: Uint8Array[] = [];
  // One after another: two scopes of one record may be the same, and must then be one secret.
  const find = async (scope: SecretScope): Promise<SecretRef> => {
    const ref = await vault.findOrMint(scope);
    used.push(ref.rowId);
    return ref;
  };
  const parties: SecretRef[] = [];
  for (const scope of scopes.parties) parties.push(await find(scope));
  const parts: { tags: SecretRef; data: SecretRef }[] = [];
  for (const { tags, data } of scopes.parts)
    parts.push({ tags: await find(tags), data: await find(data) });
  const secrets = {
    subjectTags: await find(scopes.subjectTags),
    subjectData: await find(scopes.subjectData),
    authorTags: await find(scopes.authorTags),
    parties,
    parts,
  };
  return { secrets, used };
}
