/** The grants and settings of a tenant, as its access ledger has them now. */
import type { TenantAccess } from '../access/access-book.js';
import { type AccessThing, GRANTS, SETTINGS, tenantSubject } from '../access/access-thing.js';
import { parseGrants } from '../access/grant.js';
import type { TenantName } from '../access/tenant-name.js';
import { DEFAULT_SETTINGS, parseSettings } from '../access/tenant-settings.js';
import { parseCanonicalJson, type JsonValue } from '../base/canonical-json.js';
import { digestFromHex } from '../base/hex-digest.js';
import { tagsScope } from '../base/secret-scope.js';
import type { Vault } from '../keys/vault.js';
import { damaged } from '../ledger/ledger-error.js';
import type { Ledger } from '../ledger/ledger.js';
import { tagOf, thingOpener, thingValue } from '../records/tag.js';
import { openEntry } from './opened-entry.js';

/** @throws AccessError ACCESS_FORMAT_NEWER; LedgerError LEDGER_DAMAGED. */
export async function tenantAccess(
  ledger: Ledger,
  vault: Vault,
  tenant: TenantName,
): Promise<TenantAccess> {
  const grants = await newestPayload(ledger, vault, tenant, GRANTS);
  const settings = await newestPayload(ledger, vault, tenant, SETTINGS);
  return {
    grants: grants === null ? [] : parseGrants(grants),
    settings: settings === null ? DEFAULT_SETTINGS : parseSettings(settings),
  };
}

/** Of the newest log that has a version: one that goes on after a loss begins with none. */
async function newestPayload(
  ledger: Ledger,
  vault: Vault,
  tenant: TenantName,
  { type, key }: AccessThing,
): Promise<JsonValue | null> {
  const found = await vault.find(tagsScope(tenantSubject(tenant)));
  if (found === null) return null;
  const tag = tagOf(thingOpener(found.secret, type, key), thingValue(type, key));
  for (const reader of ledger.logs.toReversed()) {
    const version = await reader.latestVersion(digestFromHex(tag));
    if (version === null) continue;
    const opened = await openEntry(vault, await reader.entry(version.index));
    if (opened.kind !== 'record')
      throw damaged(
        `entry ${version.index} of ${reader.origin} is no version of what it should be`,
      );
    return parseCanonicalJson(opened.payload.bytes);
  }
  return null;
}
