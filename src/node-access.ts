/** The access ledgers of a node put together: who records, what grants, settings and policies say, who changes them. */
import { AccessBook } from './access/access-book.js';
import { ACCESS_LEDGER } from './access/access-entry.js';
import { InspectionBook } from './access/inspection-book.js';
import { HIDDEN_LEDGER } from './access/inspection.js';
import { isTenantName, type TenantName } from './access/tenant-name.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import { AccessRecorder } from './commands/access-recorder.js';
import type { AppendAccessDeps } from './commands/append-access.js';
import { AccessChanges } from './commands/change-access.js';
import { ErasureChanges } from './commands/change-erasures.js';
import { InspectionChanges } from './commands/change-inspections.js';
import { RetentionChanges } from './commands/change-retention.js';
import { EscrowCopies, type EscrowCopiesDeps } from './commands/take-escrow-copy.js';
import { LedgerError } from './ledger/ledger-error.js';
import type { LedgerNode } from './ledger-node.js';
import { NO_MARKS } from './queries/receipt.js';
import { tenantAccess } from './queries/tenant-access.js';
import { tenantErasures } from './queries/tenant-erasures.js';
import { tenantEscrowCopies } from './queries/tenant-escrow-copies.js';
import { tenantInspections } from './queries/tenant-inspections.js';
import { tenantHolds, tenantPolicies } from './queries/tenant-retention.js';
import { PersonTags } from './records/tag.js';
import { ErasureBook } from './retention/erasure-book.js';
import { EscrowCopyBook } from './retention/escrow-copy-book.js';
import { RetentionBook } from './retention/retention-book.js';

export interface NodeAccess {
  readonly book: AccessBook;
  readonly recorder: AccessRecorder;
  readonly changes: AccessChanges;
  readonly inspections: InspectionBook;
  readonly inspectionChanges: InspectionChanges;
  readonly retention: RetentionBook;
  readonly retentionChanges: RetentionChanges;
  readonly erasures: ErasureBook;
  readonly erasureChanges: ErasureChanges;
  readonly escrowCopies: EscrowCopyBook;
  readonly escrowChanges: EscrowCopies;
  /** @throws LedgerError LEDGER_UNKNOWN of a tenant that is not there any more. */
  readonly handleOf: (tenant: TenantName) => string;
}

export interface NodeAccessOptions {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly refusalsPerMinute: number;
  /** Null, and where it is not given, nothing is put in escrow. */
  readonly escrow?: EscrowCopiesDeps['escrow'];
}

/** The ledgers that keep inspections. */
const KEEPING: readonly string[] = [ACCESS_LEDGER, HIDDEN_LEDGER];

/** @throws as `tenantAccess`, `tenantInspections` and `tenantHolds`: a node that does not know who may do what answers nobody. */
export async function openNodeAccess(
  node: LedgerNode,
  { clock, random, refusalsPerMinute, escrow = null }: NodeAccessOptions,
): Promise<NodeAccess> {
  const { store } = node;
  const book = new AccessBook(clock);
  const inspections = new InspectionBook(clock);
  const retention = new RetentionBook();
  const erasures = new ErasureBook();
  const escrowCopies = new EscrowCopyBook();
  for (const { name, handle } of store.tenants())
    if (isTenantName(name)) {
      const vault = store.vaultOf(handle);
      const own = store.ledger(handle, ACCESS_LEDGER);
      book.put(name, await tenantAccess(own, vault, name));
      for (const version of await tenantPolicies(own, vault, name))
        retention.addVersion(name, version);
      for (const hold of await tenantHolds(own, vault, name, clock.now()))
        retention.putHold(name, hold);
      for await (const { erasure, said } of tenantErasures(own, vault, name))
        erasures.put(name, erasure, said.certificate ?? null);
      for (const copy of await tenantEscrowCopies(own, vault, name)) escrowCopies.put(name, copy);
      for (const ledger of store.ledgersOf(handle))
        if (KEEPING.includes(ledger.identity.name))
          for (const inspection of await tenantInspections(ledger, vault, name))
            inspections.put(name, inspection);
    }
  const appending: AppendAccessDeps = {
    store,
    clock,
    random,
    // Nobody is given a receipt.
    marksOf: () => NO_MARKS,
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
    inspections,
    inspectionChanges: new InspectionChanges({
      ...appending,
      handleOf,
      inspections,
      ensureHidden: (tenant) => node.ensureLedger(tenant, HIDDEN_LEDGER),
    }),
    retention,
    retentionChanges: new RetentionChanges({
      ...appending,
      handleOf,
      retention,
      needsTwo: (tenant) => book.of(tenant).settings.approvals,
    }),
    erasures,
    erasureChanges: new ErasureChanges({ ...appending, handleOf, erasures }),
    escrowCopies,
    escrowChanges: new EscrowCopies({ ...appending, handleOf, copies: escrowCopies, escrow }),
    handleOf,
  };
}
