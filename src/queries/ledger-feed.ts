/**
 * What is appended to a log, from an index on: first what is there, then what comes. Only what stands in
 * clear in the statements, so it discloses nothing of anybody.
 */
import type { LeafIndex, TreeSize } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import { type JsonValue, parseCanonicalJson } from '../base/canonical-json.js';
import { isJsonObject } from '../base/json-members.js';
import { damaged, LedgerError } from '../ledger/ledger-error.js';
import type { LogReader, StoredEntry } from '../ledger/log-reader.js';
import type { LedgerLogs } from './tenant-ledgers.js';
import { logOf } from './view-state.js';

export interface FeedQuestion {
  /** Of a log that the ledger had before it lost something; else the one that is written. */
  readonly origin?: string | undefined;
  /** The first index; without it, what comes from now on. */
  readonly from?: LeafIndex | undefined;
}

export interface FeedEntry {
  readonly index: number;
  readonly id: string;
  readonly kind: string;
  readonly type?: string;
  readonly recordedAt: string;
  readonly origin: string;
}

export interface LedgerFeed {
  /** Nothing will ever come: the log is not written any more, and all of it is before `from`. */
  readonly isOver: boolean;
  /** In order, a group at a time; ends with `signal` once the log has been caught up with, or at the end of a log that is closed. */
  entries(signal: AbortSignal): AsyncGenerator<readonly FeedEntry[]>;
}

const GROUP = 256;

/** @throws LedgerError LEDGER_SIZE_UNKNOWN above the head; QueryError QUERY_ORIGIN_UNKNOWN. */
export function ledgerFeed(
  { ledger }: Pick<LedgerLogs, 'ledger'>,
  { origin, from: asked }: FeedQuestion,
): LedgerFeed {
  const reader = logOf(ledger, origin);
  const { size } = reader.head;
  const from = asked ?? (size as number as LeafIndex);
  if (from > size)
    throw new LedgerError(
      'LEDGER_SIZE_UNKNOWN',
      `there is nothing before this index: the log has ${size} entries`,
    );
  const isClosed = reader !== ledger.reader;
  return {
    isOver: isClosed && from >= size,
    entries: (signal) => entriesOf(reader, from, isClosed, signal),
  };
}

async function* entriesOf(
  reader: LogReader,
  from: LeafIndex,
  isClosed: boolean,
  signal: AbortSignal,
): AsyncGenerator<readonly FeedEntry[]> {
  let next: number = from;
  while (!signal.aborted) {
    // Both of one moment: what comes after it grows the log beyond this length.
    const { size, length } = reader.head;
    while (next < size) {
      const to = Math.min(next + GROUP, size) as TreeSize;
      const group: FeedEntry[] = [];
      for await (const entry of reader.entries(next as LeafIndex, to))
        group.push(feedEntry(reader.origin, entry));
      yield group;
      next = to;
    }
    if (isClosed) return;
    await reader.grown(length, signal);
  }
}

/** Of any kind, those that this version does not know among them. */
function feedEntry(origin: string, { index, leafHash, statement }: StoredEntry): FeedEntry {
  const said = parseCanonicalJson(statement);
  if (!isJsonObject(said)) throw damaged(`entry ${index} is no object`);
  const { kind, type, recordedAt } = said;
  return {
    index,
    id: toHex(leafHash),
    kind: text(index, kind),
    ...(kind === 'record' && { type: text(index, type) }),
    recordedAt: text(index, recordedAt),
    origin,
  };
}

function text(index: LeafIndex, value: JsonValue | undefined): string {
  if (typeof value !== 'string') throw damaged(`entry ${index} lacks a text`);
  return value;
}
