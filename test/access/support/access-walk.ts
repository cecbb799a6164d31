/**
 * The access ledger as anyone would read it who had never heard of indexes: every entry of every log is
 * looked at for each question, from the newest to the oldest.
 */
import { ACCESS_TYPE } from '../../../src/access/access-entry.js';
import type { LeafIndex } from '../../../src/base/brand.js';
import { toHex, utf8ToString } from '../../../src/base/bytes.js';
import type { LogReader, StoredEntry } from '../../../src/ledger/log-reader.js';
import { openEntry } from '../../../src/queries/opened-entry.js';
import { personTag } from '../../../src/queries/person-tags.js';
import type { TenantLedger } from '../../../src/queries/tenant-ledgers.js';

export interface WalkQuestion {
  readonly subject?: string;
  readonly actor?: string;
  readonly action?: string;
  /** Milliseconds; both count. */
  readonly from?: number;
  readonly to?: number;
  /** Of the newest log. */
  readonly size?: number;
}

/** @returns leaf hashes of what is found, newest first. */
export async function walkBack(
  { ledger, vault }: TenantLedger,
  { subject, actor, action, from = -Infinity, to = Infinity, size = Infinity }: WalkQuestion,
): Promise<string[]> {
  const party = subject === undefined ? null : await personTag(vault, subject, 'party');
  const found: string[] = [];
  for (const reader of ledger.logs.toReversed()) {
    const end = reader === ledger.reader ? Math.min(size, reader.head.size) : reader.head.size;
    for (const entry of (await entriesOf(reader, end)).reverse()) {
      const opened = await openEntry(vault, entry);
      if (opened.kind !== 'record' || opened.statement.type !== ACCESS_TYPE) continue;
      const { recordedAt, tags } = opened.statement;
      if (recordedAt < from || recordedAt > to) continue;
      if (actor !== undefined && opened.said.subject !== actor) continue;
      if (subject !== undefined && (party === null || tags.parties?.includes(party) !== true))
        continue;
      const said = JSON.parse(utf8ToString(opened.payload.bytes)) as { action: string };
      if (action !== undefined && said.action !== action) continue;
      found.push(toHex(entry.leafHash));
    }
  }
  return found;
}

function entriesOf(reader: LogReader, size: number): Promise<StoredEntry[]> {
  return collect(reader.entries(0 as LeafIndex, size as typeof reader.head.size));
}

async function collect<T>(all: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of all) items.push(item);
  return items;
}
