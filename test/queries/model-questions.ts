/**
 * Random questions to the views, and what the model answers. Pages are read to the end, each as long as
 * it may be.
 */
import type { LeafIndex, TreeSize } from '../../src/base/brand.js';
import type { JsonObject, JsonValue } from '../../src/base/canonical-json.js';
import { formatInstant } from '../../src/base/time.js';
import { FINALITY_FILTERS, type Filters } from '../../src/queries/entry-filters.js';
import { countEntries, findEntries } from '../../src/queries/find-entries.js';
import { subjectDiff } from '../../src/queries/subject-diff.js';
import { subjectState } from '../../src/queries/subject-state.js';
import { subjectTimeline } from '../../src/queries/subject-timeline.js';
import type { TenantLedger } from '../../src/queries/tenant-ledgers.js';
import type { StatementKind } from '../../src/records/statement.js';
import type { SeededChoice } from '../support/seeded-choice.js';
import {
  dateOf,
  type HistoryModel,
  type ModelFilters,
  type ModelRecord,
  type Moment,
  thingOf,
} from './history-model.js';
import { AUTHORS, KEYS, SUBJECTS, TYPES } from './random-history.js';

/** What was asked, answered, and should have been. */
export interface Asked {
  readonly question: string;
  readonly answer: unknown;
  readonly expected: unknown;
}

export class ModelQuestions {
  readonly #ledger: TenantLedger;
  readonly #model: HistoryModel;
  readonly #choice: SeededChoice;

  constructor(ledger: TenantLedger, model: HistoryModel, choice: SeededChoice) {
    this.#ledger = ledger;
    this.#model = model;
    this.#choice = choice;
  }

  async next(): Promise<Asked> {
    switch (this.#choice.below(5)) {
      case 0:
        return this.#state();
      case 1:
        return this.#timeline();
      case 2:
        return this.#diff();
      default:
        return this.#find();
    }
  }

  async #state(): Promise<Asked> {
    const [subject, limit] = [this.#subject(), this.#limit()];
    const { asOf, size } = this.#asOf();
    const validAt = this.#maybe(2) ? this.#validMoment(subject) : null;
    const types = this.#maybe(4) ? [this.#pick(TYPES), this.#pick(TYPES)] : undefined;
    const ids: string[] = [];
    const payloads: unknown[] = [];
    let first: Awaited<ReturnType<typeof subjectState>>['answer'] | null = null;
    let position: { from?: LeafIndex; pinned?: TreeSize } = {};
    do {
      const { answer } = await subjectState(this.#ledger, {
        ...{ subject, limit, asOf, types, ...position },
        validAt: textOf(validAt),
      });
      first ??= answer;
      for (const { id, payload } of answer.items) {
        ids.push(id);
        payloads.push(payload);
      }
      if (answer.items.length > limit) ids.push('a page is too long');
      if (answer.next === null) break;
      position = { from: answer.next, pinned: answer.asOf.size };
    } while (ids.length < TOO_MANY);
    const things = this.#things(subject, size, validAt, types);
    const mentions = this.#model.mentionsOf(subject, size);
    return {
      question: `state ${JSON.stringify({ subject, limit, asOf, validAt, types })}`,
      answer: {
        ...{ ids, payloads, size: first.asOf.size, counts: first.counts },
        mentions: first.mentions.map(({ id, role, payload }) => ({ id, role, payload })),
      },
      expected: {
        ids: things.map(({ id }) => id),
        payloads: things.map(({ payload }) => payload),
        size,
        counts: {
          things: things.length,
          mentions: mentions.length,
          entries: this.#model.ownEntries(subject, size),
          // Nobody is forgotten in these histories.
          erased: 0,
        },
        mentions: mentions.slice(0, limit).map(({ id, role, payload }) => ({ id, role, payload })),
      },
    };
  }

  async #timeline(): Promise<Asked> {
    const [subject, limit, isReversed] = [this.#subject(), this.#limit(), this.#maybe(2)];
    const { asOf, size } = this.#asOf();
    const from = this.#maybe(3) ? this.#recordedMoment() : null;
    const to = this.#maybe(3) ? this.#recordedMoment() : null;
    const period = { recordedFrom: textOf(from), recordedTo: textOf(to) };
    const answer: unknown[] = [];
    let position: { from?: LeafIndex; pinned?: TreeSize } = {};
    do {
      const page = await subjectTimeline(this.#ledger, {
        ...{ subject, limit, isReversed, asOf, ...period, ...position },
      });
      const entries = new Set(page.items.map(({ id }) => id));
      if (entries.size > limit || (page.next !== null && entries.size < limit))
        answer.push(`a page of ${entries.size}`);
      for (const item of page.items)
        answer.push('role' in item ? lineOf(item.id, item.role, item.payload) : lineOf(item.id));
      if (page.next === null) break;
      position = { from: page.next, pinned: page.asOf.size };
    } while (answer.length < TOO_MANY);
    const lines = this.#model.timelineOf(subject, size, { from, to });
    return {
      question: `timeline ${JSON.stringify({ subject, limit, isReversed, asOf, ...period })}`,
      answer,
      expected: inOrder(lines, isReversed).map(({ id, role, payload }) =>
        lineOf(id, role, payload),
      ),
    };
  }

  async #diff(): Promise<Asked> {
    const subject = this.#subject();
    const [before, after] = [this.#asOf(), this.#asOf()];
    const [validBefore, validAfter] = [0, 1].map(() =>
      this.#maybe(2) ? this.#validMoment(subject) : null,
    );
    const types = this.#maybe(4) ? [this.#pick(TYPES)] : undefined;
    const found = await subjectDiff(this.#ledger, {
      ...{ subject, types },
      from: { asOf: before.asOf ?? String(before.size), validAt: textOf(validBefore ?? null) },
      to: { asOf: after.asOf, validAt: textOf(validAfter ?? null) },
    });
    const old = this.#things(subject, before.size, validBefore ?? null, types);
    const now = this.#things(subject, after.size, validAfter ?? null, types);
    return {
      question: `diff ${JSON.stringify({ subject, before, after, validBefore, validAfter, types })}`,
      answer: {
        unchanged: found.unchanged,
        items: found.items
          .map(({ change, type, key, before: one, after: other, fields }) => ({
            ...{ change, type, key: key ?? null, before: one?.id, after: other?.id },
            fields: sorted(fields.map((field) => JSON.stringify(field))),
          }))
          .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
      },
      expected: diffOf(old, now),
    };
  }

  async #find(): Promise<Asked> {
    const limit = this.#limit();
    const { asOf, size } = this.#asOf();
    const wanted = this.#filters();
    const filters = filtersOf(wanted);
    const answer: unknown[] = [];
    let position: { from?: LeafIndex; pinned?: TreeSize } = {};
    do {
      const page = await findEntries(this.#ledger, { filters, limit, asOf, ...position });
      const { length } = page.items;
      if (length > limit || (page.next !== null && length < limit))
        answer.push(`a page of ${length}`);
      answer.push(...page.items.map(({ id }) => id));
      if (page.next === null) break;
      position = { from: page.next, pinned: page.asOf.size };
    } while (answer.length < TOO_MANY);
    const { count } = await countEntries(this.#ledger, { filters, asOf });
    const expected = this.#model.find(wanted, size);
    return {
      question: `find ${JSON.stringify({ filters, limit, asOf })}`,
      answer: { ids: answer, count },
      expected: { ids: expected, count: expected.length },
    };
  }

  #things(
    subject: string,
    size: number,
    validAt: Moment | null,
    types: readonly string[] | undefined,
  ): ModelRecord[] {
    const standing = this.#model.stateOf(subject, size, validAt);
    return standing.filter(({ type }) => types === undefined || types.includes(type));
  }

  #filters(): ModelFilters {
    const some = <T>(outOf: number, make: () => T): T | undefined =>
      this.#maybe(outOf) ? make() : undefined;
    const subject = some(2, () => this.#subject());
    const types = some(2, () => this.#types());
    const wanted = {
      kind: some(4, () => this.#pick(['record', 'signature', 'map', 'ledger'])),
      ...{ types, subject },
      key:
        subject === undefined || types?.length !== 1 ? undefined : some(2, () => this.#pick(KEYS)),
      author: some(4, () => this.#pick([...AUTHORS, 'nobody'])),
      recordedFrom: some(4, () => this.#recordedMoment()),
      recordedTo: some(4, () => this.#recordedMoment()),
      validAt: some(3, () => this.#validMoment(subject)),
      finality: some(5, () => this.#pick(FINALITY_FILTERS)),
    };
    return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
  }

  /** One as often as several, which may be one twice, or one that no record has. */
  #types(): readonly string[] {
    if (this.#maybe(2)) return [this.#pick(TYPES)];
    const some = [...TYPES, 'test.None'];
    return Array.from({ length: 2 + this.#choice.below(2) }, () => this.#pick(some));
  }

  #asOf(): { readonly asOf: string | undefined; readonly size: number } {
    const { entries } = this.#model;
    const how = this.#choice.below(4);
    if (how === 0) return { asOf: undefined, size: entries.length };
    if (how < 3) {
      const size = this.#choice.below(entries.length + 1);
      return { asOf: String(size), size };
    }
    const moment = this.#recordedMoment();
    return { asOf: textOf(moment), size: this.#model.sizeAt(moment) };
  }

  /** At which something was recorded, or just before or after; seldom long before anything was. */
  #recordedMoment(): Moment {
    if (this.#choice.below(12) === 0)
      return this.#maybe(2) ? { instant: -1_000_000_000_000 } : { date: '1931-07-01' };
    return this.#near(this.#pick(this.#model.entries).recordedAt);
  }

  /** At which a version of the subject's, or of anybody's, begins or ends to be valid. */
  #validMoment(subject?: string): Moment {
    const own = this.#model.records.filter((one) => one.subject === subject);
    const { validFrom, validTo, recordedAt } = this.#pick(
      own.length > 0 ? own : this.#model.records,
    );
    return this.#near(this.#pick([validFrom, validTo, recordedAt]) ?? recordedAt);
  }

  #near(instant: number): Moment {
    const near = instant + this.#choice.below(3) - 1;
    return this.#maybe(3) ? { date: dateOf(near) } : { instant: near };
  }

  #subject(): string {
    return this.#choice.below(12) === 0 ? 'nobody' : this.#pick(SUBJECTS);
  }

  #limit(): number {
    return this.#pick([1, 2, 3, 7, 1000]);
  }

  #maybe(outOf: number): boolean {
    return this.#choice.below(outOf) === 0;
  }

  #pick<T>(from: readonly T[]): T {
    const picked = from[this.#choice.below(from.length)];
    if (picked === undefined) throw new RangeError('nothing to pick from');
    return picked;
  }
}

/** More than any history here has: pages that never end. */
const TOO_MANY = 5_000;

function filtersOf(wanted: ModelFilters): Filters {
  const { kind, recordedFrom, recordedTo, validAt, ...rest } = wanted;
  return {
    ...rest,
    ...(kind !== undefined && { kind: kind as StatementKind }),
    ...(recordedFrom !== undefined && { recordedFrom: textOf(recordedFrom) }),
    ...(recordedTo !== undefined && { recordedTo: textOf(recordedTo) }),
    ...(validAt !== undefined && { validAt: textOf(validAt) }),
  };
}

function textOf(moment: Moment): string;
function textOf(moment: Moment | null): string | undefined;
function textOf(moment: Moment | null): string | undefined {
  if (moment === null) return undefined;
  return 'date' in moment ? moment.date : formatInstant(moment.instant as never);
}

function lineOf(id: string, role = 'own', payload: unknown = null): string {
  return `${id} ${role} ${JSON.stringify(payload)}`;
}

/** Backwards the records turn round, not what one record says. */
function inOrder<T extends { readonly id: string }>(lines: readonly T[], isReversed: boolean): T[] {
  if (!isReversed) return [...lines];
  const ids = [...new Set(lines.map(({ id }) => id))].toReversed();
  return ids.flatMap((id) => lines.filter((line) => line.id === id));
}

function diffOf(old: readonly ModelRecord[], now: readonly ModelRecord[]): unknown {
  const things = [...new Set([...old, ...now].map(thingOf))];
  let unchanged = 0;
  const items = things.flatMap((thing) => {
    const before = old.find((one) => thingOf(one) === thing);
    const after = now.find((one) => thingOf(one) === thing);
    const version = after ?? before;
    if (version === undefined || before === after) {
      unchanged++;
      return [];
    }
    const { type, key } = version;
    const change = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
    const fields =
      before === undefined || after === undefined
        ? []
        : fieldsOf(before.payload as JsonValue, after.payload as JsonValue, '');
    return { change, type, key, before: before?.id, after: after?.id, fields: sorted(fields) };
  });
  return {
    unchanged,
    items: items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  };
}

function fieldsOf(before: JsonValue, after: JsonValue, pointer: string): string[] {
  if (isTree(before) && isTree(after) && Array.isArray(before) === Array.isArray(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) => {
      const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const [one, other] = [before[name], after[name]];
      if (one === undefined)
        return [JSON.stringify({ change: 'added', pointer: at, after: other })];
      if (other === undefined)
        return [JSON.stringify({ change: 'removed', pointer: at, before: one })];
      return fieldsOf(one, other, at);
    });
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  return [JSON.stringify({ change: 'changed', pointer, before, after })];
}

function isTree(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null;
}

function sorted(texts: readonly string[]): string[] {
  return texts.toSorted();
}
