/**
 * Random records of persons with few names and numbers, written through the commands into a real node whose
 * schemas make them findable; and the search index over them, which can be lost, and told to forget.
 */
import { join } from 'node:path';
import { toHex, utf8 } from '../../src/base/bytes.js';
import type { TimeZoneName } from '../../src/base/calendar.js';
import { hmacSha256 } from '../../src/base/hash.js';
import { silentLogger } from '../../src/base/logger.js';
import { dataScope, monthOf } from '../../src/base/secret-scope.js';
import { systemClock } from '../../src/base/time.js';
import {
  appendRecordTexts,
  type AppendRecordTextsDeps,
} from '../../src/commands/append-record-texts.js';
import { inlinePreparer } from '../../src/commands/preparation/inline-preparer.js';
import { putSchema } from '../../src/commands/put-schema.js';
import { inlineSchemaTrial } from '../../src/commands/schema-trial.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { FindableFields } from '../../src/queries/findable-fields.js';
import { SchemaRegistry } from '../../src/queries/ledger-schemas.js';
import { NO_MARKS } from '../../src/queries/receipt.js';
import { type AnsweredSearch, searchSubjects } from '../../src/queries/search-subjects.js';
import { TenantLedgers } from '../../src/queries/tenant-ledgers.js';
import type { Findable, FindableAs } from '../../src/schemas/schema-document.js';
import { NodeViews, type NodeViewsOptions } from '../../src/views/node-views.js';
import type { SearchPosition } from '../../src/views/search-query.js';
import type { SearchSource } from '../../src/views/search-source.js';
import { openViewEngine } from '../../src/views/view-engine.js';
import type { SeededChoice } from '../support/seeded-choice.js';
import { openTestNode, type TestNode } from '../support/test-node.js';
import { SearchModel } from './search-model.js';

const TYPE = 'test.Person';
const LEDGER = 'kyc';
const FIELDS: readonly Findable[] = [
  { as: 'name', pointer: '/first' },
  { as: 'name', pointer: '/last' },
  { as: 'text', pointer: '/city' },
  { as: 'documentNumber', pointer: '/number' },
  { as: 'lei', pointer: '/lei' },
  { as: 'birthDate', pointer: '/born' },
];
export const SUBJECTS = ['ada', 'bo', 'cy', 'dee', 'eve'] as const;
const WORDS = ['Ana', 'ANÁ', 'Bo', 'Çem', 'cem', 'dé', 'Straße', 'strasse', 'X', 'Ng'] as const;
const NUMBERS = ['A-1', 'a1', 'B 22', '22', 'C3'] as const;
const DATES = ['1990-05-17', '17.5.1990', '2001-02-28', 'unknown'] as const;

const CROWD = 'Crowd';

interface Wish {
  readonly subject: string;
  /** Null of a record without a key. */
  readonly thing: string | null;
  readonly payload: Record<string, string | readonly string[]>;
  readonly retracts: string | null;
}

export class SearchHistory {
  readonly model = new SearchModel(FIELDS);
  readonly ledger: Ledger;
  readonly findable: FindableFields;
  readonly #opened: TestNode;
  readonly #choice: SeededChoice;
  readonly #deps: AppendRecordTextsDeps;
  readonly #root: string;
  #views: NodeViews | null = null;
  /** Of rows of the vault. */
  readonly #forgotten = new Set<string>();
  #generation = 1;

  private constructor(
    root: string,
    choice: SeededChoice,
    opened: TestNode,
    ledger: Ledger,
    deps: AppendRecordTextsDeps,
  ) {
    this.#root = root;
    this.#choice = choice;
    this.#opened = opened;
    this.ledger = ledger;
    this.#deps = deps;
    this.findable = new FindableFields(deps.schemas);
  }

  static async begin(root: string, choice: SeededChoice): Promise<SearchHistory> {
    const opened = await openTestNode(root);
    const { node, clock, random } = opened;
    const ledger = await node.createLedger('default', LEDGER);
    const schemas = new SchemaRegistry(node.store);
    const deps = {
      store: node.store,
      clock,
      random,
      preparer: inlinePreparer(random),
      maxPayloadBytes: 1_000_000,
      schemas,
      marksOf: () => NO_MARKS,
      idempotencyKey: (handle: string) => node.tenantKeys(handle).idempotency,
    };
    const history = new SearchHistory(root, choice, opened, ledger, deps);
    await history.openViews('views');
    const document = {
      format: 'json-schema',
      schema: { type: 'object' },
      findable: FIELDS,
    } as const;
    const target = { tenant: ledger.identity.tenant, ledger: LEDGER, author: 'bank' };
    await putSchema({ ...deps, trySchema: inlineSchemaTrial() }, target, TYPE, document);
    return history;
  }

  get size(): number {
    return this.ledger.reader.head.size;
  }

  /** The views again, on another directory or by another engine. */
  async openViews(
    name: string,
    openEngine: NodeViewsOptions['openEngine'] = openViewEngine,
  ): Promise<void> {
    await this.#views?.close();
    this.#views = await NodeViews.open(
      {
        directory: join(this.#root, name),
        openEngine,
        logger: silentLogger,
        clock: systemClock,
        searchSource: () => this.#source(),
        patienceMillis: 30_000,
      },
      [this.ledger.reader],
    );
  }

  /** A commit of a few records. */
  step(): Promise<void> {
    return this.#append(Array.from({ length: 1 + this.#choice.below(6) }, () => this.#wish()));
  }

  /** More than are indexed in one go, and more of each person than an answer shows. */
  crowd(): Promise<void> {
    const wishes = Array.from({ length: 300 }, (_, at) => ({
      ...{ subject: at % 2 === 0 ? 'odd' : 'even', thing: 'id', retracts: null },
      payload: { city: at % 7 === 0 ? CROWD : `${CROWD} ${pick(this.#choice, WORDS)}` },
    }));
    return this.#append(wishes);
  }

  async #append(wishes: readonly Wish[]): Promise<void> {
    const texts = wishes.map(({ retracts, thing, subject, payload }) => {
      const record = {
        type: TYPE,
        subject,
        payload,
        ...(thing !== null && { key: thing }),
        ...(retracts !== null && { retracts }),
      };
      return { bytes: utf8(JSON.stringify(record)), idempotencyKey: null };
    });
    const target = { tenant: this.ledger.identity.tenant, ledger: LEDGER, author: 'bank' };
    const results = await appendRecordTexts(this.#deps, target, texts);
    results.forEach((result, at) => {
      const wish = wishes[at];
      if (result.kind === 'error' || wish === undefined) throw new Error('a record was refused');
      const { json } = result.receipt as unknown as { json: string };
      const { id, index } = JSON.parse(json) as { id: string; index: number };
      this.model.entries.push({ ...wish, thing: wish.thing ?? id, id, index });
    });
    this.model.entries.sort((a, b) => a.index - b.index);
  }

  /** All that is known of somebody can be opened no more, and the key of search tags is another. */
  async forget(subject: string): Promise<void> {
    const { vault } = this;
    const scope = dataScope(subject, 'default', monthOf(this.#opened.clock.now()));
    const found = await vault.find(scope);
    if (found !== null) this.#forgotten.add(toHex(found.rowId));
    this.model.forgotten.add(subject);
    this.#generation++;
  }

  get vault(): ReturnType<TestNode['node']['store']['vaultOf']> {
    return this.#opened.node.store.vaultOf(this.ledger.identity.tenant);
  }

  /** All pages. */
  async search(
    field: FindableAs,
    value: string,
    asked: { readonly asOf: number; readonly limit: number },
  ): Promise<AnsweredSearch['answer'][]> {
    const pages: AnsweredSearch['answer'][] = [];
    let after: SearchPosition | undefined;
    do {
      const { answer } = await searchSubjects(
        this.#tenantLedger(),
        await this.findable.of(this.ledger),
        { field, value, limit: asked.limit, asOf: String(asked.asOf), after },
      );
      pages.push(answer);
      after = answer.next ?? undefined;
    } while (after !== undefined);
    return pages;
  }

  question(choice: SeededChoice): { field: FindableAs; value: string } {
    const what = choice.below(24);
    if (what === 23) return { field: 'text', value: pick(choice, [CROWD, `${CROWD} cem`]) };
    if (what < 14) {
      const value = wordsOf(choice, 3);
      // One letter is too little to be searched for.
      if (value.length === 1) return this.question(choice);
      return { field: what < 11 ? 'name' : 'text', value };
    }
    if (what < 17) return { field: 'birthDate', value: pick(choice, DATES.slice(0, 3)) };
    return { field: what < 20 ? 'lei' : 'documentNumber', value: pick(choice, NUMBERS) };
  }

  async close(): Promise<void> {
    await this.#views?.close();
    await this.#opened.close();
  }

  #tenantLedger(): ReturnType<TenantLedgers['find']> {
    const views = this.#views;
    if (views === null) throw new Error('the views are not open');
    const nothing = (): Promise<never> => Promise.reject(new Error('no maps are asked for'));
    const ledgers = new TenantLedgers({
      store: this.#opened.node.store,
      marksOf: () => NO_MARKS,
      clock: this.#opened.clock,
      views,
      maps: { cover: nothing, coverAll: nothing, closed: nothing },
      timeZoneOf: () => 'UTC' as TimeZoneName,
    });
    return ledgers.find('default', LEDGER);
  }

  /** A vault that has been rotated as often as somebody was forgotten. */
  #source(): SearchSource {
    const { vault } = this;
    const generation = (): number => this.#generation;
    return {
      vault: {
        get generation() {
          return generation();
        },
        searchKey: () => hmacSha256(vault.searchKey(), Uint8Array.of(generation())),
        secretOfRow: (row) =>
          this.#forgotten.has(toHex(row)) ? Promise.resolve(null) : vault.secretOfRow(row),
      },
      findable: () => this.findable.of(this.ledger),
    };
  }

  #wish(): Wish {
    const subject = pick(
      this.#choice,
      SUBJECTS.filter((one) => !this.model.forgotten.has(one)),
    );
    const own = this.model.entries.filter((entry) => entry.subject === subject);
    const withdrawn =
      own.length > 0 && this.#choice.below(6) === 0 ? pick(this.#choice, own).id : null;
    const maybe = (name: string, value: string | readonly string[]): object =>
      this.#choice.below(2) === 0 ? {} : { [name]: value };
    return {
      subject,
      // Only what has no key may withdraw a version of something else.
      thing:
        withdrawn === null && this.#choice.below(3) > 0 ? pick(this.#choice, ['id', 'home']) : null,
      retracts: withdrawn,
      payload: {
        ...maybe('first', wordsOf(this.#choice, 2)),
        ...maybe(
          'last',
          this.#choice.below(3) === 0
            ? [wordsOf(this.#choice, 1), wordsOf(this.#choice, 2)]
            : wordsOf(this.#choice, 2),
        ),
        ...maybe('city', wordsOf(this.#choice, 1)),
        ...maybe('number', pick(this.#choice, NUMBERS)),
        ...maybe('lei', pick(this.#choice, NUMBERS)),
        ...maybe('born', pick(this.#choice, DATES)),
      },
    };
  }
}

function wordsOf(choice: SeededChoice, most: number): string {
  const words = Array.from({ length: 1 + choice.below(most) }, () => pick(choice, WORDS));
  return words.join(pick(choice, [' ', '-', ', ']));
}

function pick<T>(choice: SeededChoice, from: readonly T[]): T {
  const picked = from[choice.below(from.length)];
  if (picked === undefined) throw new RangeError('nothing to pick from');
  return picked;
}
