/** The grants and settings of a tenant, as its access ledger has them now. */
import type { TenantAccess } from '../access/access-book.js';
import { type AccessThing, GRANTS, SETTINGS } from '../access/access-thing.js';
import { parseGrants } from '../access/grant.js';
import type { TenantName } from '../access/tenant-name.js';
import { DEFAULT_SETTINGS, parseSettings } from '../access/tenant-settings.js';
import { type JsonValue, parseCanonicalJson } from '../base/canonical-json.js';
import type { Vault } from '../keys/vault.js';
import type { Ledger } from '../ledger/ledger.js';
import { newestVersionOf } from './newest-version.js';

/** @throws AccessError ACCESS_FORMAT_NEWER; LedgerError LEDGER_DAMAGED. */
export async function tenantAccess(
  ledger: Ledger,
  vault: Vault,
  tenant: TenantName,
): Promise<TenantAccess> {
  const payloadOf = async (thing: AccessThing): Promise<JsonValue | null> => {
    const opened = await newestVersionOf(ledger, vault, tenant, thing);
    return opened === null ? null : parseCanonicalJson(opened.payload.bytes);
  };
  const grants = await payloadOf(GRANTS);
  const settings = await payloadOf(SETTINGS);
  return {
    grants: grants === null ? [] : parseGrants(grants),
    settings: settings === null ? DEFAULT_SETTINGS : parseSettings(settings),
  };
}
