/**
 * Who saw what, and who did what: entries of a tenant's access ledger, newest first, of all its logs. What
 * was entered before it was asked is in the answer, or there is none: a view that is behind must not hide
 * who has just looked.
 */
import { ACCESS_LEDGER } from '../access/access-entry.js';
import type { DisclosedEntry } from '../access/disclosure.js';
import type { TenantName } from '../access/tenant-name.js';
import type { TreeSize, UnixMillis } from '../base/brand.js';
import type { Vault } from '../keys/vault.js';
import type { LogReader } from '../ledger/log-reader.js';
import {
  type AccessCandidate,
  accessCandidates,
  type AccessPlace,
  type AccessWish,
} from './access-candidates.js';
import { type AccessView, accessView } from './access-view.js';
import { type AsOf, askedTime, beginningOf, instantOf } from './as-of.js';
import { openEntry } from './opened-entry.js';
import { personTag } from './person-tags.js';
import type { TenantLedger, TenantLedgers } from './tenant-ledgers.js';
import { type ViewState, viewState } from './view-state.js';

export interface AccessQuestion {
  /** Whose data were shown, or who was asked about. */
  readonly subject?: string | undefined;
  /** Who acted. */
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  /** Instants or calendar dates: from the beginning of … to the end of …, both included. */
  readonly recordedFrom?: string | undefined;
  readonly recordedTo?: string | undefined;
  /** A size is one of the log that is written; what the ledger had before is then there as a whole. */
  readonly asOf?: string | undefined;
  readonly limit: number;
  readonly position?: AccessPosition | undefined;
}

export interface AccessPosition extends AccessPlace {
  /** The log that was written when the first page was made, and the size of it that page saw. */
  readonly newest: number;
  readonly size: TreeSize;
}

export interface AccessPage {
  /** Of the log that `asOf` speaks of. */
  readonly origin: string;
  readonly items: readonly AccessView[];
  /** Null at the beginning. A page may be short, even empty, before that. */
  readonly next: AccessPosition | null;
  readonly asOf: AsOf;
  /** The same, as they are put on record. */
  readonly shown: readonly DisclosedEntry[];
}

export interface AccessHistory {
  /** @throws ViewsError VIEW_BEHIND, VIEW_FAILED; as `askedTime` and `openEntry`. */
  page(tenant: TenantName, question: AccessQuestion): Promise<AccessPage>;
}

/** For one page. */
export interface AccessBounds {
  /** Entries that the views look at. */
  readonly examined: number;
  /** Entries that are opened: what was done stands nowhere else. */
  readonly opened: number;
}

const BOUNDS: AccessBounds = { examined: 20_000, opened: 5_000 };
/** Where each must be opened to know whether it is shown. */
const AT_ONCE = 256;

export function accessHistory(
  ledgers: Pick<TenantLedgers, 'find'>,
  bounds: AccessBounds = BOUNDS,
): AccessHistory {
  return {
    page: async (tenant, question) => {
      const ledger = ledgers.find(tenant, ACCESS_LEDGER);
      const newest = question.position?.newest ?? ledger.ledger.logs.length - 1;
      const state = await stateOf(ledger, question, newest);
      const wish = await wishOf(ledger, state.reader, question, bounds);
      const start = question.position ?? { log: newest, below: state.size };
      const answer = { origin: state.reader.origin, asOf: state.asOf };
      if (wish === null) return { ...answer, items: [], shown: [], next: null };
      const candidates = accessCandidates(ledger, wish, start);
      const { next, ...found } = await pageOf(ledger.vault, candidates, question, bounds);
      return { ...answer, ...found, next: next && { ...next, newest, size: state.size } };
    },
  };
}

function stateOf(
  ledger: TenantLedger,
  { asOf, position }: AccessQuestion,
  newest: number,
): Promise<ViewState> {
  const reader = ledger.ledger.logs[newest];
  return viewState(ledger, {
    origin: reader?.origin,
    asOf,
    pinned: position?.size,
    ...(asOf === undefined && { minSize: reader?.head.size }),
  });
}

/** Null if nobody here is called that. */
async function wishOf(
  ledger: TenantLedger,
  newest: LogReader,
  question: AccessQuestion,
  { examined: budget }: AccessBounds,
): Promise<AccessWish | null> {
  const { subject, actor, action, recordedFrom, limit } = question;
  const since = recordedFrom === undefined ? null : beginningOf(recordedFrom, ledger);
  const until = untilOf(ledger, newest, question);
  const person = subject === undefined ? null : await personTag(ledger.vault, subject, 'party');
  const author = actor === undefined ? null : await personTag(ledger.vault, actor, 'author');
  if (subject !== undefined && person === null) return null;
  if (actor !== undefined && author === null) return null;
  // One more than is shown says whether there is a next page.
  const atOnce = action === undefined ? limit + 1 : AT_ONCE;
  return { person, author, since, until, budget, atOnce };
}

/** An instant bounds all logs; a size is one of the newest, and says nothing of those before. */
function untilOf(
  ledger: TenantLedger,
  newest: LogReader,
  { recordedTo, asOf }: AccessQuestion,
): UnixMillis | null {
  const ends = recordedTo === undefined ? [] : [instantOf(recordedTo, ledger)];
  const asked = asOf === undefined ? null : askedTime(newest, asOf, ledger);
  if (asked !== null && 'instant' in asked) ends.push(asked.instant);
  return ends.length === 0 ? null : (Math.min(...ends) as UnixMillis);
}

async function pageOf(
  vault: Vault,
  candidates: AsyncIterable<AccessCandidate>,
  { limit, action }: AccessQuestion,
  bounds: AccessBounds,
): Promise<Pick<AccessPage, 'items' | 'shown'> & { readonly next: AccessPlace | null }> {
  const items: AccessView[] = [];
  const shown: DisclosedEntry[] = [];
  let opened = 0;
  for await (const { place, found } of candidates) {
    if (found === null || items.length >= limit || opened++ >= bounds.opened)
      return { items, shown, next: place };
    const record = await openEntry(vault, found.entry);
    if (record.kind !== 'record') continue;
    const view = accessView(found.origin, record);
    if (action !== undefined && view['action'] !== action) continue;
    const { recordedAt, type } = found.statement;
    items.push(view);
    shown.push({ leafHash: view.id, recordedAt, type, subject: view.actor });
  }
  return { items, shown, next: null };
}
