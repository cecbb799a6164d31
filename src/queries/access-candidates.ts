/**
 * Entries of an access ledger by what their statements say in clear, newest first, through all of its
 * logs. The views find them, so that a question about one person costs what there is of that person,
 * however much else was seen and done.
 */
import { ACCESS_TYPE } from '../access/access-entry.js';
import type { UnixMillis } from '../base/brand.js';
import type { HexDigest } from '../base/hex-digest.js';
import { parseStatement } from '../records/parse-statement.js';
import type { RecordStatement } from '../records/statement.js';
import type { LogView, ViewedEntry } from '../views/log-view.js';
import type { EntryFilter } from '../views/view-query.js';
import type { TenantLedger } from './tenant-ledgers.js';

/** A way on through the logs of a ledger. */
export interface AccessPlace {
  /** Which of the logs, from 0, the oldest. */
  readonly log: number;
  /** What lies below this index in it is still to come, and all logs before it. */
  readonly below: number;
}

export interface AccessWish {
  /** Party tag of whose data were shown, or who was asked about. */
  readonly person: HexDigest | null;
  /** Author tag of who acted, who is the subject of an access entry as well (docs/formats/access.md). */
  readonly author: HexDigest | null;
  /** Recorded from … to …, both included. */
  readonly since: UnixMillis | null;
  readonly until: UnixMillis | null;
  /** Entries that are fetched in one go; at least 1. */
  readonly atOnce: number;
  /** Entries that the views look at. */
  readonly budget: number;
}

export interface AccessCandidate {
  /** Where whoever does not take it goes on: with it. */
  readonly place: AccessPlace;
  /** Null at the end of the budget. */
  readonly found: {
    readonly origin: string;
    readonly entry: ViewedEntry;
    readonly statement: RecordStatement;
  } | null;
}

/** @throws ViewsError VIEW_BEHIND, VIEW_FAILED. */
export async function* accessCandidates(
  { ledger: { logs }, views }: Pick<TenantLedger, 'ledger' | 'views'>,
  wish: AccessWish,
  from: AccessPlace,
): AsyncGenerator<AccessCandidate> {
  const { atOnce: limit } = wish;
  let { budget } = wish;
  for (let log = from.log; log >= 0; log--) {
    const reader = logs[log];
    if (reader === undefined) return;
    const { origin } = reader;
    const view = await views.of(reader);
    const range = await rangeOf(view, wish, log === from.log ? from.below : reader.head.size);
    for (let to: number | null = range.to; to !== null;) {
      if (budget <= 0) {
        yield { place: { log, below: to }, found: null };
        return;
      }
      const query = { from: range.from, to, where: filterOf(wish), isReversed: true };
      const page: Awaited<ReturnType<LogView['find']>> = await view.find({
        ...query,
        limit,
        budget,
      });
      budget -= page.examined;
      for (const entry of page.entries) {
        const statement = parseStatement(entry.statement);
        // Inspections have parties, and grants authors, in the same ledger.
        if (statement.kind === 'record' && statement.type === ACCESS_TYPE)
          yield { place: { log, below: entry.index + 1 }, found: { origin, entry, statement } };
      }
      to = page.next;
    }
  }
}

async function rangeOf(
  view: LogView,
  { since, until }: AccessWish,
  below: number,
): Promise<{ from: number; to: number }> {
  await view.reached(below as typeof view.size);
  const [from, to] = await Promise.all([
    since === null ? 0 : view.sizeAt((since - 1) as UnixMillis),
    until === null ? below : view.sizeAt(until),
  ]);
  return { from, to: Math.min(to, below) };
}

/** The type only where nothing else is asked for: almost every entry has it, and it would be the index to walk. */
function filterOf({ person, author }: AccessWish): EntryFilter {
  if (person === null && author === null) return { types: [ACCESS_TYPE] };
  return { ...(person !== null && { person }), ...(author !== null && { author }) };
}
