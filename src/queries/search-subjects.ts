/**
 * Persons by what their records say (docs/decisions/0020-search.md): who has or had a name, a birth date, a
 * number. The index knows tags only; what it finds is opened, and checked before it is shown.
 */
import type { LeafIndex, TreeSize } from '../base/brand.js';
import { toHex, utf8ToString } from '../base/bytes.js';
import type { JsonValue } from '../base/canonical-json.js';
import { digestToHex, type HexDigest } from '../base/hex-digest.js';
import { formatInstant } from '../base/time.js';
import type { Vault } from '../keys/vault.js';
import { stateOf } from '../records/as-of-state.js';
import { findableTerms } from '../schemas/findable-terms.js';
import type { FindableAs } from '../schemas/schema-document.js';
import { searchKeyId, searchTag } from '../schemas/search-tag.js';
import type { LogView, SearchKey } from '../views/log-view.js';
import type { FoundSubject, MatchedBy, SearchPosition } from '../views/search-query.js';
import type { FindableTypes } from '../views/search-source.js';
import { ViewsError } from '../views/views-error.js';
import type { AsOf } from './as-of.js';
import { openEntry, type OpenedRecord } from './opened-entry.js';
import { QueryError } from './query-error.js';
import { usableField, usableTerms, type UsableTerms } from './search-value.js';
import { versionsOf } from './subject-entries.js';
import type { TenantLedger } from './tenant-ledgers.js';
import { type StateQuestion, viewState } from './view-state.js';

export interface SearchQuestion extends StateQuestion {
  readonly field: string;
  readonly value: string | number;
  /** Persons in the answer. */
  readonly limit: number;
  readonly after?: SearchPosition | undefined;
}

export interface MatchedEntry {
  readonly id: string;
  readonly index: LeafIndex;
  readonly recordedAt: string;
  readonly type: string;
  readonly key?: string;
  readonly schema: string;
  /** Where in the payload it says so. */
  readonly pointers: readonly string[];
  /** Whether it is the version of its thing that stood; null of a person with too much to tell. */
  readonly current: boolean | null;
}

export interface FoundPerson {
  readonly subject: string;
  readonly match: MatchedBy;
  /** The newest, newest first. */
  readonly entries: readonly MatchedEntry[];
  readonly hasMore: boolean;
  /** Others with an identifying value that this one has or had too; absent if there are none. */
  readonly possibleDouble?: readonly string[];
}

export interface SearchAnswer {
  readonly origin: string;
  readonly field: FindableAs;
  readonly items: readonly FoundPerson[];
  readonly next: SearchPosition | null;
  readonly asOf: AsOf;
}

export interface AnsweredSearch {
  readonly answer: SearchAnswer;
  /** Whatever the answer tells of, for whoever records it. */
  readonly opened: readonly OpenedRecord[];
  /** What was searched for, in place of the value; it means nothing once anything has been forgotten. */
  readonly tag: HexDigest;
  /** Of the vault, which the tag is of. */
  readonly generation: number;
}

/** Of one person, in one answer. */
const MAX_ENTRIES = 20;
const MAX_DOUBLES = 20;
/** Read to tell which of them stand: of one person, and of a page, which then ends. */
const MAX_VERSIONS = 5_000;

/**
 * @throws QueryError QUERY_FIELD_NOT_FINDABLE, QUERY_VALUE_UNUSABLE; ViewsError VIEW_DIFFERS; and as
 * `viewState` and `openEntry`.
 */
export async function searchSubjects(
  ledger: TenantLedger,
  findable: FindableTypes,
  { field, value, limit, after, ...question }: SearchQuestion,
): Promise<AnsweredSearch> {
  const as = usableField(findable, field);
  const terms = usableTerms(as, value);
  const { view, reader, size, asOf } = await viewState(ledger, question);
  const key = await view.searchKey(size);
  const tags = tagsOf(key, as, terms);
  const page = await view.searchSubjects({
    keyId: searchKeyId(key.key),
    ...tags,
    to: size,
    after: after ?? null,
    limit,
    entries: MAX_ENTRIES,
  });
  const asked = new AskedSearch(ledger.vault, view, { as, terms, findable, key, size });
  const items: FoundPerson[] = [];
  let { next } = page;
  for (const found of page.subjects) {
    items.push(await asked.person(found));
    if (asked.versions <= MAX_VERSIONS || items.length === page.subjects.length) continue;
    next = { by: found.by, subject: found.subject, index: null };
    break;
  }
  return {
    answer: { origin: reader.origin, field: as, items, next, asOf },
    opened: asked.opened,
    tag: digestToHex(tags.whole),
    generation: key.generation,
  };
}

function tagsOf(
  { key }: SearchKey,
  as: FindableAs,
  { whole, words }: UsableTerms,
): { whole: Uint8Array; words: Uint8Array[] } {
  return {
    whole: searchTag(key, { as, part: 'whole' }, whole),
    words: words.map((word) => searchTag(key, { as, part: 'word' }, word)),
  };
}

interface Asked {
  readonly as: FindableAs;
  readonly terms: UsableTerms;
  readonly findable: FindableTypes;
  readonly key: SearchKey;
  readonly size: TreeSize;
}

/** One question, and what was opened to answer it. */
class AskedSearch {
  readonly opened: OpenedRecord[] = [];
  /** Records that were read to tell which of them stand. */
  versions = 0;
  readonly #vault: Vault;
  readonly #view: LogView;
  readonly #asked: Asked;
  /** By their tags. */
  readonly #names = new Map<HexDigest, string>();

  constructor(vault: Vault, view: LogView, asked: Asked) {
    this.#vault = vault;
    this.#view = view;
    this.#asked = asked;
  }

  async person({ subject: tag, by, indices, hasMore }: FoundSubject): Promise<FoundPerson> {
    const current = await this.#currentOf(tag);
    const entries: MatchedEntry[] = [];
    let subject = '';
    for (const index of indices) {
      const record = await this.#record(tag, index);
      subject = record.said.subject;
      const pointers = this.#pointersIn(record, by);
      entries.push(matchedEntry(record, pointers, current?.has(index) ?? null));
    }
    this.#names.set(tag, subject);
    const others = await this.#doublesOf(tag);
    return {
      subject,
      match: by,
      entries,
      hasMore,
      ...(others.length > 0 && { possibleDouble: others }),
    };
  }

  /** Null of a person with more records than are read for this. */
  async #currentOf(tag: HexDigest): Promise<ReadonlySet<LeafIndex> | null> {
    const { size } = this.#asked;
    try {
      const versions = await versionsOf(this.#vault, this.#view, tag, size, MAX_VERSIONS);
      this.versions += versions.length;
      return new Set(stateOf(versions).map(({ index }) => index));
    } catch (cause) {
      if (!(cause instanceof QueryError) || cause.code !== 'QUERY_TOO_BROAD') throw cause;
      this.versions += MAX_VERSIONS;
      return null;
    }
  }

  async #record(tag: HexDigest, index: LeafIndex): Promise<OpenedRecord> {
    const opened = await openEntry(this.#vault, await this.#view.reader.entry(index));
    if (opened.kind !== 'record' || opened.statement.tags.subject !== tag) throw differs();
    this.opened.push(opened);
    return opened;
  }

  /** @throws ViewsError VIEW_DIFFERS if the record does not say what it was found by. */
  #pointersIn({ statement, said, payload }: OpenedRecord, by: MatchedBy): string[] {
    const { as, terms, findable } = this.#asked;
    const fields = findable.get(statement.type)?.get(said.schema) ?? [];
    const content = JSON.parse(utf8ToString(payload.bytes)) as JsonValue;
    const values = findableTerms(content, fields).filter((one) => one.as === as);
    const wanted = new Set(by === 'whole' ? [terms.whole] : terms.words);
    const missing = new Set(wanted);
    const pointers = new Set<string>();
    for (const { pointer, terms: of } of values)
      for (const term of by === 'whole' ? [of.whole ?? ''] : of.words) {
        if (!wanted.has(term)) continue;
        missing.delete(term);
        pointers.add(pointer);
      }
    if (missing.size > 0) throw differs();
    return [...pointers];
  }

  async #doublesOf(subject: HexDigest): Promise<string[]> {
    const { key, size } = this.#asked;
    const shared = await this.#view.sharedValues({
      keyId: searchKeyId(key.key),
      subject,
      to: size,
      limit: MAX_DOUBLES,
    });
    const names: string[] = [];
    for (const other of shared) names.push(await this.#nameOf(other.subject, other.index));
    return names.sort();
  }

  async #nameOf(tag: HexDigest, index: LeafIndex): Promise<string> {
    const known = this.#names.get(tag);
    if (known !== undefined) return known;
    const { said } = await this.#record(tag, index);
    this.#names.set(tag, said.subject);
    return said.subject;
  }
}

function matchedEntry(
  { entry, statement, said }: OpenedRecord,
  pointers: readonly string[],
  current: boolean | null,
): MatchedEntry {
  return {
    id: toHex(entry.leafHash),
    index: entry.index,
    recordedAt: formatInstant(statement.recordedAt),
    type: statement.type,
    ...(said.key !== undefined && { key: said.key }),
    schema: said.schema,
    pointers,
    current,
  };
}

function differs(): ViewsError {
  return new ViewsError(
    'VIEW_DIFFERS',
    'the search index says something else than the ledger: run fsck, then rebuild the views',
  );
}
