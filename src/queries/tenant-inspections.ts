/** The inspections of a tenant, as the ledgers that keep them have them now. */
import { parseInspection, inspectionThing } from '../access/inspection-payload.js';
import type { Inspection } from '../access/inspection.js';
import type { TenantName } from '../access/tenant-name.js';
import { parseCanonicalJson } from '../base/canonical-json.js';
import type { Vault } from '../keys/vault.js';
import type { Ledger } from '../ledger/ledger.js';
import { newestVersionOf } from './newest-version.js';
import { partsOf } from './record-parts.js';

/**
 * One look-up each: they are numbered from 1 without a gap.
 *
 * @param ledger `_access` or `_inspections`.
 * @throws AccessError ACCESS_FORMAT_NEWER; LedgerError LEDGER_DAMAGED.
 */
export async function tenantInspections(
  ledger: Ledger,
  vault: Vault,
  tenant: TenantName,
): Promise<readonly Inspection[]> {
  const inspections: Inspection[] = [];
  for (let number = 1; ; number++) {
    const opened = await newestVersionOf(ledger, vault, tenant, inspectionThing(number));
    if (opened === null) return inspections;
    const subjects = (await partsOf(vault, opened)).map((part) => part?.subject ?? null);
    const payload = parseCanonicalJson(opened.payload.bytes);
    inspections.push(parseInspection(number, payload, subjects));
  }
}
