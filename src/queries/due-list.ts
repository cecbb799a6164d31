/**
 * What is due: a walk through the vault, a bounded number of secrets a page. Months of one class that are due
 * alike are shown together as far as they lie on one page.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TenantName } from '../access/tenant-name.js';
import type { UnixMillis } from '../base/brand.js';
import type { JsonObject } from '../base/canonical-json.js';
import { formatInstant } from '../base/time.js';
import type { ScopePlace } from '../keys/vault.js';
import { RetentionError } from '../retention/retention-error.js';
import { ForgetSession, type ForgetScope, type MayForgetParts } from './may-forget.js';
import { heldBy, reasonsToJson } from './retention-json.js';

export interface DueQuestion {
  readonly at: UnixMillis;
  readonly limit: number;
  /** Where the page before ended; null at the beginning. */
  readonly from: ScopePlace | null;
}

export interface DueItem extends JsonObject {
  readonly subject: string;
  readonly class: string;
  readonly months: readonly string[];
  readonly dueSince: string;
  readonly basis: string;
  /** Ids of holds that keep it all the same. */
  readonly heldBy: readonly string[];
}

export interface DuePage {
  readonly items: readonly DueItem[];
  /** Null at the end. A page may be short, even empty, before that. */
  readonly next: ScopePlace | null;
}

/** For one page. */
export interface DueBounds {
  /** Secrets that are looked at. */
  readonly secrets: number;
  /** Persons whom ledgers are asked about. */
  readonly persons: number;
}

const BOUNDS: DueBounds = { secrets: 10_000, persons: 200 };

/** @throws RetentionError RETENTION_LIST_STALE; as `ForgetSession.mayForget`. */
export async function dueList(
  parts: MayForgetParts,
  tenant: TenantName,
  { at, limit, from }: DueQuestion,
  bounds = BOUNDS,
): Promise<DuePage> {
  const session = new ForgetSession(parts, tenant);
  const [first] = parts.ledgers.list(tenant);
  if (first === undefined) return { items: [], next: null };
  const { vault } = parts.ledgers.find(tenant, first.identity.name);
  const page = new Map<string, DueItem>();
  let place = from;
  for (let looked = 0; looked < bounds.secrets;) {
    const some = await vault.scopes(place);
    if (some === null) throw stale();
    if (some.length === 0) return { items: [...page.values()], next: null };
    for (const { scope, next } of some) {
      const item = scope.use === 'tags' ? null : await dueItem(session, scope, at);
      if (item !== null && !isAdded(page, item, limit))
        return { items: [...page.values()], next: place };
      place = next;
      looked++;
      if (session.asked >= bounds.persons) return { items: [...page.values()], next: place };
    }
    // Opening the rows of a step takes this thread some milliseconds: others come in between.
    await nextTurn();
  }
  return { items: [...page.values()], next: place };
}

/** All data secrets of one person: what is due, what is not, and why. @throws as `ForgetSession.mayForget`. */
export async function dueOfPerson(
  parts: MayForgetParts,
  tenant: TenantName,
  person: string,
  at: UnixMillis,
): Promise<readonly JsonObject[]> {
  const session = new ForgetSession(parts, tenant);
  const items: JsonObject[] = [];
  for (const scope of await session.dataScopesOf(person)) {
    const { due, reasons } = await session.mayForget(scope, at);
    items.push({
      ...{ subject: person, class: scope.class, month: scope.month },
      isFree: reasons.length === 0,
      ...(due.kind === 'dated' &&
        due.dueAt !== null && { dueAt: formatInstant(due.dueAt), isDue: due.dueAt <= at }),
      ...(due.kind !== 'unprotected' && { basis: due.policy.basis, policyVersion: due.version }),
      ...(reasons.length > 0 && { reasons: reasonsToJson(reasons) }),
    });
  }
  return items;
}

async function dueItem(
  session: ForgetSession,
  scope: ForgetScope,
  at: UnixMillis,
): Promise<DueItem | null> {
  if (session.isSurelyNotDue(scope, at)) return null;
  const { due, reasons } = await session.mayForget(scope, at);
  const isOwn = reasons.some(({ kind }) => kind === 'own');
  if (isOwn || due.kind !== 'dated' || due.dueAt === null || due.dueAt > at) return null;
  return {
    ...{ subject: scope.person, class: scope.class, months: [scope.month] },
    ...{ dueSince: formatInstant(due.dueAt), basis: due.policy.basis, heldBy: heldBy(reasons) },
  };
}

/** Whether there was room for it. */
function isAdded(page: Map<string, DueItem>, item: DueItem, limit: number): boolean {
  const { months, ...rest } = item;
  const key = JSON.stringify(rest);
  const before = page.get(key);
  if (before === undefined && page.size >= limit) return false;
  page.set(key, { ...item, months: [...(before?.months ?? []), ...months].sort() });
  return true;
}

function stale(): RetentionError {
  return new RetentionError(
    'RETENTION_LIST_STALE',
    'something was forgotten since the list was begun: begin it again, without a cursor',
  );
}
