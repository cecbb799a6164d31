/**
 * Erasures of this node's own that a shared ledger names already, and its `_access` not yet: a crash came between the two, or it was
 * not known whether the ledger had them. What the ledger says goes.
 */
import type { TenantName } from '../access/tenant-name.js';
import { fromHex } from '../base/bytes.js';
import { groupBy } from '../base/group-by.js';
import type { ScopedRow } from '../keys/vault.js';
import type { ErasureStatement } from '../records/statement.js';
import { executionsOf } from '../retention/erasure-execution.js';
import { nowUnnamed } from '../retention/erasure.js';
import type { ErasureRun } from './erasure-run.js';

/** @param named in the order of the log. @throws what the ledger throws. */
export async function takeSaidErasures(
  { changes, erasures, handleOf, rowsAnEntry, store }: ErasureRun,
  tenant: TenantName,
  named: readonly ErasureStatement[],
): Promise<void> {
  const vault = store.vaultOf(handleOf(tenant));
  const byId = groupBy(named, ({ id }) => id);
  for (const erasure of erasures.of(tenant)) {
    const said = byId.get(erasure.id) ?? [];
    if (erasure.state === 'executing' || erasure.state === 'done') continue;
    const secrets: ScopedRow[] = [];
    for (const row of said.flatMap(({ rows }) => rows)) {
      const rowId = fromHex(row);
      const scope = await vault.scopeOfRow(rowId);
      if (scope !== null) secrets.push({ rowId, scope });
    }
    const [first] = said;
    if (first === undefined || secrets.length === 0) continue;
    // What it would have said besides was known to the process that ended.
    const about = { at: first.recordedAt, generation: vault.generation, findings: {}, rowsAnEntry };
    // A crash after one of these leaves an erasure of what the durable ones name; the others go by what the ledger says.
    for (const execution of executionsOf(secrets, about))
      await changes.put(tenant, nowUnnamed(erasure, 'executing'), { execution });
  }
}
