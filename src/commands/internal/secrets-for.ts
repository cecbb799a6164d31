/** Finds the secrets of a record's scopes in the vault, and mints those that are new. */
import type { SecretRef, SecretScope } from '../../base/secret-scope.js';
import type { Vault } from '../../keys/vault.js';
import type { PerSecret } from '../../records/record-scopes.js';

export async function secretsFor(
  vault: Vault,
  scopes: PerSecret<SecretScope>,
): Promise<PerSecret<SecretRef>> {
  // One after another: two scopes of one record may be the same, and must then be one secret.
  const find = (scope: SecretScope): Promise<SecretRef> => vault.findOrMint(scope);
  const parties: SecretRef[] = [];
  for (const scope of scopes.parties) parties.push(await find(scope));
  const parts: { tags: SecretRef; data: SecretRef }[] = [];
  for (const { tags, data } of scopes.parts)
    parts.push({ tags: await find(tags), data: await find(data) });
  return {
    subjectTags: await find(scopes.subjectTags),
    subjectData: await find(scopes.subjectData),
    authorTags: await find(scopes.authorTags),
    parties,
    parts,
  };
}
