/**
 * Everything that a ledger holds of one person up to a size: the entries of which it is the subject, and
 * those of others in which it is named. Headers are opened, because valid times and retractions stand in
 * them; payloads only of what is shown.
 */
import type { UnixMillis } from '../base/brand.js';
import { digestToHex, type HexDigest } from '../base/hex-digest.js';
import type { Vault } from '../keys/vault.js';
import { stateOf, type Version } from '../records/as-of-state.js';
import { parseStatement } from '../records/parse-statement.js';
import { personTagsOf } from '../records/person-tags.js';
import type { RecordStatement, SignatureStatement } from '../records/statement.js';
import type { LogView, ViewedEntry } from '../views/log-view.js';
import type { EntryFilter } from '../views/view-query.js';
import { stateAt } from './as-of.js';
import {
  type ErasedEntry,
  openHeader,
  openPayload,
  type OpenedRecord,
  type RecordWithHeader,
  unlessErased,
} from './opened-entry.js';
import { type SubjectTags, subjectTags } from './person-tags.js';
import { QueryError } from './query-error.js';
import type { TenantLedger } from './tenant-ledgers.js';
import { type StateQuestion, viewedSize, type ViewState } from './view-state.js';

/** A record of which the person is the subject. */
export type SubjectVersion = Version & (RecordWithHeader | ErasedRecord);

/** Its header and payload are gone. As in a collection, it counts as one without valid times that withdraws nothing. */
export interface ErasedRecord {
  readonly entry: ViewedEntry;
  readonly statement: RecordStatement;
  readonly said: null;
}

/** How a person stands in a record of another subject. */
export type Mention =
  | { readonly role: 'party'; readonly entry: ViewedEntry; readonly statement: RecordStatement }
  | {
      readonly role: 'part';
      readonly entry: ViewedEntry;
      readonly statement: RecordStatement;
      /** Number of the part, from 0. */
      readonly part: number;
    };

export interface AttachedSignature {
  readonly entry: ViewedEntry;
  readonly statement: SignatureStatement;
}

export interface SubjectEntries {
  /** Of the person as subject. */
  readonly tag: HexDigest;
  /** Ascending by index, as are the others. */
  readonly versions: readonly SubjectVersion[];
  readonly mentions: readonly Mention[];
  readonly signatures: readonly AttachedSignature[];
}

/** In one answer: what is known of a person is read as a whole. */
const MAX_ENTRIES = 100_000;
const PAGE = 1_000;

/**
 * Null where there is no tag for this name.
 * @throws QueryError QUERY_TOO_BROAD; as `openEntry`.
 */
export async function subjectEntries(
  vault: Vault,
  view: LogView,
  subject: string,
  size: number,
): Promise<SubjectEntries | null> {
  const tags = await subjectTags(vault, subject);
  return tags === null ? null : entriesWith(vault, view, tags, size);
}

/** The state that a question is about, and everything that it holds of one person. @throws as `viewState`, `subjectEntries`. */
export async function subjectIn(
  ledger: TenantLedger,
  subject: string,
  question: StateQuestion,
): Promise<{ readonly state: ViewState; readonly entries: SubjectEntries | null }> {
  const { view, reader, size, instant } = await viewedSize(ledger, question);
  const tags = await subjectTags(ledger.vault, subject);
  // At once, and in this order: the root is hashed here while another thread looks for the entries.
  const [entries, asOf] = await Promise.all([
    tags === null ? null : entriesWith(ledger.vault, view, tags, size),
    stateAt(reader, size, instant),
  ]);
  return { state: { view, reader, size, asOf }, entries };
}

async function entriesWith(
  vault: Vault,
  view: LogView,
  tags: SubjectTags,
  size: number,
): Promise<SubjectEntries> {
  const { tag, partyTag } = tags;
  // At once: most persons have a page of each, and to ask another thread twice takes twice as long.
  const [tagged, partyTagged] = await Promise.all([
    entriesOf(view, tag, size),
    entriesOf(view, partyTag, size),
  ]);
  const own: SealedRecord[] = [];
  const mentions: Mention[] = [];
  const signatures: AttachedSignature[] = [];
  for (const entry of tagged) {
    const statement = parseStatement(entry.statement);
    if (statement.kind === 'signature') signatures.push({ entry, statement });
    if (statement.kind !== 'record') continue;
    if (statement.tags.subject === tag) own.push({ entry, statement });
    else mentions.push(...mentionsIn(entry, statement, tags));
  }
  for (const entry of partyTagged) {
    const statement = parseStatement(entry.statement);
    if (statement.kind !== 'record' || personTagsOf(statement).includes(tag)) continue;
    mentions.push(...mentionsIn(entry, statement, tags));
  }
  mentions.sort((a, b) => a.entry.index - b.entry.index);
  return { tag, versions: await openVersions(vault, own), mentions, signatures };
}

/** Where a record names a person; nowhere if it is the person's own. */
export function mentionsIn(
  entry: ViewedEntry,
  statement: RecordStatement,
  { tag, partyTag }: SubjectTags,
): Mention[] {
  const { tags, parts = [] } = statement;
  if (tags.subject === tag) return [];
  const mentions = parts.flatMap((part, at): Mention[] =>
    part.subject === tag ? [{ role: 'part', entry, statement, part: at }] : [],
  );
  if (tags.parties?.includes(partyTag) === true) mentions.push({ role: 'party', entry, statement });
  return mentions;
}

/** The records of which a tag is the subject's, below a size. @throws as `subjectEntries`. */
export async function versionsOf(
  vault: Vault,
  view: LogView,
  tag: HexDigest,
  size: number,
  maxEntries = MAX_ENTRIES,
): Promise<SubjectVersion[]> {
  const own: SealedRecord[] = [];
  for (const entry of await entriesOf(view, tag, size, maxEntries)) {
    const statement = parseStatement(entry.statement);
    if (statement.kind === 'record' && statement.tags.subject === tag)
      own.push({ entry, statement });
  }
  return openVersions(vault, own);
}

/** With what it holds, where that is not erased. @throws as `openEntry`. */
export async function openVersion(
  vault: Vault,
  version: SubjectVersion,
): Promise<OpenedRecord | ErasedEntry> {
  const { entry, statement } = version;
  const erased = { kind: 'erased', entry, statement } as const;
  return version.said === null ? erased : unlessErased(openPayload(vault, version), erased);
}

/** The version of each thing that stands; without `validAt` the last recorded. */
export function currentVersions(
  { versions }: SubjectEntries,
  validAt: UnixMillis | undefined,
): readonly SubjectVersion[] {
  return stateOf(versions, validAt === undefined ? {} : { validAt });
}

/** @throws QueryError QUERY_TOO_BROAD. */
async function entriesOf(
  view: LogView,
  person: HexDigest,
  size: number,
  maxEntries = MAX_ENTRIES,
): Promise<ViewedEntry[]> {
  const entries: ViewedEntry[] = [];
  for await (const page of entryPages(view, { person }, { to: size })) {
    if (entries.length + page.length > maxEntries)
      throw new QueryError(
        'QUERY_TOO_BROAD',
        `more than ${maxEntries} entries are about this person: read the timeline, page by page`,
      );
    entries.push(...page);
  }
  return entries;
}

/** Entries with from ≤ index < to, page by page. @throws ViewsError VIEW_FAILED. */
export async function* entryPages(
  view: LogView,
  where: EntryFilter,
  { from = 0, to }: { readonly from?: number; readonly to: number },
): AsyncGenerator<readonly ViewedEntry[]> {
  const query = { where, to, isReversed: false, limit: PAGE, budget: PAGE };
  for (let next: number | null = from; next !== null;) {
    const page: Awaited<ReturnType<LogView['find']>> = await view.find({ ...query, from: next });
    yield page.entries;
    next = page.next;
  }
}

export type SealedRecord = Pick<RecordWithHeader, 'entry' | 'statement'>;

/** A page at once: where secrets must be read from disk, they are read together. @throws as `openEntry`. */
export async function openVersions(
  vault: Vault,
  records: readonly SealedRecord[],
): Promise<SubjectVersion[]> {
  const versions: SubjectVersion[] = [];
  for (let from = 0; from < records.length; from += PAGE) {
    const some = records.slice(from, from + PAGE);
    const opened = await Promise.all(
      some.map(({ entry, statement }) =>
        unlessErased(openHeader(vault, entry, statement), { entry, statement, said: null }),
      ),
    );
    versions.push(...opened.map(versionOf));
  }
  return versions;
}

function versionOf(record: RecordWithHeader | ErasedRecord): SubjectVersion {
  const { entry, statement, said } = record;
  return {
    ...record,
    index: entry.index,
    leafHash: digestToHex(entry.leafHash),
    thing: statement.tags.key,
    hasKey: said?.key !== undefined,
    recordedAt: statement.recordedAt,
    validFrom: said?.validFrom ?? null,
    validTo: said?.validTo ?? null,
    retracts: said?.retracts ?? null,
  };
}
