/**
 * A random history, written through the commands into a real node, and told to the model as it is
 * acknowledged: commits of a few records at the same instant or later, up to a month later, retractions,
 * signatures and maps among them.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TreeSize } from '../../src/base/brand.js';
import { toHex } from '../../src/base/bytes.js';
import type { TimeZoneName } from '../../src/base/calendar.js';
import type { JsonObject, JsonValue } from '../../src/base/canonical-json.js';
import { silentLogger } from '../../src/base/logger.js';
import { systemClock } from '../../src/base/time.js';
import { formatInstant } from '../../src/base/time.js';
import { appendRecords } from '../../src/commands/append-records.js';
import { attachSignature } from '../../src/commands/attach-signature.js';
import { MapKeeper } from '../../src/commands/keep-maps.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { findEntry } from '../../src/queries/find-entry.js';
import { NO_MARKS } from '../../src/queries/receipt.js';
import { type TenantLedger, TenantLedgers } from '../../src/queries/tenant-ledgers.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import { parseRecordInput } from '../../src/records/record-input.js';
import { NodeViews, type NodeViewsOptions } from '../../src/views/node-views.js';
import { openViewEngine } from '../../src/views/view-engine.js';
import type { SeededChoice } from '../support/seeded-choice.js';
import { openTestNode, type TestNode } from '../support/test-node.js';
import { HistoryModel, type ModelRecord, WALL_ZONE } from './history-model.js';

export const SUBJECTS = ['ada', 'bo', 'cy', 'dee'] as const;
export const TYPES = ['test.Form', 'test.FormRequest', 'test.Home'] as const;
export const KEYS = ['home', 'office'] as const;
export const AUTHORS = ['bank', 'notary'] as const;

const TENANT = 'default';
const LEDGER = 'kyc';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What one commit asks for. */
type Wish = Omit<ModelRecord, 'kind' | 'index' | 'id' | 'recordedAt'>;

export class RandomHistory {
  readonly model = new HistoryModel();
  readonly opened: TestNode;
  readonly ledger: Ledger;
  readonly maps: MapKeeper;
  #viewsDirectory: string;
  readonly #choice: SeededChoice;
  #views: NodeViews;

  private constructor(
    root: string,
    choice: SeededChoice,
    opened: TestNode,
    ledger: Ledger,
    views: NodeViews,
  ) {
    this.#viewsDirectory = join(root, 'views');
    this.#choice = choice;
    this.opened = opened;
    this.ledger = ledger;
    this.#views = views;
    const { clock } = opened;
    this.maps = new MapKeeper({
      // Views may be opened again meanwhile.
      views: { of: (reader) => this.#views.of(reader) },
      clock,
      sleep: (millis) => {
        clock.advance(millis);
        return Promise.resolve();
      },
    });
  }

  static async begin(root: string, choice: SeededChoice): Promise<RandomHistory> {
    const opened = await openTestNode(root);
    const ledger = await opened.node.createLedger(TENANT, LEDGER);
    const views = await openViews(join(root, 'views'), openViewEngine);
    const history = new RandomHistory(root, choice, opened, ledger, views);
    await history.#noteNews();
    return history;
  }

  get views(): NodeViews {
    return this.#views;
  }

  /** Where they lie now. */
  get viewsDirectory(): string {
    return this.#viewsDirectory;
  }

  /** For queries, as a route finds it. */
  get tenantLedger(): TenantLedger {
    const { node, clock } = this.opened;
    const ledgers = new TenantLedgers({
      store: node.store,
      marksOf: () => this.model.marks,
      clock,
      views: { of: (reader) => this.#views.of(reader) },
      maps: this.maps,
      timeZoneOf: () => WALL_ZONE as TimeZoneName,
    });
    return ledgers.find(TENANT, LEDGER);
  }

  /** The views again, on another directory or by another engine. */
  async openViewsAgain(
    directory = this.#viewsDirectory,
    openEngine: NodeViewsOptions['openEngine'] = openViewEngine,
  ): Promise<void> {
    await this.#views.close();
    this.#viewsDirectory = directory;
    this.#views = await openViews(directory, openEngine);
  }

  /** Something happens. */
  async step(): Promise<void> {
    const choice = this.#choice;
    this.opened.clock.advance([0, 0, 1, HOUR, DAY, 20 * DAY][choice.below(6)] ?? 0);
    const what = choice.below(12);
    if (what === 0) await this.#sign();
    else if (what === 1) await this.maps.coverAll(this.ledger);
    else if (what === 2) await this.maps.cover(this.ledger, this.#someSize());
    else if (what === 3) await this.#mishap();
    else await this.#append(Array.from({ length: 1 + choice.below(5) }, () => this.#wish()));
    await this.#noteNews();
    if (choice.below(8) === 0)
      this.model.marks = {
        witnessed: this.#someSize(),
        timestamped: this.#someSize(),
        anchored: this.#someSize(),
      };
  }

  async close(): Promise<void> {
    await this.#views.close();
    await this.opened.close();
  }

  #someSize(): TreeSize {
    return this.#choice.below(this.ledger.reader.head.size + 1) as TreeSize;
  }

  #pick<T>(from: readonly T[]): T {
    const picked = from[this.#choice.below(from.length)];
    if (picked === undefined) throw new RangeError('nothing to pick from');
    return picked;
  }

  #often(outOf: number): boolean {
    return this.#choice.below(outOf) > 0;
  }

  #wish(): Wish {
    const choice = this.#choice;
    const [subject, type] = [this.#pick(SUBJECTS), this.#pick(TYPES)];
    const key = this.#often(3) ? this.#pick(KEYS) : null;
    const target = this.#often(4) ? null : this.#toRetract(subject, type, key);
    return {
      subject,
      type,
      key,
      author: this.#pick(AUTHORS),
      ...this.#validTimes(),
      retracts: target?.id ?? null,
      parties: this.#often(4) ? [] : [...new Set([this.#pick(SUBJECTS), this.#pick(SUBJECTS)])],
      parts: this.#often(4)
        ? []
        : Array.from({ length: 1 + choice.below(3) }, (_, n) => ({
            subject: this.#pick(SUBJECTS),
            payload: { n },
          })),
      payload: this.#payload(),
    };
  }

  #toRetract(subject: string, type: string, key: string | null): ModelRecord | null {
    const allowed = this.model.records.filter(
      (one) => one.subject === subject && (key === null || (one.key === key && one.type === type)),
    );
    return allowed.length === 0 ? null : this.#pick(allowed);
  }

  /** Days around now, and often the same ones. */
  #validTimes(): Pick<ModelRecord, 'validFrom' | 'validTo'> {
    const choice = this.#choice;
    const noon = Math.floor(this.opened.clock.now() / DAY) * DAY;
    const from = noon + (choice.below(9) - 4) * DAY + (choice.below(3) - 1) * HOUR;
    const to = from + (1 + choice.below(5)) * DAY;
    return [
      { validFrom: null, validTo: null },
      { validFrom: from, validTo: null },
      { validFrom: null, validTo: to },
      { validFrom: from, validTo: to },
    ][choice.below(4)] as Pick<ModelRecord, 'validFrom' | 'validTo'>;
  }

  #payload(): JsonObject {
    const choice = this.#choice;
    const values: JsonValue[] = [
      ...[1, 2, 'x', null, true],
      { deep: choice.below(2) },
      [choice.below(2)],
    ];
    const names = ['', 'a', 'b/c', 'd~e'].filter(() => this.#often(3));
    return {
      ...Object.fromEntries(names.map((name) => [name, this.#pick(values)])),
      list: Array.from({ length: choice.below(3) }, () => 1),
    };
  }

  /** The views are lost, or a map is made and, as after a crash, nobody says so. */
  async #mishap(): Promise<void> {
    if (this.#choice.below(2) === 0) {
      await this.#views.close();
      await rm(this.#viewsDirectory, { recursive: true });
      this.#views = await openViews(this.#viewsDirectory, openViewEngine);
      return;
    }
    const view = await this.#views.of(this.ledger.reader);
    await view.reached(this.ledger.reader.head.size);
    await view.makeMap(this.#someSize());
  }

  async #append(wishes: readonly Wish[]): Promise<void> {
    const { node, clock, random } = this.opened;
    const { tenant } = this.ledger.identity;
    const deps = {
      store: node.store,
      clock,
      random,
      marksOf: () => NO_MARKS,
      idempotencyKey: (handle: string) => node.tenantKeys(handle).idempotency,
    };
    // Those of one author are one request; the requests of both may share a commit.
    const byAuthor = AUTHORS.map((author) => wishes.filter((wish) => wish.author === author));
    const done = byAuthor.map(async (of) => {
      const author = of[0]?.author;
      if (author === undefined) return;
      const target = { tenant, ledger: LEDGER, author };
      const results = await appendRecords(
        deps,
        target,
        of.map((wish) => ({ record: recordOf(wish), idempotencyKey: null })),
      );
      results.forEach((result, at) => {
        const wish = of[at];
        if (result.kind === 'error' || wish === undefined) throw new Error('a record was refused');
        const { id, index, recordedAt } = result.receipt;
        this.model.add({ kind: 'record', id, index, recordedAt: Date.parse(recordedAt), ...wish });
      });
    });
    await Promise.all(done);
    this.model.entries.sort((a, b) => a.index - b.index);
  }

  async #sign(): Promise<void> {
    const { node, clock, random } = this.opened;
    if (this.model.records.length === 0) return;
    const record = this.#pick(this.model.records);
    const found = await findEntry(this.ledger, record.id);
    const { statement } = await found.reader.entry(found.index);
    const cms = await node.seal?.seal(statement, clock.now());
    if (cms === undefined) throw new Error('the node has no seal');
    const author = this.#pick(AUTHORS);
    const vault = node.store.vaultOf(this.ledger.identity.tenant);
    const deps = { clock, random, marksOf: () => NO_MARKS, trustAnchors: [] };
    const { receipt } = await attachSignature(
      deps,
      { ledger: this.ledger, vault, found, author },
      cms,
    );
    const { id, index, recordedAt } = receipt;
    this.model.add({
      kind: 'signature',
      ...{ id, index, recordedAt: Date.parse(recordedAt) },
      ...{ subject: record.subject, author },
    });
  }

  /** What the node wrote of its own accord. */
  async #noteNews(): Promise<void> {
    const { reader } = this.ledger;
    for (let index = this.model.entries.length; index < reader.head.size; index++) {
      const { statement, leafHash } = await reader.entry(index as never);
      const { kind, recordedAt } = parseStatement(statement);
      if (kind !== 'ledger' && kind !== 'map') throw new Error(`nobody asked for this ${kind}`);
      this.model.add({ kind, index, id: toHex(leafHash), recordedAt });
    }
  }
}

function openViews(
  directory: string,
  openEngine: NodeViewsOptions['openEngine'],
): Promise<NodeViews> {
  return NodeViews.open({ directory, openEngine, logger: silentLogger, clock: systemClock }, []);
}

function recordOf(wish: Wish): ReturnType<typeof parseRecordInput> {
  const { subject, type, payload, key, validFrom, validTo, retracts, parties, parts } = wish;
  return parseRecordInput({
    ...{ subject, type, payload: payload as JsonObject },
    ...(key !== null && { key }),
    ...(validFrom !== null && { validFrom: formatInstant(validFrom as never) }),
    ...(validTo !== null && { validTo: formatInstant(validTo as never) }),
    ...(retracts !== null && { retracts }),
    ...(parties.length > 0 && { parties: [...parties] }),
    ...(parts.length > 0 && { parts: parts as never }),
  });
}
