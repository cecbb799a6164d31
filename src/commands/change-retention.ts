/**
 * Sets retention policies, places and releases holds. Each change is a record of its own in the access
 * ledger, and holds from the moment at which that is durable.
 */
import { ACCESS_LEDGER } from '../access/access-entry.js';
import { type AccessThing, tenantSubject } from '../access/access-thing.js';
import type { Principal } from '../access/authorize.js';
import { signerOf } from '../access/grant.js';
import type { TenantName } from '../access/tenant-name.js';
import type { UnixMillis } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import { canonicalJson, type JsonObject } from '../base/canonical-json.js';
import { randomBytes } from '../base/random.js';
import { DAY_MILLIS } from '../base/time.js';
import { Turns } from '../base/turns.js';
import { holdParts, holdPayload, holdThing } from '../retention/hold-payload.js';
import {
  type Hold,
  isInForce,
  isSameHold,
  MAX_ACTIVE_HOLDS,
  MAX_PLACED_A_DAY,
  releasedBy,
  releaseWithdrawn,
} from '../retention/hold.js';
import { RETENTION_CLASS } from '../retention/kept.js';
import { POLICIES, policiesPayload, policiesToJson } from '../retention/policies-payload.js';
import {
  MAX_POLICY_VERSIONS,
  policyOf,
  type PolicyVersion,
  type RetentionPolicies,
} from '../retention/policy.js';
import type { RetentionBook } from '../retention/retention-book.js';
import { RetentionError } from '../retention/retention-error.js';
import { appendAccess, type AppendAccessDeps } from './append-access.js';

export interface ChangeRetentionDeps extends AppendAccessDeps {
  readonly retention: RetentionBook;
  /** @returns the handle of a tenant that is there. */
  readonly handleOf: (tenant: TenantName) => string;
  /** Whether the tenant wants two persons where something is let go. */
  readonly needsTwo: (tenant: TenantName) => boolean;
}

export type NewHold = Pick<
  Hold,
  'kind' | 'caseId' | 'authority' | 'legalBasis' | 'scope' | 'until'
>;

export class RetentionChanges {
  readonly #deps: ChangeRetentionDeps;
  /** Each change is made to what the one before it left. */
  readonly #turns = new Turns();

  constructor(deps: ChangeRetentionDeps) {
    this.#deps = deps;
  }

  /**
   * @param isMeant whether the version in force (0 where there is none) is the one that is to be replaced.
   * @returns the version in force then: the one before, if it says the same.
   * @throws RetentionError RETENTION_POLICY_CHANGED, RETENTION_POLICY_LIMIT.
   */
  setPolicies(
    by: Principal,
    { classes, types }: RetentionPolicies,
    isMeant: (version: number) => boolean = () => true,
  ): Promise<PolicyVersion> {
    const { retention, clock } = this.#deps;
    return this.#turns.take(async () => {
      const versions = retention.versionsOf(by.tenant);
      const last = versions.at(-1);
      if (!isMeant(versions.length))
        throw new RetentionError(
          'RETENTION_POLICY_CHANGED',
          'the policies in force are others than those you mean to replace: read them again',
        );
      if (last !== undefined && isSame(last, { classes, types })) return last;
      if (versions.length >= MAX_POLICY_VERSIONS)
        throw new RetentionError(
          'RETENTION_POLICY_LIMIT',
          `a tenant changes its retention policies at most ${MAX_POLICY_VERSIONS} times`,
        );
      // Versions follow one another in time, whatever the clock does.
      const setAt = Math.max(clock.now(), last?.setAt ?? 0) as UnixMillis;
      const version = { version: versions.length + 1, setAt, setBy: signerOf(by), classes, types };
      // A crash before this is durable leaves the version before; after it, the next opening finds this one.
      await this.#append(by, POLICIES, policiesPayload(version));
      retention.addVersion(by.tenant, version);
      return version;
    });
  }

  /** @throws RetentionError HOLD_EXISTS, HOLD_LIMIT, HOLD_EXTENSION_REFUSED. */
  place(by: Principal, wanted: NewHold): Promise<Hold> {
    const { retention, clock, random } = this.#deps;
    return this.#turns.take(async () => {
      const now = clock.now();
      const holds = retention.holdsOf(by.tenant);
      checkRoom(holds, now);
      if (holds.some((hold) => isInForce(hold, now) && isSameHold(hold, wanted)))
        throw new RetentionError(
          'HOLD_EXISTS',
          'this case holds the same already: use that hold, or place one of another case or scope',
        );
      if (wanted.kind === 'extension') checkExtension(retention.policiesOf(by.tenant), wanted);
      const number = holds.length + 1;
      const id = toHex(randomBytes(random, 6));
      const hold = { ...wanted, number, id, placedAt: now, placedBy: signerOf(by) };
      await this.#writeHold(by, hold);
      return hold;
    });
  }

  /** Released, or, where two persons are needed, proposed. @throws RetentionError HOLD_UNKNOWN, HOLD_RELEASED, HOLD_RELEASE_REFUSED. */
  release(by: Principal, id: string, reason: string): Promise<Hold> {
    const { retention, clock, needsTwo } = this.#deps;
    return this.#turns.take(async () => {
      const released = releasedBy(retention.hold(by.tenant, id), {
        ...{ by: signerOf(by), reason, at: clock.now() },
        needsTwo: needsTwo(by.tenant),
      });
      await this.#writeHold(by, released);
      return released;
    });
  }

  /** What was proposed does not hold any more. @throws RetentionError HOLD_UNKNOWN, HOLD_RELEASED, HOLD_RELEASE_UNKNOWN. */
  withdrawRelease(by: Principal, id: string): Promise<Hold> {
    const { retention } = this.#deps;
    return this.#turns.take(async () => {
      const hold = releaseWithdrawn(retention.hold(by.tenant, id));
      await this.#writeHold(by, hold);
      return hold;
    });
  }

  /** While `act` runs neither policies nor holds change. */
  whileUnchanged<T>(act: () => Promise<T>): Promise<T> {
    return this.#turns.take(act);
  }

  /** A crash before the record is durable leaves what was; after it, the next opening finds what is. */
  async #writeHold(by: Principal, hold: Hold): Promise<void> {
    await this.#append(by, holdThing(hold.number), holdPayload(hold), holdParts(hold));
    this.#deps.retention.putHold(by.tenant, hold);
  }

  async #append(
    { tenant, author }: Principal,
    { type, key }: AccessThing,
    payload: JsonObject,
    parts: readonly JsonObject[] = [],
  ): Promise<void> {
    const to = { tenant: this.#deps.handleOf(tenant), ledger: ACCESS_LEDGER, author } as const;
    const record = {
      type,
      key,
      subject: tenantSubject(tenant),
      retention: RETENTION_CLASS,
      payload,
    };
    await appendAccess(this.#deps, to, [{ ...record, ...(parts.length > 0 && { parts }) }]);
  }
}

function isSame(one: RetentionPolicies, other: RetentionPolicies): boolean {
  return canonicalJson(policiesToJson(one)) === canonicalJson(policiesToJson(other));
}

/** @throws RetentionError HOLD_LIMIT. */
function checkRoom(holds: readonly Hold[], now: UnixMillis): void {
  if (holds.filter((hold) => isInForce(hold, now)).length >= MAX_ACTIVE_HOLDS)
    throw new RetentionError(
      'HOLD_LIMIT',
      `a tenant has at most ${MAX_ACTIVE_HOLDS} holds in force: release those that are done, or name several persons in one`,
    );
  if (holds.filter(({ placedAt }) => placedAt > now - DAY_MILLIS).length >= MAX_PLACED_A_DAY)
    throw new RetentionError(
      'HOLD_LIMIT',
      `a tenant places at most ${MAX_PLACED_A_DAY} holds in a day: name several persons in one, or wait`,
    );
}

/** @throws RetentionError HOLD_EXTENSION_REFUSED. */
function checkExtension(policies: RetentionPolicies, { scope: { classes = [] } }: NewHold): void {
  const refused = classes.find((name) => policyOf(policies, name)?.extension === undefined);
  if (refused !== undefined)
    throw new RetentionError(
      'HOLD_EXTENSION_REFUSED',
      `the policy of the class ${refused} allows no extension: place a hold, or have the policy allow one`,
    );
}
