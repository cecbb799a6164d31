/**
 * A random access ledger, written by the recorder into a real store: reads of some persons or of many, acts
 * and refusals by a few actors, reads under an inspection, things that are no access entries; and now and
 * then its log is closed, and another goes on. With a view of it, as a node has one.
 */
import { join } from 'node:path';
import { ACCESS_LEDGER } from '../../../src/access/access-entry.js';
import type { Acting } from '../../../src/access/access-log.js';
import { GRANTS, versionOf } from '../../../src/access/access-thing.js';
import type { Action } from '../../../src/access/authorize.js';
import type { CredentialId } from '../../../src/access/credential-id.js';
import { inspectionParty } from '../../../src/access/inspection.js';
import type { TenantName } from '../../../src/access/tenant-name.js';
import type { UnixMillis } from '../../../src/base/brand.js';
import type { TimeZoneName } from '../../../src/base/calendar.js';
import type { JsonObject } from '../../../src/base/canonical-json.js';
import { silentLogger } from '../../../src/base/logger.js';
import { systemClock } from '../../../src/base/time.js';
import { AccessRecorder } from '../../../src/commands/access-recorder.js';
import { appendAccess, type AppendAccessDeps } from '../../../src/commands/append-access.js';
import { NO_MARKS } from '../../../src/queries/receipt.js';
import { TenantLedgers } from '../../../src/queries/tenant-ledgers.js';
import { PersonTags } from '../../../src/records/tag.js';
import { NodeViews, type NodeViewsOptions } from '../../../src/views/node-views.js';
import { openViewEngine } from '../../../src/views/view-engine.js';
import type { SeededChoice } from '../../support/seeded-choice.js';
import { depsOf, openTestStore, type TestStore } from '../../support/test-store.js';

export const TENANT = 'bank' as TenantName;
export const ZONE = 'Europe/Berlin' as TimeZoneName;
/** One of them is seen by the others, too. */
export const ACTORS = ['key:000000000001', 'key:000000000002', 'notary'] as const;
export const ACTIONS = ['record:read', 'evidence:export', 'key:create'] as const;
const INSPECTION = { id: '0123456789ab', isHidden: false } as const;
export const PERSONS = ['ada', 'bo', 'cy', ACTORS[2], inspectionParty(INSPECTION)] as const;

const HOUR = 3_600_000;
const LEAF = '00'.repeat(32);

export class RandomAccess {
  readonly opened: TestStore;
  readonly views: NodeViews;
  readonly ledgers: TenantLedgers;
  readonly #choice: SeededChoice;
  readonly #deps: AppendAccessDeps;
  readonly #recorder: AccessRecorder;
  /** At which something was entered. */
  readonly moments: number[] = [];

  private constructor(
    choice: SeededChoice,
    opened: TestStore,
    views: NodeViews,
    deps: AppendAccessDeps,
  ) {
    this.opened = opened;
    this.views = views;
    this.#choice = choice;
    this.#deps = deps;
    const { store, clock } = opened;
    const nothing = (): Promise<never> => Promise.reject(new Error('no maps are asked for'));
    this.ledgers = new TenantLedgers({
      store,
      marksOf: () => NO_MARKS,
      clock,
      views,
      maps: { cover: nothing, coverAll: nothing, closed: nothing },
      timeZoneOf: () => ZONE,
    });
    const handleOf = (tenant: TenantName): string => this.ledgers.handleOf(tenant);
    this.#recorder = new AccessRecorder({ ...deps, handleOf, refusalsPerMinute: 1_000_000 });
  }

  static async begin(
    root: string,
    choice: SeededChoice,
    options: Partial<NodeViewsOptions> = {},
  ): Promise<RandomAccess> {
    const opened = await openTestStore(root);
    const tenant = await opened.store.createTenant(TENANT, 'example.org');
    await opened.store.createLedger(tenant, ACCESS_LEDGER);
    const directory = join(root, 'views');
    const views = await NodeViews.open(
      {
        ...{ directory, openEngine: openViewEngine, logger: silentLogger, clock: systemClock },
        ...options,
      },
      [],
    );
    const deps = { ...(await depsOf(opened)), tags: new PersonTags() };
    return new RandomAccess(choice, opened, views, deps);
  }

  get ledger(): ReturnType<TenantLedgers['find']> {
    return this.ledgers.find(TENANT, ACCESS_LEDGER);
  }

  get now(): UnixMillis {
    return this.opened.clock.now();
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.#choice.below(from.length)];
    if (picked === undefined) throw new RangeError('nothing to pick from');
    return picked;
  }

  /** Time goes on or not, and a few things happen at once. */
  async step(): Promise<void> {
    const choice = this.#choice;
    this.opened.clock.advance(this.pick([0, 0, 1, HOUR, 30 * HOUR]));
    if (choice.below(10) === 0) await this.goOn();
    this.moments.push(this.now);
    const count = 1 + choice.below(5);
    await Promise.all(Array.from({ length: count }, () => this.#something()));
    await this.#applied();
  }

  /** The log is closed, and another goes on. */
  async goOn(): Promise<void> {
    await this.opened.store.succeed(this.ledger.ledger.identity.handle, 'the disk was lost');
  }

  async read(actor: string, persons: readonly string[], action: Action): Promise<void> {
    await this.#recorder.disclosed(actingOf(actor, action), readOf(persons));
    await this.#applied();
  }

  /** The guard waits for it before the access ledger is read; here whoever asks is not the guard. */
  #applied(): Promise<void> {
    return this.#recorder.applied();
  }

  async close(): Promise<void> {
    await this.#recorder.close();
    await this.views.close();
    await this.opened.store.close();
  }

  async #something(): Promise<void> {
    const choice = this.#choice;
    const acting = actingOf(this.pick(ACTORS), this.pick(ACTIONS));
    const { author } = acting.principal;
    const about = { ledger: 'kyc', question: { subject: this.pick(PERSONS) } };
    const persons = Array.from({ length: choice.below(3) }, () => this.pick(PERSONS.slice(0, 4)));
    switch (choice.below(12)) {
      case 0:
        return this.#append(author, versionOf(GRANTS, TENANT, { $v: 1, grants: [] }));
      case 1:
        return this.#append(author, {
          ...versionOf({ type: 'chirograph.Inspection', key: 'inspection:1' }, TENANT, { $v: 1 }),
          parties: [inspectionParty(INSPECTION)],
        });
      case 2:
        return this.#recorder.disclosed({ ...acting, inspection: INSPECTION }, readOf(persons));
      case 3:
        return this.#recorder.disclosed(acting, readOf([...persons, ...crowd()]));
      case 4:
        return this.#recorder.refused(acting, 'ACCESS_DENIED', 'kyc');
      case 5:
        return this.#recorder.ended(acting, about, { code: 'LEDGER_EXISTS' });
      case 6:
        return this.#recorder.doneTo(TENANT, acting, about);
      default:
        return this.#recorder.disclosed(acting, readOf(persons));
    }
  }

  #append(author: string, record: JsonObject): Promise<void> {
    const tenant = this.ledgers.handleOf(TENANT);
    return appendAccess(this.#deps, { tenant, ledger: ACCESS_LEDGER, author }, [record]);
  }
}

function actingOf(author: string, action: Action): Acting {
  const keyId = '000000000001' as CredentialId;
  return { principal: { tenant: TENANT, author, keyId }, action, request: 'request' };
}

function readOf(persons: readonly string[]): Parameters<AccessRecorder['disclosed']>[1] {
  return {
    ledger: 'kyc',
    question: {},
    entries: persons.map((subject) => ({
      ...{ leafHash: LEAF, recordedAt: 0 as UnixMillis, type: 'test.Residence', subject },
    })),
    send: () => undefined,
  };
}

/** More persons than one entry names. */
function crowd(): string[] {
  return Array.from({ length: 70 }, (_, n) => `customer-${n}`);
}
