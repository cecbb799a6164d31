/**
 * What erasures would destroy now: a walk through the vault of a tenant, in which everything that is meant is judged.
 * Nothing is destroyed here.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { NODE_ACTOR } from '../access/access-entry.js';
import { tenantSubject } from '../access/access-thing.js';
import type { TenantName } from '../access/tenant-name.js';
import type { UnixMillis } from '../base/brand.js';
import type { JsonObject } from '../base/canonical-json.js';
import { type DataScope, scopeText, type SecretScope, tagsScope } from '../base/secret-scope.js';
import type { ScopedRow, ScopePlace, Vault } from '../keys/vault.js';
import { MAX_ROWS } from '../retention/erasure-execution.js';
import { type Erasure, ERASURE_CLASS, isMeant } from '../retention/erasure.js';
import { judgeTags, OWN_SUBJECT, type Reason } from '../retention/judge.js';
import { KeptLines } from './kept-lines.js';
import { ForgetSession, type MayForgetParts } from './may-forget.js';
import { reasonsToJson } from './retention-json.js';

/** What one of the erasures comes to. */
export interface PlannedErasure {
  readonly erasure: Erasure;
  readonly secrets: readonly ScopedRow[];
  readonly kept: KeptLines;
  /** Of a `subject`: why the tags stay; empty if they go. */
  readonly tagsKept: readonly JsonObject[];
  /** More was due than one execution destroys. */
  readonly hasMore: boolean;
}

/** Persons whose data the node or a tenant cannot do without. */
export function isReserved(tenant: TenantName, person: string): boolean {
  return [tenantSubject(tenant), OWN_SUBJECT, NODE_ACTOR].includes(person);
}

export interface PlanQuestion {
  readonly tenant: TenantName;
  readonly vault: Vault;
  readonly at: UnixMillis;
  /** Approved ones; what two mean, the first of them destroys. */
  readonly erasures: readonly Erasure[];
}

/** Persons whom one session may remember what it asked about. */
const MAX_ASKED = 1_000;

interface Draft {
  readonly erasure: Erasure;
  readonly kept: KeptLines;
  hasMore: boolean;
}

export class ErasurePlan {
  readonly #parts: MayForgetParts;
  readonly #question: PlanQuestion;
  readonly #drafts: readonly Draft[];
  /** Those of one person each; the first of them. */
  readonly #bySubject = new Map<string, Draft>();
  readonly #due: readonly Draft[];
  /** Text of a data scope that goes → which erasure takes it. */
  readonly #data = new Map<string, Draft>();
  /** Person of whom something goes → which erasure takes the tags. */
  readonly #persons = new Map<string, Draft>();
  #session: ForgetSession;

  private constructor(parts: MayForgetParts, question: PlanQuestion) {
    this.#parts = parts;
    this.#question = question;
    this.#session = new ForgetSession(parts, question.tenant);
    this.#drafts = question.erasures.map((erasure) => ({
      ...{ erasure, kept: new KeptLines() },
      hasMore: false,
    }));
    this.#due = this.#drafts.filter(({ erasure }) => erasure.kind === 'due');
    for (const draft of this.#drafts) {
      const { subject } = draft.erasure;
      if (subject === undefined) continue;
      this.#persons.set(subject, draft);
      if (!this.#bySubject.has(subject)) this.#bySubject.set(subject, draft);
    }
  }

  /** @throws as `ForgetSession.mayForget`; KeysError KEYS_VAULT_DAMAGED. */
  static async make(
    parts: MayForgetParts,
    question: PlanQuestion,
    betweenSteps: () => void,
  ): Promise<ErasurePlan> {
    const plan = new ErasurePlan(parts, question);
    for (let place: ScopePlace | null = null; ;) {
      const rows: Awaited<ReturnType<Vault['scopes']>> = await question.vault.scopes(place);
      if (rows === null) throw new Error('a vault was rotated while its erasure was planned');
      for (const { scope } of rows) if (scope.use === 'data') await plan.#judge(scope);
      const last = rows.at(-1);
      if (last === undefined) return plan;
      place = last.next;
      betweenSteps();
      await nextTurn();
    }
  }

  /** Whether a secret goes; the tags of a person only if no data stay, which is not asked here. */
  readonly goes = (scope: SecretScope): boolean =>
    scope.use === 'data'
      ? this.#data.has(scopeText(scope))
      : this.#persons.has(scope.person) && this.#tagReasons(scope.person).length === 0;

  /** What each erasure comes to, of what was found to go. */
  outcomes(secrets: readonly ScopedRow[]): readonly PlannedErasure[] {
    const bySecret = new Map<Draft, ScopedRow[]>(this.#drafts.map((draft) => [draft, []]));
    for (const secret of secrets) {
      const { scope } = secret;
      const draft =
        scope.use === 'data' ? this.#data.get(scopeText(scope)) : this.#persons.get(scope.person);
      if (draft === undefined) throw new Error('a secret goes that nobody meant');
      bySecret.get(draft)?.push(secret);
    }
    return this.#drafts.map((draft) => {
      const { erasure, kept, hasMore } = draft;
      const own = bySecret.get(draft) ?? [];
      return { erasure, secrets: own, kept, hasMore, tagsKept: this.#tagsKept(erasure, own) };
    });
  }

  async #judge(scope: DataScope): Promise<void> {
    const draft = this.#meaning(scope);
    if (draft === undefined) return;
    const { at, tenant } = this.#question;
    const isAllMeant = draft.erasure.kind === 'subject';
    if (!isAllMeant && this.#session.isSurelyNotDue(scope, at)) return;
    if (this.#session.asked >= MAX_ASKED) this.#session = new ForgetSession(this.#parts, tenant);
    const { due, reasons } = await this.#session.mayForget(scope, at);
    const isDue = due.kind === 'dated' && due.dueAt !== null && due.dueAt <= at;
    if (!isAllMeant && (!isDue || reasons.some(({ kind }) => kind === 'own'))) return;
    if (reasons.length > 0) draft.kept.add(scope, reasons);
    else if (this.#data.size >= MAX_ROWS) draft.hasMore = true;
    else {
      this.#data.set(scopeText(scope), draft);
      this.#takesTags(scope.person, draft);
    }
  }

  /** The first erasure that means it; by look-up, because a vault has many secrets, and a day many erasures of a person each. */
  #meaning(scope: DataScope): Draft | undefined {
    const own = this.#bySubject.get(scope.person);
    const due = this.#due.find(({ erasure }) => isMeant(erasure, scope));
    if (own === undefined || due === undefined) return own ?? due;
    return this.#drafts.indexOf(own) < this.#drafts.indexOf(due) ? own : due;
  }

  /** The last erasure that takes data of a person takes the tags: they are announced in order, and tags go last. */
  #takesTags(person: string, draft: Draft): void {
    const before = this.#persons.get(person);
    if (before === undefined || this.#drafts.indexOf(before) < this.#drafts.indexOf(draft))
      this.#persons.set(person, draft);
  }

  #tagReasons(person: string): readonly Reason[] {
    const { tenant, at } = this.#question;
    if (isReserved(tenant, person)) return [{ kind: 'own' }];
    return judgeTags(this.#session.rules, person, [], at);
  }

  #tagsKept(erasure: Erasure, going: readonly ScopedRow[]): readonly JsonObject[] {
    const { subject } = erasure;
    if (subject === undefined || going.some(({ scope }) => scope.use === 'tags')) return [];
    const reasons = this.#tagReasons(subject);
    // Or something came while it was judged: tags go when nothing is left.
    return reasons.length > 0 ? reasonsToJson(reasons) : [{ kind: 'data-left' }];
  }
}

/** What an erasure that is proposed now would come to: whether anything is free, and whether only holds keep it. */
export async function outlookOf(
  parts: MayForgetParts,
  tenant: TenantName,
  subject: string,
  at: UnixMillis,
): Promise<'free' | 'locked' | 'held' | 'kept' | 'unknown'> {
  const session = new ForgetSession(parts, tenant);
  // Whatever else is free: half of a person's files would not be what a lock promises.
  if ((await session.locksOf(subject, at)).length > 0) return 'locked';
  const scopes = (await session.dataScopesOf(subject)).filter(
    (scope) => scope.class !== ERASURE_CLASS,
  );
  let isHeld = false;
  for (const scope of scopes) {
    const { reasons } = await session.mayForget(scope, at);
    if (reasons.length === 0) return 'free';
    isHeld ||= reasons.some(({ kind }) => kind === 'hold');
  }
  if (isHeld) return 'held';
  if (scopes.length > 0) return 'kept';
  if (!(await isKnown(parts, tenant, subject))) return 'unknown';
  return judgeTags(session.rules, subject, [], at).length > 0 ? 'held' : 'free';
}

/** As anybody: whoever only wrote, or was only asked for, has nothing but tags. */
async function isKnown(
  { ledgers }: MayForgetParts,
  tenant: TenantName,
  person: string,
): Promise<boolean> {
  const [first] = ledgers.list(tenant);
  if (first === undefined) return false;
  const { vault } = ledgers.find(tenant, first.identity.name);
  return (await vault.find(tagsScope(person))) !== null;
}
