/**
 * Whether secrets may be destroyed: what a tenant has decided, and what its ledgers know of the person. One
 * session is one answer: what was looked up for it is not looked up again.
 */
import type { TenantName } from '../access/tenant-name.js';
import type { UnixMillis } from '../base/brand.js';
import { dateAt, datePlus, instantAfter, type TimeZoneName } from '../base/calendar.js';
import { type DataScope, monthBounds } from '../base/secret-scope.js';
import type { ClockFacts } from '../retention/clock.js';
import { NO_FACTS } from '../retention/clock.js';
import { type CountingPolicy, countingPolicies } from '../retention/due.js';
import { isInForce } from '../retention/hold.js';
import {
  judge,
  type Judgement,
  judgeTags,
  type LockFact,
  type PersonFacts,
  type Reason,
  type TenantRules,
} from '../retention/judge.js';
import type { RetentionBook } from '../retention/retention-book.js';
import {
  clockFacts,
  dataScopesOf,
  ledgersAbout,
  type RetentionLedgers,
} from './retention-facts.js';

export interface MayForgetParts {
  readonly retention: Pick<RetentionBook, 'versionsOf' | 'holdsOf' | 'revisionOf'>;
  readonly ledgers: RetentionLedgers;
  readonly locks: FileLocks;
  /** The legal one of a tenant. */
  readonly timeZoneOf: (tenant: TenantName) => TimeZoneName;
}

/** What keeps files of a person where they are: locks and legal holds of versions. */
export interface FileLocks {
  /** Those that are in force at an instant, of all drives of the tenant. */
  readonly of: (tenant: TenantName, person: string, at: UnixMillis) => Promise<readonly LockFact[]>;
}

export type ForgetScope = Omit<DataScope, 'use'>;

export class ForgetSession {
  readonly #parts: MayForgetParts;
  readonly #tenant: TenantName;
  readonly #clocks = new Map<string, Promise<ClockFacts>>();
  readonly #places = new Map<string, Promise<ReadonlySet<string>>>();
  readonly #locks = new Map<string, Promise<readonly LockFact[]>>();

  constructor(parts: MayForgetParts, tenant: TenantName) {
    this.#parts = parts;
    this.#tenant = tenant;
  }

  /** How many persons ledgers and drives have been asked about. */
  get asked(): number {
    return Math.max(this.#clocks.size + this.#places.size, this.#locks.size);
  }

  /** As it is decided now, also if that changes during the session. */
  get rules(): TenantRules {
    const { retention, timeZoneOf } = this.#parts;
    const tenant = this.#tenant;
    return {
      tenant,
      versions: retention.versionsOf(tenant),
      holds: retention.holdsOf(tenant),
      zone: timeZoneOf(tenant),
    };
  }

  /**
   * Whether a data secret may be destroyed at an instant: without reasons it may.
   * @throws as `clockFacts`.
   */
  async mayForget(scope: ForgetScope, at: UnixMillis): Promise<Judgement> {
    const { retention } = this.#parts;
    for (;;) {
      const revision = retention.revisionOf(this.#tenant);
      const { rules } = this;
      const facts = {
        ...(await this.#factsFor(rules, scope, at)),
        locks: await this.locksOf(scope.person, at),
      };
      // A hold that was placed meanwhile counts, and may ask for other facts.
      if (retention.revisionOf(this.#tenant) === revision) return judge(rules, scope, facts, at);
    }
  }

  /**
   * Whether the secret of a person's tags may be destroyed.
   *
   * @param going data secrets that go with it.
   * @throws as `clockFacts`.
   */
  async mayForgetTags(
    person: string,
    going: readonly ForgetScope[],
    at: UnixMillis,
  ): Promise<readonly Reason[]> {
    const there = await this.dataScopesOf(person);
    const left = there.filter((one) => !going.some((other) => isSame(one, other)));
    return judgeTags(this.rules, person, left, at);
  }

  /** Of files of a person, in force at an instant. */
  locksOf(person: string, at: UnixMillis): Promise<readonly LockFact[]> {
    return once(this.#locks, `${at} ${person}`, () =>
      this.#parts.locks.of(this.#tenant, person, at),
    );
  }

  /** See `retention-facts.ts`. */
  dataScopesOf(person: string): Promise<readonly DataScope[]> {
    return dataScopesOf(this.#parts.ledgers, this.#tenant, person);
  }

  /** Whether it cannot be due, whatever has happened to the person: nothing is looked up for this. */
  isSurelyNotDue({ class: name, month }: ForgetScope, at: UnixMillis): boolean {
    const { versions, zone } = this.rules;
    const policies = countingPolicies(versions, name, month);
    if (policies.length === 0) return true;
    return policies.some(({ policy }) => {
      const earliest = datePlus(dateAt(monthBounds(month).from, zone), policy.period);
      const dueAt = instantAfter(earliest, zone);
      return dueAt === null || dueAt > at;
    });
  }

  async #factsFor(
    { versions, holds }: TenantRules,
    scope: ForgetScope,
    at: UnixMillis,
  ): Promise<Omit<PersonFacts, 'locks'>> {
    const types = eventTypes(countingPolicies(versions, scope.class, scope.month));
    const isOfLedger = holds.some((hold) => hold.scope.ledger !== undefined && isInForce(hold, at));
    const clock = types.length === 0 ? NO_FACTS : await this.#clock(scope.person, types);
    const ledgers = isOfLedger ? await this.#ledgers(scope.person) : NOWHERE;
    return { ...clock, ledgers };
  }

  #clock(person: string, types: readonly string[]): Promise<ClockFacts> {
    const { ledgers } = this.#parts;
    return once(this.#clocks, [person, ...types].join('\n'), () =>
      clockFacts(ledgers, this.#tenant, person, types),
    );
  }

  #ledgers(person: string): Promise<ReadonlySet<string>> {
    const { ledgers } = this.#parts;
    return once(this.#places, person, () => ledgersAbout(ledgers, this.#tenant, person));
  }
}

const NOWHERE: ReadonlySet<string> = new Set();

function eventTypes(policies: readonly CountingPolicy[]): readonly string[] {
  const types = policies.flatMap(({ policy: { clock } }) =>
    clock.kind === 'recorded'
      ? []
      : [clock.type, ...(clock.stoppedBy === undefined ? [] : [clock.stoppedBy])],
  );
  return [...new Set(types)].sort();
}

function isSame(one: ForgetScope, other: ForgetScope): boolean {
  return one.person === other.person && one.class === other.class && one.month === other.month;
}

function once<T>(known: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const before = known.get(key);
  if (before !== undefined) return before;
  const asked = ask();
  known.set(key, asked);
  return asked;
}
