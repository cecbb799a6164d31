/** Carries out what was announced: rotates the vault without its rows, and writes the certificates. */
import { ACCESS_LEDGER } from '../access/access-entry.js';
import type { TenantName } from '../access/tenant-name.js';
import { executionsOf } from '../queries/tenant-erasures.js';
import { certificateOf } from '../retention/erasure-execution.js';
import { type Erasure, nowUnnamed } from '../retention/erasure.js';
import { condemnedRows } from './condemned-rows.js';
import type { Announced, EraserDeps, ErasureRun } from './erasure-run.js';

/** @throws as `Forgetter.destroy`, and what the ledger throws. */
export async function finishErasures(
  run: ErasureRun,
  tenant: TenantName,
  announced: readonly Announced[],
): Promise<void> {
  const { store, changes, clock, observer, logger, progress, handleOf } = run;
  const handle = handleOf(tenant);
  if (announced.length === 0) {
    store.forgetter.spare(handle);
    return;
  }
  const onCopied = (share: number): void => {
    const percent = Math.floor(100 * share);
    for (const { erasure } of announced) progress.set(erasure.id, { step: 'destroying', percent });
  };
  onCopied(0);
  const { generation: now } = store.vaultOf(handle);
  const rows = announced.flatMap(({ executions }) =>
    executions.filter(({ generation }) => generation === now).flatMap((one) => one.rows),
  );
  const after = rows.length === 0 ? now : await destroyRows(run, tenant, rows, onCopied);
  const completedAt = clock.now();
  const asked = { tenant, present: after, after, since: completedAt };
  const holders = await run.holders(asked);
  for (const { erasure, executions } of announced) {
    const certificate = certificateOf(executions, { after, completedAt, holders });
    // A crash before this leaves an erasure whose rows are gone: the next opening writes what it has to say.
    await changes.put(tenant, nowUnnamed(erasure, 'done'), { certificate });
    const secrets = executions.reduce((sum, one) => sum + one.rows.length, 0);
    observer.done(secrets);
    logger.info('erased', { erasure: erasure.id, secrets });
    progress.delete(erasure.id);
  }
}

/**
 * What entries of shared ledgers have this node destroy goes with the same rotation, but for what a hold keeps.
 *
 * @returns the generation after it. @throws as `Forgetter.destroy`.
 */
export async function destroyRows(
  deps: Pick<EraserDeps, 'clock' | 'handleOf' | 'observer' | 'retention' | 'store'>,
  tenant: TenantName,
  rows: readonly string[],
  onCopied: (share: number) => void,
): Promise<number> {
  const { handleOf, observer, store } = deps;
  const handle = handleOf(tenant);
  const { going } = await condemnedRows(deps, tenant, handle);
  const startedAt = performance.now();
  try {
    // A crash in it leaves the vault as it was, or rotated: either way the next opening goes on here.
    const { generation } = await store.forgetter.destroy(handle, [...rows, ...going], onCopied);
    observer.rotated((performance.now() - startedAt) / 1_000);
    return generation;
  } catch (cause) {
    // They will go when it is tried again: until then nothing new may rest on them.
    store.vaultOf(handle).doom(rows);
    throw cause;
  }
}

/** What was said of one in its former versions. @throws as `tenantErasures`. */
export async function announcedOf(
  { store, handleOf }: Pick<EraserDeps, 'store' | 'handleOf'>,
  tenant: TenantName,
  erasure: Erasure,
): Promise<Announced> {
  const handle = handleOf(tenant);
  const ledger = store.ledger(handle, ACCESS_LEDGER);
  const vault = store.vaultOf(handle);
  return { erasure, executions: await executionsOf(ledger, vault, tenant, erasure.number) };
}
