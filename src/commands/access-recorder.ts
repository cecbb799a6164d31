/**
 * Enters what is shown, done and refused into the access ledger of the tenant it concerns, before it
 * happens (design §3.12). Who waits for it goes on when the entry is durable, and not if it cannot be.
 */
import {
  ACCESS_LEDGER,
  ACCESS_RETENTION,
  ACCESS_TYPE,
  type AccessEntry,
  accessPayload,
  NODE_ACTOR,
} from '../access/access-entry.js';
import type { AccessLog, ActAbout, ActEnd, Acting, FailedLogIn } from '../access/access-log.js';
import type { Disclosure } from '../access/disclosure.js';
import { HIDDEN_LEDGER, type InspectionMark, inspectionParty } from '../access/inspection.js';
import { RefusalBudget, type Refused } from '../access/refusal-budget.js';
import { DEFAULT_TENANT, type TenantName } from '../access/tenant-name.js';
import type { UnixMillis } from '../base/brand.js';
import { fromHex, sha256Digest, toHex } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import type { AppendedUntil } from '../ledger/entry-draft.js';
import { MAX_PARTIES } from '../records/record-input.js';
import { appendLeaves, EMPTY_RANGE, rootHash } from '../tlog/compact-range.js';
import { appendAccess, type AppendAccessDeps } from './append-access.js';
import { askedQuestion } from './asked-persons.js';

export interface AccessRecorderOptions extends AppendAccessDeps {
  /** @returns the handle of a tenant that is there. */
  readonly handleOf: (tenant: TenantName) => string;
  /** Refusals of one key that are entered one by one. */
  readonly refusalsPerMinute: number;
}

export class AccessRecorder implements AccessLog {
  readonly #options: AccessRecorderOptions;
  readonly #refusals: RefusalBudget;
  /** What nobody waits for; settled before the node closes. None of them rejects. */
  readonly #behind = new Set<Promise<void>>();

  constructor(options: AccessRecorderOptions) {
    this.#options = options;
    this.#refusals = new RefusalBudget(options.refusalsPerMinute);
  }

  async disclosed(
    acting: Acting,
    { ledger, question, entries, persons: named = [] }: Disclosure,
  ): Promise<void> {
    const asked = await this.#asked(acting, question);
    const leaves = entries.map(({ leafHash }) => sha256Digest(fromHex(leafHash)));
    const root = toHex(rootHash(appendLeaves(EMPTY_RANGE, leaves)));
    const shown = entries.flatMap(({ subject }) => (subject === null ? [] : [subject]));
    const persons = [...new Set([...asked.tags.keys(), ...shown, ...named])];
    const said = {
      outcome: 'disclosed' as const,
      ledger,
      question: asked.question,
      entries: { count: entries.length, rootHash: root },
    };
    // The answer waits for no more than that nothing can undo the entry: to write it wherever it is read
    // from takes as long again.
    await this.#enter(acting, persons, said, asked.tags, 'durable');
  }

  applied(): Promise<void> {
    return this.#options.store.applied();
  }

  begun(acting: Acting, about: ActAbout): Promise<void> {
    return this.#act(acting, about, { outcome: 'begun' });
  }

  ended(acting: Acting, about: ActAbout, end: ActEnd): Promise<void> {
    const how = 'code' in end ? { outcome: 'failed' as const } : { outcome: 'done' as const };
    return this.#act(acting, about, { ...how, ...end });
  }

  async refused(acting: Acting, code: string, ledger: string | null): Promise<void> {
    const { tenant, author, keyId } = acting.principal;
    const entry = { outcome: 'refused' as const, code, ...(ledger !== null && { ledger }) };
    const refused = { tenant, key: keyId, actor: author };
    await this.#refuse(refused, () => this.#enter(acting, [], entry));
  }

  failedLogIn({ tenant, claimed, code, request }: FailedLogIn): void {
    const actor = `key:${claimed}`;
    const entry: AccessEntry = {
      action: 'log-in',
      outcome: 'refused',
      code,
      key: claimed,
      request,
    };
    const refused = { tenant, key: claimed, actor };
    const entering = this.#refuse(refused, () =>
      this.#append(tenant, actor, [recordOf(actor, entry)]),
    ).catch(() => {
      // The store has said so to others, or the queue is full: it is not forgotten, but counted.
      this.#refusals.giveBack(refused, 1, this.#options.clock.now());
    });
    this.#behind.add(entering);
    void entering.then(() => this.#behind.delete(entering));
  }

  /** An act of the node itself; tenants have no part in it, so it is told to its operators. */
  nodeDid(entry: AccessEntry): Promise<void> {
    return this.#append(DEFAULT_TENANT, NODE_ACTOR, [recordOf(NODE_ACTOR, entry)]);
  }

  /** What another tenant's admin does in this one, before it has anybody of its own. */
  doneTo(
    tenant: TenantName,
    { principal, request, action }: Acting,
    about: ActAbout,
  ): Promise<void> {
    const { author } = principal;
    const entry: AccessEntry = { action, outcome: 'begun', request, question: about.question };
    return this.#append(tenant, author, [recordOf(author, entry)]);
  }

  /** Enters what is still only counted. Call it before the store is closed. */
  async close(): Promise<void> {
    await Promise.all(this.#behind);
    await this.#enterCounted(null);
  }

  async #act(
    acting: Acting,
    { ledger, question, inspection }: ActAbout,
    how: Pick<AccessEntry, 'outcome' | 'code' | 'made'>,
  ): Promise<void> {
    const asked = await this.#asked(acting, question);
    const about = { question: asked.question, ...(ledger !== undefined && { ledger }) };
    const under = inspection === undefined ? acting : { ...acting, inspection };
    await this.#enter(under, [...asked.tags.keys()], { ...about, ...how });
  }

  /**
   * One record, or, where it is about more persons than a record names, several.
   *
   * @param asked persons named in the question, and the tags that stand for them there.
   */
  #enter(
    { principal, action, request, inspection }: Acting,
    persons: readonly string[],
    said: Omit<AccessEntry, 'action' | 'key' | 'request' | 'inspection'>,
    asked: ReadonlyMap<string, string> = NOBODY,
    until: AppendedUntil = 'applied',
  ): Promise<void> {
    const { tenant, author, keyId } = principal;
    const entry: AccessEntry = {
      action,
      key: keyId,
      request,
      ...(inspection !== undefined && { inspection: inspection.id }),
      ...said,
    };
    // One place is the inspection's own.
    const room = inspection === undefined ? MAX_PARTIES : MAX_PARTIES - 1;
    const of = Math.max(1, Math.ceil(persons.length / room));
    const records = Array.from({ length: of }, (_, at) => {
      const some = persons.slice(at * room, (at + 1) * room);
      const part = of === 1 ? entry : { ...entry, part: { n: at + 1, of } };
      return inspection === undefined
        ? recordOf(author, part, some)
        : inspectedRecord(author, part, some, { inspection, asked });
    });
    return this.#append(tenant, author, records, { inspection, until });
  }

  async #refuse(refused: Refused, enter: () => Promise<void>): Promise<void> {
    const now = this.#options.clock.now();
    await this.#enterCounted(now);
    if (this.#refusals.take(refused, now)) await enter();
  }

  async #enterCounted(now: UnixMillis | null): Promise<void> {
    for (const counted of this.#refusals.finish(now)) {
      const { tenant, key, actor, unwritten } = counted;
      const entry: AccessEntry = { action: 'refusals', outcome: 'refused', key, unwritten };
      try {
        await this.#append(tenant, actor, [recordOf(actor, entry)]);
      } catch (cause) {
        this.#refusals.giveBack(counted, unwritten, this.#options.clock.now());
        throw cause;
      }
    }
  }

  #asked({ principal }: Acting, question: JsonObject): ReturnType<typeof askedQuestion> {
    const { handleOf, store } = this.#options;
    return askedQuestion(store.vaultOf(handleOf(principal.tenant)), question);
  }

  #append(
    tenant: TenantName,
    author: string,
    records: readonly JsonObject[],
    { inspection, until }: { inspection?: InspectionMark | undefined; until?: AppendedUntil } = {},
  ): Promise<void> {
    const ledger = inspection?.isHidden === true ? HIDDEN_LEDGER : ACCESS_LEDGER;
    const to = { tenant: this.#options.handleOf(tenant), ledger, author, until } as const;
    return appendAccess(this.#options, to, records);
  }
}

const NOBODY: ReadonlyMap<string, string> = new Map();

/**
 * The inspection is a party to it, which is how its entries are found. Who was shown, and who was asked
 * for by which tag, lies in parts, each under that person's own secret: a report names them until they
 * are forgotten.
 */
function inspectedRecord(
  actor: string,
  entry: AccessEntry,
  persons: readonly string[],
  {
    inspection,
    asked,
  }: { readonly inspection: InspectionMark; readonly asked: ReadonlyMap<string, string> },
): JsonObject {
  const parts = persons.map((subject) => {
    const tag = asked.get(subject);
    return { subject, payload: tag === undefined ? {} : { tag } };
  });
  return {
    ...recordOf(actor, entry, [...persons, inspectionParty(inspection)]),
    ...(parts.length > 0 && { parts }),
  };
}

/** @param persons whose data were shown; at most 64. */
export function recordOf(
  actor: string,
  entry: AccessEntry,
  persons: readonly string[] = [],
): JsonObject {
  return {
    type: ACCESS_TYPE,
    subject: actor,
    retention: ACCESS_RETENTION,
    payload: accessPayload(entry),
    ...(persons.length > 0 && { parties: persons }),
  };
}
