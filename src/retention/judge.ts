/** Whether a secret may be destroyed at an instant, and if not, why: pure. */
import { tenantSubject } from '../access/access-thing.js';
import type { TenantName } from '../access/tenant-name.js';
import type { UnixMillis } from '../base/brand.js';
import type { TimeZoneName } from '../base/calendar.js';
import type { DataScope } from '../base/secret-scope.js';
import type { ClockFacts, ClockWait } from './clock.js';
import { type Due, dueOf, extendedUntil } from './due.js';
import { covers, type Hold, isInForce, namesPerson } from './hold.js';
import { HOLD_CLASS } from './kept.js';
import type { ClassPolicy, PolicyVersion } from './policy.js';

/** What keeps a secret. All that do are named. */
export type Reason =
  | {
      readonly kind: 'policy';
      readonly policy: ClassPolicy;
      readonly version: number;
      /** Null: after the last instant that can be written. */
      readonly dueAt: UnixMillis | null;
    }
  | {
      readonly kind: 'clock';
      readonly policy: ClassPolicy;
      readonly version: number;
      readonly why: ClockWait;
    }
  | { readonly kind: 'hold'; readonly hold: Hold }
  /** Versions of files in a drive are locked, or held there. */
  | { readonly kind: 'lock'; readonly drive: string; readonly until: UnixMillis | null }
  /** The tenant's own: grants, settings, policies, schemas. */
  | { readonly kind: 'own' }
  /** Of tags: data of the person are left. */
  | { readonly kind: 'data-left'; readonly left: readonly DataScope[] };

export interface Judgement {
  /** Without a reason it is free. */
  readonly reasons: readonly Reason[];
  /** What policies alone say. */
  readonly due: Due;
}

/** What a tenant has decided. */
export interface TenantRules {
  readonly tenant: TenantName;
  /** Oldest first. */
  readonly versions: readonly PolicyVersion[];
  readonly holds: readonly Hold[];
  readonly zone: TimeZoneName;
}

/** What is locked of a person's files, or held there. */
export interface LockFact {
  readonly drive: string;
  /** Of the secret that it lies under. */
  readonly class: string;
  readonly month: string;
  /** Of the last lock; null of a legal hold, which has no end. */
  readonly until: UnixMillis | null;
}

/** What is known of the person. */
export interface PersonFacts extends ClockFacts {
  readonly locks: readonly LockFact[];
  /** Names of the ledgers that have an entry about them; asked for only where a hold is of a ledger. */
  readonly ledgers: ReadonlySet<string>;
}

/** Subject of records that the node keeps of a ledger itself (docs/formats/schemas.md). */
export const OWN_SUBJECT = 'chirograph';

export function judge(
  { tenant, versions, holds, zone }: TenantRules,
  scope: Omit<DataScope, 'use'>,
  facts: PersonFacts,
  at: UnixMillis,
): Judgement {
  const due = dueOf(versions, scope, { zone, facts, at });
  const reasons: Reason[] = [];
  if (scope.person === tenantSubject(tenant) || scope.person === OWN_SUBJECT)
    reasons.push({ kind: 'own' });
  if (due.kind === 'waiting')
    reasons.push({ kind: 'clock', policy: due.policy, version: due.version, why: due.why });
  if (due.kind === 'dated' && (due.dueAt === null || due.dueAt > at))
    reasons.push({ kind: 'policy', policy: due.policy, version: due.version, dueAt: due.dueAt });
  for (const hold of holds)
    if (
      isInForce(hold, at) &&
      covers(hold, scope, facts.ledgers) &&
      lasts(hold, scope, due, zone, at)
    )
      reasons.push({ kind: 'hold', hold });
  for (const { drive, until, ...place } of facts.locks)
    if (place.class === scope.class && place.month === scope.month)
      reasons.push({ kind: 'lock', drive, until });
  return { reasons, due };
}

/**
 * Of the secret that makes a person's tags: it goes last.
 *
 * @param left data secrets of the person that are there and do not go with it.
 */
export function judgeTags(
  { tenant, holds }: TenantRules,
  person: string,
  left: readonly DataScope[],
  at: UnixMillis,
): readonly Reason[] {
  const reasons: Reason[] = [];
  if (person === tenantSubject(tenant) || person === OWN_SUBJECT) reasons.push({ kind: 'own' });
  if (left.length > 0) reasons.push({ kind: 'data-left', left });
  for (const hold of holds)
    if (isInForce(hold, at) && namesPerson(hold, person)) reasons.push({ kind: 'hold', hold });
  return reasons;
}

/** An extension lasts as long as the law lets an authority order it, and no longer. */
function lasts(
  hold: Hold,
  { class: name, person }: Omit<DataScope, 'use'>,
  due: Due,
  zone: TimeZoneName,
  at: UnixMillis,
): boolean {
  if (hold.kind === 'hold' || (name === HOLD_CLASS && namesPerson(hold, person))) return true;
  if (due.kind !== 'dated') return false;
  const end = extendedUntil(due, zone);
  return end === null || at < end;
}
