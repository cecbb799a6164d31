/** The access ledgers of a node put together: who records, what grants and settings say, who changes them. */
import { AccessBook } from './access/access-book.js';
import { ACCESS_LEDGER } from './access/access-entry.js';
import { isTenantName, type TenantName } from './access/tenant-name.js';
import type { TreeSize } from './base/brand.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import { AccessRecorder } from './commands/access-recorder.js';
import type { AppendAccessDeps } from './commands/append-access.js';
import { AccessChanges } from './commands/change-access.js';
import { LedgerError } from './ledger/ledger-error.js';
import type { LedgerNode } from './ledger-node.js';
import { tenantAccess } from './queries/tenant-access.js';
import { PersonTags } from './records/tag.js';

export interface NodeAccess {
  readonly book: AccessBook;
  readonly recorder: AccessRecorder;
  readonly changes: AccessChanges;
}

export interface NodeAccessOptions {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly refusalsPerMinute: number;
}

/** @throws as `tenantAccess`: a node that does not know who may do what answers nobody. */
export async function openNodeAccess(
  node: LedgerNode,
  { clock, random, refusalsPerMinute }: NodeAccessOptions,
): Promise<NodeAccess> {
  const { store } = node;
  const book = new AccessBook(clock);
  for (const { name, handle } of store.tenants())
    if (isTenantName(name)) {
      const ledger = store.ledger(handle, ACCESS_LEDGER);
      book.put(name, await tenantAccess(ledger, store.vaultOf(handle), name));
    }
  const appending: AppendAccessDeps = {
    store,
    clock,
    random,
    // Nobody is given a receipt.
    anchoredSize: () => 0 as TreeSize,
    idempotencyKey: (tenant) => node.tenantKeys(tenant).idempotency,
    tags: new PersonTags(),
  };
  const handleOf = (tenant: TenantName): string => {
    const found = store.tenantNamed(tenant);
    // A key of a tenant that was lost and is not there any more.
    if (found === undefined) throw new LedgerError('LEDGER_UNKNOWN', 'there is no such ledger');
    return found.handle;
  };
  return {
    book,
    recorder: new AccessRecorder({ ...appending, handleOf, refusalsPerMinute }),
    changes: new AccessChanges({ ...appending, handleOf, book }),
  };
}
