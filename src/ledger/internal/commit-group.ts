/** What waits for a commit, and how much of it the next one takes. */
import type { AppendedUntil, EntryDraft, Outcome } from '../entry-draft.js';
import type { LedgerError } from '../ledger-error.js';
import type { OpenLog } from './open-log.js';

export interface GroupLimits {
  /** Entries of one log in one block. */
  readonly maxBundleEntries: number;
  /** Bytes of one log in one block, unless a single entry is larger. */
  readonly maxBundleBytes: number;
  /** Bytes of one journal record. */
  readonly maxGroupBytes: number;
}

export interface Queued {
  readonly log: OpenLog;
  readonly draft: EntryDraft;
  readonly bytes: number;
  readonly until: AppendedUntil;
  readonly settle: (result: Outcome | LedgerError) => void;
}

export interface Taken {
  readonly group: Queued[];
  /** What waits for the commit after it, in the order in which it came. */
  readonly rest: Queued[];
  /** Of the group. */
  readonly bytes: number;
}

/** As many as one commit holds, oldest first; an entry never overtakes another of its log. */
export function takeGroup(queue: readonly Queued[], limits: GroupLimits): Taken {
  const { maxBundleEntries, maxBundleBytes, maxGroupBytes } = limits;
  const filled = new Map<OpenLog, { entries: number; bytes: number }>();
  const full = new Set<OpenLog>();
  const group: Queued[] = [];
  const rest: Queued[] = [];
  let groupBytes = 0;
  for (const item of queue) {
    const share = filled.get(item.log) ?? { entries: 0, bytes: 0 };
    const fits =
      share.entries === 0 ||
      (share.entries < maxBundleEntries && share.bytes + item.bytes <= maxBundleBytes);
    const groupFits = group.length === 0 || groupBytes + item.bytes <= maxGroupBytes;
    if (full.has(item.log) || !fits || !groupFits) {
      full.add(item.log);
      rest.push(item);
      continue;
    }
    filled.set(item.log, { entries: share.entries + 1, bytes: share.bytes + item.bytes });
    groupBytes += item.bytes;
    group.push(item);
  }
  return { group, rest, bytes: groupBytes };
}
