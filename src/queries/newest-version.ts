/** Versions of a thing that the node keeps of a tenant, opened: the newest, or all of them. */
import { type AccessThing, tenantSubject } from '../access/access-thing.js';
import type { TenantName } from '../access/tenant-name.js';
import { digestFromHex } from '../base/hex-digest.js';
import { tagsScope } from '../base/secret-scope.js';
import type { Vault } from '../keys/vault.js';
import { damaged } from '../ledger/ledger-error.js';
import type { Ledger } from '../ledger/ledger.js';
import { tagOf, thingOpener, thingValue } from '../records/tag.js';
import { previousVersion } from './entry-history.js';
import { openUnerased, type OpenedRecord } from './opened-entry.js';

/**
 * The newest version of a thing, or null if it has none.
 *
 * Of the newest log that has a version: one that goes on after a loss begins with none.
 *
 * @throws LedgerError LEDGER_DAMAGED; as `openEntry`.
 */
export async function newestVersionOf(
  ledger: Pick<Ledger, 'logs'>,
  vault: Vault,
  tenant: TenantName,
  thing: AccessThing,
): Promise<OpenedRecord | null> {
  for await (const version of versionsOfThing(ledger, vault, tenant, thing)) return version;
  return null;
}

/** All versions, newest first, of all logs. @throws as `newestVersionOf`. */
export async function* versionsOfThing(
  { logs }: Pick<Ledger, 'logs'>,
  vault: Vault,
  tenant: TenantName,
  { type, key }: AccessThing,
): AsyncGenerator<OpenedRecord> {
  const found = await vault.find(tagsScope(tenantSubject(tenant)));
  if (found === null) return;
  const tag = tagOf(thingOpener(found.secret, type, key), thingValue(type, key));
  for (const reader of logs.toReversed()) {
    let at = (await reader.latestVersion(digestFromHex(tag)))?.index ?? null;
    while (at !== null) {
      const entry = await reader.entry(at);
      const opened = await openUnerased(vault, entry);
      if (opened.kind !== 'record')
        throw damaged(`entry ${at} of ${reader.origin} is no version of what it should be`);
      yield opened;
      at = await previousVersion({ reader, index: at }, entry.statement);
    }
  }
}
