/** `asOf`: a tree size as digits, or an instant (design: *Time*). The answer names the size. */
import type { TreeSize } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import type { Clock } from '../base/time.js';
import { parseInstant } from '../base/time.js';
import { LedgerError } from '../ledger/ledger-error.js';
import type { LogReader } from '../ledger/log-reader.js';

/** The state of a log that an answer speaks of. */
export interface AsOf {
  readonly size: TreeSize;
  /** Hex. */
  readonly rootHash: string;
}

/**
 * @throws LedgerError LEDGER_SIZE_UNKNOWN above the head or in the future; BaseError TIME_MALFORMED.
 */
export async function sizeAsOf(
  reader: LogReader,
  asOf: string | undefined,
  clock: Clock,
): Promise<TreeSize> {
  if (asOf === undefined) return reader.head.size;
  if (/^(?:0|[1-9][0-9]{0,15})$/.test(asOf)) {
    const size = Number(asOf);
    if (size > reader.head.size)
      throw new LedgerError(
        'LEDGER_SIZE_UNKNOWN',
        `asOf is above the head: the ledger has ${reader.head.size} entries`,
      );
    return size as TreeSize;
  }
  const instant = parseInstant(asOf);
  if (instant > clock.now()) throw new LedgerError('LEDGER_SIZE_UNKNOWN', 'asOf is in the future');
  return reader.sizeAt(instant);
}

/** @throws LedgerError LEDGER_SIZE_UNKNOWN. */
export async function stateAt(reader: LogReader, size: TreeSize): Promise<AsOf> {
  return { size, rootHash: toHex(await reader.rootAt(size)) };
}
