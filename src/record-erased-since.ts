/**
 * Names in the access ledgers of a restored store what was erased after the backup was made. The entries that said so were
 * lost with the logs; without them what is gone could not be told from damage.
 */
import { ACCESS_LEDGER } from './access/access-entry.js';
import { tenantSubject } from './access/access-thing.js';
import { isTenantName } from './access/tenant-name.js';
import type { RotatedVault } from './backup/unpack-backup.js';
import type { LeafIndex } from './base/brand.js';
import { toHex } from './base/bytes.js';
import type { LedgerStore } from './ledger/ledger-store.js';
import { namedRows } from './queries/tenant-erasures.js';
import { recordIn, type RestoreParts } from './record-restore.js';
import { parseStatement } from './records/parse-statement.js';
import { rowIdOf } from './records/sealing.js';
import { ERASED_SINCE, erasedSinceParts, erasedSincePayload } from './retention/erased-since.js';
import { RETENTION_CLASS } from './retention/kept.js';

/**
 * Only of vaults that are newer than the backup: whatever else a vault lacks is damage, and stays so.
 *
 * @param backup its number.
 * @returns how many rows are named.
 * @throws as `LogReader.entries`, `namedRows` and `appendAccess`; some of it may be durable then.
 */
export async function recordErasedSince(
  store: LedgerStore,
  parts: RestoreParts,
  backup: number,
  vaults: readonly RotatedVault[],
): Promise<number> {
  let count = 0;
  for (const { tenant: handle, generations } of vaults) {
    const tenant = store.tenants().find((one) => one.handle === handle);
    // The node's own data are of nobody: nothing of them is ever erased.
    if (tenant === undefined || !isTenantName(tenant.name)) continue;
    const { name } = tenant;
    const lacking = await lackingRows(store, handle);
    const access = store.ledgersOf(handle).find(({ identity }) => identity.name === ACCESS_LEDGER);
    const known = access && (await namedRows(access, store.vaultOf(handle), name));
    const rows = [...lacking].filter((row) => known?.has(row) !== true);
    const said = { at: parts.clock.now(), backup, generations };
    const records = erasedSinceParts(rows, said).map((part) => ({
      ...{ ...ERASED_SINCE, subject: tenantSubject(name), retention: RETENTION_CLASS },
      payload: erasedSincePayload(part),
    }));
    // One at a time: each is a version of the same thing. A crash in between leaves a store that is not in its place yet.
    for (const record of records) await recordIn(store, parts, tenant, [record]);
    count += rows.length;
  }
  return count;
}

/** Hex, in the order in which the logs first name them. */
async function lackingRows(store: LedgerStore, tenant: string): Promise<ReadonlySet<string>> {
  const vault = store.vaultOf(tenant);
  const lacking = new Set<string>();
  for (const { logs } of store.ledgersOf(tenant))
    for (const log of logs)
      for await (const entry of log.entries(0 as LeafIndex, log.head.size)) {
        const { kind } = parseStatement(entry.statement);
        if (kind !== 'record' && kind !== 'signature') continue;
        for (const rowId of entry.sealedParts.map(rowIdOf)) {
          const id = toHex(rowId);
          if (!lacking.has(id) && (await vault.secretOfRow(rowId)) === null) lacking.add(id);
        }
      }
  return lacking;
}
