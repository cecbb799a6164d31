/**
 * Proposes, approves and withdraws erasures. Each change is a record of its own in the access ledger, and holds from the
 * moment at which that is durable. Nothing is destroyed here (`run-erasures.ts`).
 */
import { ACCESS_LEDGER, NODE_ACTOR } from '../access/access-entry.js';
import { tenantSubject } from '../access/access-thing.js';
import type { Principal } from '../access/authorize.js';
import { signerOf } from '../access/grant.js';
import type { TenantName } from '../access/tenant-name.js';
import type { UnixMillis } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import { randomBytes } from '../base/random.js';
import { DAY_MILLIS } from '../base/time.js';
import { Turns } from '../base/turns.js';
import { isReserved, outlookOf } from '../queries/erasure-plan.js';
import type { MayForgetParts } from '../queries/may-forget.js';
import type { ErasureBook } from '../retention/erasure-book.js';
import {
  erasureParts,
  erasurePayload,
  type ErasureSaid,
  erasureThing,
} from '../retention/erasure-payload.js';
import {
  approved,
  type Erasure,
  isPending,
  isSameErasure,
  MAX_PENDING_ERASURES,
  MAX_PROPOSED_A_DAY,
  withdrawn,
} from '../retention/erasure.js';
import { RETENTION_CLASS } from '../retention/kept.js';
import { RetentionError } from '../retention/retention-error.js';
import { appendAccess, type AppendAccessDeps } from './append-access.js';

export interface ChangeErasuresDeps extends AppendAccessDeps {
  readonly erasures: ErasureBook;
  /** @returns the handle of a tenant that is there. */
  readonly handleOf: (tenant: TenantName) => string;
}

export type NewErasure = Pick<
  Erasure,
  'kind' | 'subject' | 'class' | 'through' | 'reason' | 'legalBasis'
>;

export class ErasureChanges {
  readonly #deps: ChangeErasuresDeps;
  /** Each change is made to what the one before it left. */
  readonly #turns = new Turns();

  constructor(deps: ChangeErasuresDeps) {
    this.#deps = deps;
  }

  /**
   * @throws RetentionError ERASURE_EXISTS, ERASURE_LIMIT, ERASURE_RESERVED, ERASURE_LOCKED, ERASURE_HELD, ERASURE_NOTHING_FREE; as
   * `ForgetSession.mayForget`.
   */
  propose(by: Principal, wanted: NewErasure, forget: MayForgetParts): Promise<Erasure> {
    const { erasures, clock, random } = this.#deps;
    return this.#turns.take(async () => {
      const { tenant } = by;
      const now = clock.now();
      const all = erasures.of(tenant);
      checkRoom(all, now);
      if (all.some((one) => isPending(one) && isSameErasure(one, wanted)))
        throw new RetentionError(
          'ERASURE_EXISTS',
          'the same erasure is pending already: approve or withdraw that one',
        );
      if (wanted.subject !== undefined) await checkSubject(forget, tenant, wanted.subject, now);
      const erasure: Erasure = {
        ...wanted,
        number: all.length + 1,
        id: toHex(randomBytes(random, 6)),
        state: 'proposed',
        proposedAt: now,
        proposedBy: signerOf(by),
      };
      await this.#write(tenant, by.author, erasure);
      return erasure;
    });
  }

  /** @throws RetentionError ERASURE_UNKNOWN, ERASURE_STATE, ERASURE_APPROVAL_REFUSED. */
  approve(by: Principal, id: string): Promise<Erasure> {
    return this.#change(by, id, (erasure, now) => approved(erasure, signerOf(by), now));
  }

  /** @throws RetentionError ERASURE_UNKNOWN, ERASURE_STATE. */
  withdraw(by: Principal, id: string): Promise<Erasure> {
    return this.#change(by, id, (erasure, now) => withdrawn(erasure, signerOf(by), now));
  }

  /** By the node itself. A crash before the record is durable leaves what was; after it, the next opening finds what is. */
  put(tenant: TenantName, erasure: Erasure, said: ErasureSaid): Promise<void> {
    return this.#write(tenant, NODE_ACTOR, erasure, said);
  }

  /** While `act` runs nobody proposes, approves or withdraws. */
  whileUnchanged<T>(act: () => Promise<T>): Promise<T> {
    return this.#turns.take(act);
  }

  #change(
    by: Principal,
    id: string,
    change: (erasure: Erasure, now: UnixMillis) => Erasure,
  ): Promise<Erasure> {
    const { erasures, clock } = this.#deps;
    return this.#turns.take(async () => {
      const changed = change(erasures.get(by.tenant, id), clock.now());
      await this.#write(by.tenant, by.author, changed);
      return changed;
    });
  }

  async #write(
    tenant: TenantName,
    author: string,
    erasure: Erasure,
    said: ErasureSaid = {},
  ): Promise<void> {
    const to = { tenant: this.#deps.handleOf(tenant), ledger: ACCESS_LEDGER, author } as const;
    const parts = erasureParts(erasure);
    await appendAccess(this.#deps, to, [
      {
        ...erasureThing(erasure.number),
        subject: tenantSubject(tenant),
        retention: RETENTION_CLASS,
        payload: erasurePayload(erasure, said),
        ...(parts.length > 0 && { parts }),
      },
    ]);
    this.#deps.erasures.put(tenant, erasure, said.certificate ?? null);
  }
}

/** @throws RetentionError ERASURE_LIMIT. */
function checkRoom(all: readonly Erasure[], now: UnixMillis): void {
  if (all.filter(isPending).length >= MAX_PENDING_ERASURES)
    throw new RetentionError(
      'ERASURE_LIMIT',
      `a tenant has at most ${MAX_PENDING_ERASURES} pending erasures: have some carried out, or withdraw them`,
    );
  if (all.filter(({ proposedAt }) => proposedAt > now - DAY_MILLIS).length >= MAX_PROPOSED_A_DAY)
    throw new RetentionError(
      'ERASURE_LIMIT',
      `a tenant proposes at most ${MAX_PROPOSED_A_DAY} erasures in a day: propose one of what is due, or wait`,
    );
}

/** @throws RetentionError ERASURE_RESERVED, ERASURE_LOCKED, ERASURE_HELD, ERASURE_NOTHING_FREE. */
async function checkSubject(
  forget: MayForgetParts,
  tenant: TenantName,
  subject: string,
  at: UnixMillis,
): Promise<void> {
  if (isReserved(tenant, subject))
    throw new RetentionError(
      'ERASURE_RESERVED',
      'these are the node’s and the tenant’s own data, and of no person: they are never erased',
    );
  const outlook = await outlookOf(forget, tenant, subject, at);
  if (outlook === 'locked')
    throw new RetentionError(
      'ERASURE_LOCKED',
      'versions of files of this person are locked, or under a legal hold: they are kept until that is over',
    );
  if (outlook === 'held')
    throw new RetentionError(
      'ERASURE_HELD',
      'a hold keeps what there is of this person: have it released first',
    );
  if (outlook === 'kept')
    throw new RetentionError(
      'ERASURE_NOTHING_FREE',
      'policies keep all that there is of this person: the due list says until when',
    );
  if (outlook === 'unknown')
    throw new RetentionError(
      'ERASURE_NOTHING_FREE',
      'nothing was recorded of this person, or all has been erased',
    );
}
