/** The state of a ledger that a question is about, as its view has it. */
import type { TreeSize, UnixMillis } from '../base/brand.js';
import { UTC } from '../base/calendar.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LogReader } from '../ledger/log-reader.js';
import type { LogView } from '../views/log-view.js';
import { type AsOf, askedTime, stateAt } from './as-of.js';
import { QueryError } from './query-error.js';
import type { TenantLedger } from './tenant-ledgers.js';

/** Members of every question to a view. */
export interface StateQuestion {
  /** Of a log that the ledger had before it lost something; else the one that is written. */
  readonly origin?: string | undefined;
  readonly asOf?: string | undefined;
  /** Read your writes: the answer is of a state that has at least so many entries. */
  readonly minSize?: TreeSize | undefined;
  /** Of a page that follows another: the size that one was pinned to. */
  readonly pinned?: TreeSize | undefined;
}

/** A state that the view has come to. */
export interface ViewedSize {
  readonly view: LogView;
  readonly reader: LogReader;
  readonly size: TreeSize;
  /** The instant that was meant, if it was not asked for by size. */
  readonly instant?: UnixMillis;
}

export interface ViewState extends Omit<ViewedSize, 'instant'> {
  readonly asOf: AsOf;
}

/**
 * Waits for the view where the question needs more than it has.
 *
 * @throws QueryError QUERY_ORIGIN_UNKNOWN; ViewsError VIEW_BEHIND, VIEW_FAILED; and as `askedTime`.
 */
export async function viewState(ledger: TenantLedger, question: StateQuestion): Promise<ViewState> {
  const { view, reader, size, instant } = await viewedSize(ledger, question);
  return { view, reader, size, asOf: await stateAt(reader, size, instant) };
}

/** As `viewState`, for whoever has something to read while the root is computed. */
export async function viewedSize(
  ledger: TenantLedger,
  question: StateQuestion,
): Promise<ViewedSize> {
  const reader = logOf(ledger.ledger, question.origin);
  const view = await ledger.views.of(reader);
  return { view, reader, ...(await sizeOf(ledger, view, question)) };
}

async function sizeOf(
  { clock, timeZone }: TenantLedger,
  view: LogView,
  { asOf, minSize, pinned }: StateQuestion,
): Promise<{ size: TreeSize; instant?: UnixMillis }> {
  const { reader } = view;
  if (pinned !== undefined) {
    await view.reached(pinned);
    return { size: pinned };
  }
  if (minSize !== undefined) await view.reached(askedSize(reader, minSize));
  if (asOf === undefined) return { size: await view.newest() };
  const asked = askedTime(reader, asOf, { clock, timeZone });
  if ('size' in asked) {
    await view.reached(asked.size);
    return asked;
  }
  const { instant } = asked;
  const { size: viewed } = view;
  const size = await view.sizeAt(instant);
  // Something later is in the view already: then so is all that had been recorded by then.
  if (size < viewed) return { size, instant };
  // Whatever had been recorded by then is below the head.
  await view.reached(reader.head.size);
  return { size: await view.sizeAt(instant), instant };
}

function askedSize(reader: LogReader, size: TreeSize): TreeSize {
  askedTime(reader, String(size), NO_TIME);
  return size;
}

/** A size needs neither. */
const NO_TIME = { clock: { now: () => 0 as UnixMillis }, timeZone: UTC };

/** The log that is written, or the one that is named. @throws QueryError QUERY_ORIGIN_UNKNOWN. */
export function logOf(ledger: Ledger, origin: string | undefined): LogReader {
  const reader =
    origin === undefined
      ? ledger.reader
      : ledger.logs.find((candidate) => candidate.origin === origin);
  if (reader === undefined)
    throw new QueryError(
      'QUERY_ORIGIN_UNKNOWN',
      'the ledger has no log of this origin: its state lists its logs',
    );
  return reader;
}
