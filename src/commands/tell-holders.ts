/** Tells whoever keeps a tenant's shared ledgers too what an erasure destroys (docs/formats/erasure.md, "Shared ledgers"). */
import { toHex } from '../base/bytes.js';
import { erasureDrafts } from '../ledger/erasure-draft.js';
import type { LedgerStore } from '../ledger/ledger-store.js';
import type { Ledger } from '../ledger/ledger.js';
import type { PlannedErasure } from '../queries/erasure-plan.js';
import { tagsLast } from '../retention/erasure-execution.js';
import { RetentionError } from '../retention/retention-error.js';

/**
 * The shared ledgers of a tenant, all of which this node writes.
 *
 * @param tenant handle. @throws RetentionError ERASURE_ELSEWHERE.
 */
export function sharedHere(
  store: Pick<LedgerStore, 'ledgersOf'>,
  tenant: string,
): readonly Ledger[] {
  const shared = store.ledgersOf(tenant).filter(({ isShared }) => isShared);
  const elsewhere = shared.find(({ isWritable }) => !isWritable);
  // What is destroyed here alone is not destroyed: a certificate must not say so.
  if (elsewhere !== undefined)
    throw new RetentionError(
      'ERASURE_ELSEWHERE',
      `another node writes the ledger ${elsewhere.identity.name}, or nobody: carry the erasure out where all shared ledgers of the tenant are written`,
    );
  return shared;
}

/**
 * A crash in it, or another writer, leaves entries in some of the ledgers, or in none: where one has them, what they name goes, and
 * whoever writes the others tells it there.
 *
 * @throws LedgerError as `Ledger.append`, where none of them is known to have them.
 */
export async function tellHolders(
  ledgers: readonly Ledger[],
  going: readonly PlannedErasure[],
): Promise<void> {
  const drafts = going.flatMap(({ erasure, secrets }) =>
    erasureDrafts(
      erasure.id,
      tagsLast(secrets).map(({ rowId }) => toHex(rowId)),
    ),
  );
  if (drafts.length === 0) return;
  const told = await Promise.allSettled(ledgers.map((ledger) => ledger.append(drafts)));
  if (told.some(({ status }) => status === 'fulfilled')) return;
  for (const one of told) if (one.status === 'rejected') throw one.reason;
}
