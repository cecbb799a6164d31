/** Which size of a drive's ledger `asOf` means: a size, an instant, a calendar date, or `@` and the name of a snapshot. */
import type { TreeSize } from '../base/brand.js';
import { LedgerError } from '../ledger/ledger-error.js';
import { sizeAsOf } from '../queries/as-of.js';
import type { TenantLedger } from '../queries/tenant-ledgers.js';
import type { Snapshots } from './snapshots.js';

/**
 * @throws FilesError SNAPSHOT_UNKNOWN; LedgerError LEDGER_SIZE_UNKNOWN above the head or in the future; BaseError
 * TIME_MALFORMED, DATE_NOT_IN_ZONE.
 */
export async function sizeMeant(
  snapshots: Pick<Snapshots, 'find'>,
  ledger: TenantLedger,
  asOf: string,
): Promise<TreeSize> {
  const { reader } = ledger.ledger;
  if (!asOf.startsWith('@')) return sizeAsOf(reader, asOf, ledger);
  const { size } = await snapshots.find(ledger, asOf.slice(1));
  // Of a log that was lost: this one has begun anew.
  if (size > reader.head.size)
    throw new LedgerError('LEDGER_SIZE_UNKNOWN', 'the snapshot is of a log that is not here');
  return size as TreeSize;
}
