/** Rows of a vault of which only a restore says that they were destroyed. */
import type { TenantName } from '../access/tenant-name.js';
import { toHex } from '../base/bytes.js';
import { parseCanonicalJson } from '../base/canonical-json.js';
import type { Vault } from '../keys/vault.js';
import type { Ledger } from '../ledger/ledger.js';
import { rowIdOf } from '../records/sealing.js';
import { ERASED_SINCE, parseErasedSince } from '../retention/erased-since.js';
import { versionsOfThing } from './newest-version.js';
import type { OpenedRecord } from './opened-entry.js';

/** Hex, of all restores. @throws RetentionError RETENTION_FORMAT_NEWER; LedgerError LEDGER_DAMAGED. */
export async function erasedSinceRows(
  ledger: Pick<Ledger, 'logs'>,
  vault: Vault,
  tenant: TenantName,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for await (const { payload } of versionsOfThing(ledger, vault, tenant, ERASED_SINCE))
    for (const row of parseErasedSince(parseCanonicalJson(payload.bytes)).rows) found.add(row);
  return found;
}

/**
 * Whether a restore explains that parts of a record cannot be read: those that it is about were erased after the backup
 * was made, and what was decided of the record since then was lost.
 *
 * @throws as `erasedSinceRows`.
 */
export async function isErasedSince(
  ledger: Pick<Ledger, 'logs'>,
  vault: Vault,
  tenant: TenantName,
  { entry }: Pick<OpenedRecord, 'entry'>,
): Promise<boolean> {
  const lacking: string[] = [];
  for (const rowId of entry.sealedParts.map(rowIdOf))
    if ((await vault.secretOfRow(rowId)) === null) lacking.push(toHex(rowId));
  if (lacking.length === 0) return false;
  const erased = await erasedSinceRows(ledger, vault, tenant);
  return lacking.every((row) => erased.has(row));
}
