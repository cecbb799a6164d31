/**
 * `asOf` and `validAt` (design: *Time*): a tree size as digits, an instant, or a calendar date, which is
 * the end of that day in the tenant's legal time zone. The answer names the size and the instant.
 */
import type { LeafIndex, TreeSize, UnixMillis } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import { endOfDay, isDateText, startOfDay, type TimeZoneName } from '../base/calendar.js';
import type { Clock } from '../base/time.js';
import { formatInstant, parseInstant } from '../base/time.js';
import { LedgerError } from '../ledger/ledger-error.js';
import type { LogReader } from '../ledger/log-reader.js';
import { parseStatement } from '../records/parse-statement.js';

/** The state of a log that an answer speaks of. */
export interface AsOf {
  readonly size: TreeSize;
  /** Hex. */
  readonly rootHash: string;
  /** The instant that was meant, if it was not asked for by size. */
  readonly instant?: string;
}

/** What the time of a question is read by. */
export interface TimeContext {
  readonly clock: Clock;
  readonly timeZone: TimeZoneName;
}

/** What `asOf` means before it is known how large the log then was. */
export type AskedTime = { readonly size: TreeSize } | { readonly instant: UnixMillis };

/**
 * @throws LedgerError LEDGER_SIZE_UNKNOWN above the head or in the future; BaseError TIME_MALFORMED,
 * DATE_NOT_IN_ZONE.
 */
export function askedTime(reader: LogReader, asOf: string, context: TimeContext): AskedTime {
  if (/^(?:0|[1-9][0-9]{0,15})$/.test(asOf)) {
    const size = Number(asOf);
    if (size > reader.head.size)
      throw new LedgerError(
        'LEDGER_SIZE_UNKNOWN',
        `asOf is above the head: the ledger has ${reader.head.size} entries`,
      );
    return { size: size as TreeSize };
  }
  const instant = instantOf(asOf, context);
  if (instant > context.clock.now())
    throw new LedgerError('LEDGER_SIZE_UNKNOWN', 'asOf is in the future');
  return { instant };
}

/** An instant, or the end of a calendar date. @throws BaseError TIME_MALFORMED, DATE_NOT_IN_ZONE. */
export function instantOf(text: string, { timeZone }: Pick<TimeContext, 'timeZone'>): UnixMillis {
  return isDateText(text) ? endOfDay(text, timeZone) : parseInstant(text);
}

/** An instant, or the beginning of a calendar date. @throws as `instantOf`. */
export function beginningOf(text: string, { timeZone }: Pick<TimeContext, 'timeZone'>): UnixMillis {
  return isDateText(text) ? startOfDay(text, timeZone) : parseInstant(text);
}

/** @throws as `askedTime`. */
export async function sizeAsOf(
  reader: LogReader,
  asOf: string | undefined,
  context: TimeContext,
): Promise<TreeSize> {
  if (asOf === undefined) return reader.head.size;
  const asked = askedTime(reader, asOf, context);
  return 'size' in asked ? asked.size : reader.sizeAt(asked.instant);
}

/** When a state was reached: the instant that was meant, or when its last entry was recorded. */
export async function instantOfState(
  reader: LogReader,
  { size, instant }: Pick<AsOf, 'size' | 'instant'>,
): Promise<UnixMillis> {
  if (instant !== undefined) return parseInstant(instant);
  if (size === 0) return 0 as UnixMillis;
  const { statement } = await reader.entry((size - 1) as LeafIndex);
  return parseStatement(statement).recordedAt;
}

/** @throws LedgerError LEDGER_SIZE_UNKNOWN. */
export async function stateAt(
  reader: LogReader,
  size: TreeSize,
  instant?: UnixMillis,
): Promise<AsOf> {
  return {
    size,
    rootHash: toHex(await reader.rootAt(size)),
    ...(instant !== undefined && { instant: formatInstant(instant) }),
  };
}
