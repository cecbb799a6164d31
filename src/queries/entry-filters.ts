/** Filters of entries by what they are about and how far they have come, and where in the view those may lie. */
import type { StatementKind } from '../records/statement.js';
import type { EntryFilter } from '../views/view-query.js';
import { personTag, thingTag } from './person-tags.js';
import { QueryError } from './query-error.js';
import type { MarkSizes } from './receipt.js';
import { type EntryRange, type RecordedPeriod, recordedRange } from './recorded-range.js';
import type { TenantLedger } from './tenant-ledgers.js';
import type { ViewState } from './view-state.js';

export interface Filters extends RecordedPeriod {
  readonly kind?: StatementKind | undefined;
  /** Records of any of these types. */
  readonly types?: readonly string[] | undefined;
  readonly subject?: string | undefined;
  /** Of a thing of this subject and type. */
  readonly key?: string | undefined;
  readonly author?: string | undefined;
  readonly validAt?: string | undefined;
  readonly finality?: FinalityFilter | undefined;
}

/** Entries that have come as far as a mark, or that have not. */
export type FinalityFilter = keyof MarkSizes | `un${keyof MarkSizes}`;
export const FINALITY_FILTERS = [
  'witnessed',
  'unwitnessed',
  'timestamped',
  'untimestamped',
  'anchored',
  'unanchored',
] as const satisfies readonly FinalityFilter[];

/** Null where a name has no tag: then nothing is found. @throws QueryError QUERY_INCOMPLETE. */
export async function filterOf(
  { vault }: TenantLedger,
  filters: Filters,
): Promise<EntryFilter | null> {
  const { kind, types, subject, key, author } = filters;
  const type = types?.length === 1 ? types[0] : undefined;
  if (key !== undefined && (subject === undefined || type === undefined))
    throw new QueryError(
      'QUERY_INCOMPLETE',
      'a key names a thing of one subject and one type: ask with these too',
    );
  const where: { -readonly [Name in keyof EntryFilter]: EntryFilter[Name] } = {};
  if (kind !== undefined) where.kind = kind;
  if (types !== undefined) where.types = types;
  if (subject !== undefined) {
    const person = await personTag(vault, subject, 'subject');
    if (person === null) return null;
    where.person = person;
  }
  if (author !== undefined) {
    const tag = await personTag(vault, author, 'author');
    if (tag === null) return null;
    where.author = tag;
  }
  if (key === undefined || subject === undefined || type === undefined) return where;
  const thing = await thingTag(vault, { subject, type, key });
  return thing === null ? null : { ...where, thing };
}

/** @returns where entries lie that were recorded in the period and have come that far. */
export async function rangeOf(
  ledger: TenantLedger,
  state: ViewState,
  { finality, ...period }: Filters,
): Promise<EntryRange> {
  const { from, to } = await recordedRange(ledger, state, period);
  const marks = ledger.marksOf(state.reader.origin);
  switch (finality) {
    case undefined:
      return { from, to };
    case 'witnessed':
    case 'timestamped':
    case 'anchored':
      return { from, to: Math.min(to, marks[finality]) };
    case 'unwitnessed':
      return { from: Math.max(from, marks.witnessed), to };
    case 'untimestamped':
      return { from: Math.max(from, marks.timestamped), to };
    case 'unanchored':
      return { from: Math.max(from, marks.anchored), to };
  }
}
