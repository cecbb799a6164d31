/** The copies of a tenant's escrow files, as its access ledger has them. */
import type { TenantName } from '../access/tenant-name.js';
import { parseCanonicalJson } from '../base/canonical-json.js';
import type { Vault } from '../keys/vault.js';
import type { Ledger } from '../ledger/ledger.js';
import { type EscrowCopy, escrowCopyThing, parseEscrowCopy } from '../retention/escrow-copy.js';
import { newestVersionOf } from './newest-version.js';

/**
 * One look-up each: they are numbered from 1 without a gap.
 * @throws RetentionError RETENTION_FORMAT_NEWER; LedgerError LEDGER_DAMAGED.
 */
export async function tenantEscrowCopies(
  ledger: Ledger,
  vault: Vault,
  tenant: TenantName,
): Promise<readonly EscrowCopy[]> {
  const copies: EscrowCopy[] = [];
  for (let number = 1; ; number++) {
    const opened = await newestVersionOf(ledger, vault, tenant, escrowCopyThing(number));
    if (opened === null) return copies;
    copies.push(parseEscrowCopy(number, parseCanonicalJson(opened.payload.bytes)));
  }
}
