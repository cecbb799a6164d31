/**
 * A ledger of records as anyone would write it down who had never heard of indexes: an array, looked at
 * from the beginning for each question. What the node answers is held against it.
 */
import type { FinalityFilter } from '../../src/queries/entry-filters.js';
import { type MarkSizes, NO_MARKS } from '../../src/queries/receipt.js';
export interface ModelRecord {
  readonly kind: 'record';
  readonly index: number;
  readonly id: string;
  readonly subject: string;
  readonly type: string;
  readonly key: string | null;
  readonly author: string;
  readonly recordedAt: number;
  readonly validFrom: number | null;
  readonly validTo: number | null;
  readonly retracts: string | null;
  readonly parties: readonly string[];
  readonly parts: readonly ModelPart[];
  readonly payload: unknown;
}

interface ModelPart {
  readonly subject: string;
  readonly payload: unknown;
}

/** A signature of a record, or what the node itself wrote: the first entry, a map. */
export interface ModelOther {
  readonly kind: 'signature' | 'ledger' | 'map';
  readonly index: number;
  readonly id: string;
  readonly recordedAt: number;
  /** Of a signature. */
  readonly subject?: string;
  readonly author?: string;
}

export type ModelEntry = ModelRecord | ModelOther;

/** A moment that is asked about: an instant, or the end of a day as a clock on the wall shows it. */
export type Moment = { readonly instant: number } | { readonly date: string };

export interface ModelFilters {
  readonly kind?: string;
  readonly types?: readonly string[];
  readonly subject?: string;
  readonly key?: string;
  readonly author?: string;
  readonly recordedFrom?: Moment;
  readonly recordedTo?: Moment;
  readonly validAt?: Moment;
  readonly finality?: FinalityFilter;
}

/** One line of a timeline: an entry of the person's own, or a place where another's record names them. */
export interface ModelLine {
  readonly id: string;
  readonly role?: 'party' | 'part';
  readonly payload?: unknown;
}

export class HistoryModel {
  readonly entries: ModelEntry[] = [];
  marks: MarkSizes = NO_MARKS;

  add(entry: ModelEntry): void {
    this.entries.push(entry);
  }

  get records(): readonly ModelRecord[] {
    return this.entries.filter((one) => one.kind === 'record');
  }

  /** How many entries had been recorded by then. */
  sizeAt(moment: Moment): number {
    return this.entries.filter(({ recordedAt }) => isBy(recordedAt, moment)).length;
  }

  /** The versions that stand, oldest first. */
  stateOf(subject: string, size: number, validAt: Moment | null): ModelRecord[] {
    const known = this.records.filter((one) => one.index < size && one.subject === subject);
    return known.filter((one) => this.#stands(one, known, validAt));
  }

  /** What of other persons' records is about this one, or names them. */
  mentionsOf(subject: string, size: number): ModelLine[] {
    return this.#below(size).flatMap((one) => mentionsIn(one, subject));
  }

  timelineOf(
    subject: string,
    size: number,
    { from, to }: { readonly from: Moment | null; readonly to: Moment | null },
  ): ModelLine[] {
    return this.#below(size)
      .filter(
        ({ recordedAt }) =>
          (from === null || isFrom(recordedAt, from)) && (to === null || isBy(recordedAt, to)),
      )
      .flatMap((one) =>
        'subject' in one && one.subject === subject ? [{ id: one.id }] : mentionsIn(one, subject),
      );
  }

  /** Records and signatures of the person's own. */
  ownEntries(subject: string, size: number): number {
    return this.#below(size).filter((one) => 'subject' in one && one.subject === subject).length;
  }

  find(filters: ModelFilters, size: number): string[] {
    return this.#below(size)
      .filter((one) => this.#matches(one, filters, size))
      .map(({ id }) => id);
  }

  #below(size: number): ModelEntry[] {
    return this.entries.filter(({ index }) => index < size);
  }

  #matches(entry: ModelEntry, filters: ModelFilters, size: number): boolean {
    const { kind, types, subject, key, author, finality } = filters;
    const { recordedFrom, recordedTo, validAt } = filters;
    const record = entry.kind === 'record' ? entry : null;
    return (
      (kind === undefined || entry.kind === kind) &&
      (types === undefined || (record !== null && types.includes(record.type))) &&
      (subject === undefined || isAbout(entry, subject)) &&
      (key === undefined || (record?.key === key && record.subject === subject)) &&
      (author === undefined || ('author' in entry && entry.author === author)) &&
      (recordedFrom === undefined || isFrom(entry.recordedAt, recordedFrom)) &&
      (recordedTo === undefined || isBy(entry.recordedAt, recordedTo)) &&
      (finality === undefined || hasCome(entry.index, this.marks, finality)) &&
      (validAt === undefined ||
        (record !== null && this.stateOf(record.subject, size, validAt).includes(record)))
    );
  }

  #stands(record: ModelRecord, known: readonly ModelRecord[], validAt: Moment | null): boolean {
    const isCandidate = (one: ModelRecord): boolean =>
      !this.#isWithdrawn(one, known) && (validAt === null || isValid(one, validAt));
    if (!isCandidate(record)) return false;
    if (record.key === null) return true;
    return known
      .filter((other) => other !== record && isSameThing(other, record) && isCandidate(other))
      .every((other) => isBefore(other, record, validAt !== null));
  }

  #isWithdrawn(record: ModelRecord, known: readonly ModelRecord[]): boolean {
    return known.some(
      (other) =>
        other.retracts === record.id &&
        other.index > record.index &&
        (other.key === null || isSameThing(other, record)),
    );
  }
}

/** What both versions are versions of. */
export function thingOf({ id, key, type }: ModelRecord): string {
  return key === null ? id : `${type} ${key}`;
}

/** The day that a clock on the wall shows. */
export function dateOf(instant: number): string {
  return WALL.format(instant);
}

export const WALL_ZONE = 'Europe/Berlin';
/** Of Canada, where dates are written as ours are. */
const WALL = new Intl.DateTimeFormat('en-CA', {
  timeZone: WALL_ZONE,
  ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
});

function isBy(instant: number, moment: Moment): boolean {
  return 'date' in moment ? dateOf(instant) <= moment.date : instant <= moment.instant;
}

function isFrom(instant: number, moment: Moment): boolean {
  return 'date' in moment ? dateOf(instant) >= moment.date : instant >= moment.instant;
}

function isAbout(entry: ModelEntry, subject: string): boolean {
  if ('subject' in entry && entry.subject === subject) return true;
  return entry.kind === 'record' && entry.parts.some((part) => part.subject === subject);
}

function mentionsIn(entry: ModelEntry, subject: string): ModelLine[] {
  if (entry.kind !== 'record' || entry.subject === subject) return [];
  const { id, parts, parties } = entry;
  const inParts = parts
    .filter((part) => part.subject === subject)
    .map(({ payload }) => ({ id, role: 'part' as const, payload }));
  return parties.includes(subject) ? [...inParts, { id, role: 'party' }] : inParts;
}

function isSameThing(a: ModelRecord, b: ModelRecord): boolean {
  return a.key !== null && a.key === b.key && a.type === b.type && a.subject === b.subject;
}

function isValid({ validFrom, validTo, recordedAt }: ModelRecord, at: Moment): boolean {
  return isBy(validFrom ?? recordedAt, at) && (validTo === null || !isBy(validTo, at));
}

function isBefore(a: ModelRecord, b: ModelRecord, byValidity: boolean): boolean {
  const [from, to] = [a.validFrom ?? a.recordedAt, b.validFrom ?? b.recordedAt];
  if (byValidity && from !== to) return from < to;
  return a.index < b.index;
}

function hasCome(index: number, sizes: MarkSizes, asked: FinalityFilter): boolean {
  const mark = asked.replace(/^un/, '') as keyof MarkSizes;
  return index < sizes[mark] !== asked.startsWith('un');
}
