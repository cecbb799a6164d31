/** The newest version of a thing that the node keeps of a tenant, opened. */
import { type AccessThing, tenantSubject } from '../access/access-thing.js';
import type { TenantName } from '../access/tenant-name.js';
import { digestFromHex } from '../base/hex-digest.js';
import { tagsScope } from '../base/secret-scope.js';
import type { Vault } from '../keys/vault.js';
import { damaged } from '../ledger/ledger-error.js';
import type { Ledger } from '../ledger/ledger.js';
import { tagOf, thingOpener, thingValue } from '../records/tag.js';
import { openUnerased, type OpenedRecord } from './opened-entry.js';

/**
 * Of the newest log that has a version: one that goes on after a loss begins with none.
 *
 * @throws LedgerError LEDGER_DAMAGED; as `openEntry`.
 */
export async function newestVersionOf(
  { logs }: Pick<Ledger, 'logs'>,
  vault: Vault,
  tenant: TenantName,
  { type, key }: AccessThing,
): Promise<OpenedRecord | null> {
  const found = await vault.find(tagsScope(tenantSubject(tenant)));
  if (found === null) return null;
  const tag = tagOf(thingOpener(found.secret, type, key), thingValue(type, key));
  for (const reader of logs.toReversed()) {
    const version = await reader.latestVersion(digestFromHex(tag));
    if (version === null) continue;
    const opened = await openUnerased(vault, await reader.entry(version.index));
    if (opened.kind !== 'record')
      throw damaged(
        `entry ${version.index} of ${reader.origin} is no version of what it should be`,
      );
    return opened;
  }
  return null;
}
