/**
 * All entries of a question, as of one size. They are found first, and opened one by one while they are
 * sent: what is held meanwhile is a line of each, so that what will be shown can be put on record, and
 * its number and its root are known, before the first byte leaves.
 */
import type { LeafIndex, TreeSize, UnixMillis } from '../base/brand.js';
import { equalBytes, fromHex, toHex } from '../base/bytes.js';
import type { Vault } from '../keys/vault.js';
import { parseStatement } from '../records/parse-statement.js';
import { appendLeaves, EMPTY_RANGE, rootHash } from '../tlog/compact-range.js';
import type { ViewedEntry } from '../views/log-view.js';
import { ViewsError } from '../views/views-error.js';
import type { AsOf } from './as-of.js';
import type { Filters } from './entry-filters.js';
import { type Search, searchOf } from './entry-search.js';
import { type EntryView, entryView } from './entry-view.js';
import { openEntry, openHeader, unlessErased } from './opened-entry.js';
import { QueryError } from './query-error.js';
import type { TenantLedger } from './tenant-ledgers.js';
import { logOf, type StateQuestion } from './view-state.js';

export interface ExportQuestion extends StateQuestion {
  readonly filters: Filters;
}

/** An entry that will be sent. */
export interface ExportedEntry {
  readonly index: LeafIndex;
  /** Hex. */
  readonly leafHash: string;
  readonly recordedAt: UnixMillis;
  readonly type: string | null;
  readonly subject: string | null;
}

export interface EntryExport {
  readonly origin: string;
  readonly asOf: AsOf;
  /** Ascending by index. */
  readonly found: readonly ExportedEntry[];
  /** Hex: of the RFC 6962 tree over the leaf hashes in this order. */
  readonly rootHash: string;
  /** Opens them in turn. @throws ViewsError VIEW_DIFFERS; as `openEntry`. */
  entries(): AsyncGenerator<EntryView>;
}

export interface ExportLimits {
  readonly maxExported: number;
  /** Looked at to find them. */
  readonly maxExamined: number;
}

const LIMITS: ExportLimits = { maxExported: 100_000, maxExamined: 1_000_000 };
const PAGE = 1_000;

/**
 * @param signal ends the search, with its reason, when nobody waits for it any more.
 * @throws QueryError QUERY_TOO_BROAD beyond 100,000 entries; as `findEntries`.
 */
export async function exportEntries(
  ledger: TenantLedger,
  question: ExportQuestion,
  signal: AbortSignal,
  limits: ExportLimits = LIMITS,
): Promise<EntryExport> {
  const search = await searchOf(ledger, { ...question, minSize: leastSize(ledger, question) });
  const { reader, asOf } = search.state;
  const { found, root } = await findAll(ledger.vault, search, signal, limits);
  // One state for all of them, though anchoring goes on while they are sent.
  const marks = ledger.marksOf(reader.origin);
  return {
    origin: reader.origin,
    asOf,
    found,
    rootHash: root,
    async *entries() {
      for (const { index, leafHash } of found) {
        const entry = await reader.entry(index);
        if (!equalBytes(entry.leafHash, fromHex(leafHash))) throw differs();
        yield entryView(reader.origin, await openEntry(ledger.vault, entry), () => marks);
      }
    },
  };
}

/** A page may make do with what the view has; who takes everything away takes what there is now. */
function leastSize(
  { ledger }: TenantLedger,
  { asOf, minSize, origin }: ExportQuestion,
): TreeSize | undefined {
  return asOf === undefined && minSize === undefined ? logOf(ledger, origin).head.size : minSize;
}

async function findAll(
  vault: Vault,
  search: Search,
  signal: AbortSignal,
  { maxExported, maxExamined }: ExportLimits,
): Promise<{ found: readonly ExportedEntry[]; root: string }> {
  const found: ExportedEntry[] = [];
  let range = EMPTY_RANGE;
  let examined = 0;
  for (let from: LeafIndex | null = 0 as LeafIndex; from !== null;) {
    signal.throwIfAborted();
    const page: Awaited<ReturnType<Search['page']>> = await search.page(from, PAGE);
    examined += page.examined;
    if (found.length + page.entries.length > maxExported)
      throw tooBroad(`more than ${maxExported} entries are found`);
    if (examined > maxExamined)
      throw tooBroad(`more than ${maxExamined} entries would have to be looked at`);
    range = appendLeaves(
      range,
      page.entries.map(({ leafHash }) => leafHash),
    );
    for (const entry of page.entries) found.push(await exported(vault, entry));
    from = page.next;
  }
  return { found, root: toHex(rootHash(range)) };
}

/** Payloads stay sealed. */
async function exported(vault: Vault, entry: ViewedEntry): Promise<ExportedEntry> {
  const statement = parseStatement(entry.statement);
  const common = {
    index: entry.index,
    leafHash: toHex(entry.leafHash),
    recordedAt: statement.recordedAt,
  };
  if (statement.kind === 'record') {
    const record = await unlessErased(openHeader(vault, entry, statement), null);
    return { ...common, type: statement.type, subject: record?.said.subject ?? null };
  }
  const opened = await openEntry(vault, entry);
  return {
    ...common,
    type: null,
    subject: opened.kind === 'signature' ? opened.said.subject : null,
  };
}

function tooBroad(reason: string): QueryError {
  return new QueryError('QUERY_TOO_BROAD', `${reason}: narrow it by subject, type or time`);
}

function differs(): ViewsError {
  return new ViewsError('VIEW_DIFFERS', 'a view leads to another entry than its log holds');
}
