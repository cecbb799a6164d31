/** What evidence carries of the authors who signed claims: their events, from the first on (docs/formats/evidence.md). */
import type { HexDigest } from '../base/hex-digest.js';
import { MAX_HISTORIES, MAX_HISTORIES_BYTES } from '../evidence/collection-file.js';
import {
  type AuthorHistory,
  bytesOfHistory,
  type EvidenceEntry,
  MAX_HISTORY_BYTES,
} from '../evidence/evidence-file.js';
import { IDENTITY_LEDGER } from '../identities/identity-record.js';
import type { LedgerStore } from '../ledger/ledger-store.js';
import { parseRecordHeader } from '../records/header.js';
import { parseStatement } from '../records/parse-statement.js';
import { isIdentityId } from './identity-book.js';
import { identityHistory, type RecordedEvent } from './identity-history.js';
import { unlessErased } from './opened-entry.js';

/**
 * @param events after which claims of the author were judged; at least one.
 * @returns the events up to the last of these. Null where they cannot be shown, and then nothing of them is: the
 * author was erased, an event was lost with its log, or they are longer than a file of evidence takes.
 */
export type HistoryOf = (
  author: string,
  events: ReadonlySet<HexDigest>,
) => Promise<AuthorHistory | null>;

/** @param tenant handle. */
export function authorHistories(
  store: Pick<LedgerStore, 'ledgersOf' | 'vaultOf'>,
  tenant: string,
): HistoryOf {
  return async (author, events) => {
    const ledgers = store.ledgersOf(tenant);
    const ledger = ledgers.find(({ identity }) => identity.name === IDENTITY_LEDGER);
    if (ledger === undefined || !isIdentityId(author)) return null;
    const left = new Set(events);
    const isWanted = ({ signed }: RecordedEvent): boolean => {
      if (left.size === 0) return false;
      left.delete(signed.event.digest);
      return true;
    };
    const history = await unlessErased(
      identityHistory(ledger, store.vaultOf(tenant), author, isWanted),
      null,
    );
    if (history === null || left.size > 0) return null;
    const shown = history.events.map(({ opened }) => opened.payload.bytes);
    return bytesOfHistory(shown) > MAX_HISTORY_BYTES ? null : shown;
  };
}

export interface ShownHistories {
  readonly histories: readonly AuthorHistory[];
  /** Whose they are: each is a person whose data are shown. */
  readonly authors: readonly string[];
}

/** Of those who signed claims of these entries, as many as a file takes, in the order of the entries. */
export async function historiesOfAuthors(
  historyOf: HistoryOf | undefined,
  entries: readonly EvidenceEntry[],
): Promise<ShownHistories> {
  const histories: AuthorHistory[] = [];
  const authors: string[] = [];
  let left = MAX_HISTORIES_BYTES;
  for (const [author, events] of claimed(entries)) {
    const history = (await historyOf?.(author, events)) ?? null;
    if (history === null || histories.length === MAX_HISTORIES) continue;
    left -= bytesOfHistory(history);
    // Those who are left out are named as not proven.
    if (left < 0) break;
    histories.push(history);
    authors.push(author);
  }
  return { histories, authors };
}

/** By author, the events after which their claims were judged. */
function claimed(entries: readonly EvidenceEntry[]): Map<string, Set<HexDigest>> {
  const byAuthor = new Map<string, Set<HexDigest>>();
  for (const { header, statement } of entries) {
    if (header === undefined || parseStatement(statement).kind !== 'record') continue;
    const { author, authorEvent } = parseRecordHeader(header.bytes);
    if (authorEvent === undefined) continue;
    const events = byAuthor.get(author);
    if (events === undefined) byAuthor.set(author, new Set([authorEvent]));
    else events.add(authorEvent);
  }
  return byAuthor;
}
