/** What changes in a drive, from an index of its ledger on: first what is there, then what comes. */
import type { LeafIndex, TreeSize, UnixMillis } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import { parseCanonicalJson } from '../base/canonical-json.js';
import { LedgerError } from '../ledger/ledger-error.js';
import type { StoredEntry } from '../ledger/log-reader.js';
import { openEntry } from '../queries/opened-entry.js';
import type { LedgerLogs } from '../queries/tenant-ledgers.js';
import { FILE_TYPE, type FileChange } from './file-change.js';
import { parseChange } from './parse-change.js';

export interface FedChange {
  readonly index: number;
  /** Leaf hash of the entry. */
  readonly id: string;
  readonly recordedAt: UnixMillis;
  readonly author: string;
  readonly subject: string;
  readonly change: FileChange;
}

/** Entries that are looked at together. */
const GROUP = 256;

/**
 * Groups of changes whose paths begin so, in order; ends with `signal` once all that is there has been looked at. What has
 * been erased is passed over.
 * @param from without it, what comes from now on.
 * @throws LedgerError LEDGER_SIZE_UNKNOWN above the head.
 */
export function changesFeed(
  logs: Pick<LedgerLogs, 'ledger' | 'vault'>,
  from: LeafIndex | undefined,
  prefix: string,
): (signal: AbortSignal) => AsyncGenerator<readonly FedChange[]> {
  const { reader } = logs.ledger;
  const { size } = reader.head;
  const start = from ?? (size as number as LeafIndex);
  if (start > size)
    throw new LedgerError(
      'LEDGER_SIZE_UNKNOWN',
      `there is nothing before this index: the ledger has ${size} entries`,
    );
  return (signal) => feed(logs, start, prefix, signal);
}

async function* feed(
  { ledger: { reader }, vault }: Pick<LedgerLogs, 'ledger' | 'vault'>,
  from: LeafIndex,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<readonly FedChange[]> {
  let next: number = from;
  while (!signal.aborted) {
    // Both of one moment: what comes after it grows the log beyond this length.
    const { size, length } = reader.head;
    while (next < size) {
      const to = Math.min(next + GROUP, size) as TreeSize;
      const group: FedChange[] = [];
      for await (const entry of reader.entries(next as LeafIndex, to)) {
        const change = await changeIn(vault, entry);
        if (change?.change.path.startsWith(prefix) === true) group.push(change);
      }
      if (group.length > 0) yield group;
      next = to;
    }
    await reader.grown(length, signal);
  }
}

async function changeIn(vault: LedgerLogs['vault'], entry: StoredEntry): Promise<FedChange | null> {
  const opened = await openEntry(vault, entry);
  if (opened.kind !== 'record' || opened.statement.type !== FILE_TYPE) return null;
  const { statement, said, payload } = opened;
  return {
    index: entry.index,
    id: toHex(entry.leafHash),
    recordedAt: statement.recordedAt,
    author: said.author,
    subject: said.subject,
    change: parseChange(parseCanonicalJson(payload.bytes)),
  };
}
