/**
 * Carries erasures out, beside writing, several of a tenant with one rotation of its vault; and finishes after a restart
 * what a crash cut short (docs/formats/erasure.md, Carrying out).
 */
import { ACCESS_LEDGER } from '../access/access-entry.js';
import type { TenantName } from '../access/tenant-name.js';
import { BackupError } from '../backup/backup-error.js';
import type { UnixMillis } from '../base/brand.js';
import { ChirographError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { type Clock, formatInstant, parseInstant } from '../base/time.js';
import { Turns } from '../base/turns.js';
import { LedgerError } from '../ledger/ledger-error.js';
import type { LedgerStore } from '../ledger/ledger-store.js';
import { findingsOf } from '../queries/erasure-findings.js';
import { ErasurePlan, type PlannedErasure } from '../queries/erasure-plan.js';
import type { MayForgetParts } from '../queries/may-forget.js';
import {
  erasureNumbered,
  type ErasureVersion,
  executionsOf as durableExecutions,
} from '../queries/tenant-erasures.js';
import type { ErasureBook } from '../retention/erasure-book.js';
import {
  certificateOf,
  type Execution,
  executionsOf,
  silentHolders,
  type VaultHolder,
  withConfirmed,
} from '../retention/erasure-execution.js';
import { type Erasure, ERASURE_CLASS, nowUnnamed } from '../retention/erasure.js';
import { RetentionError } from '../retention/retention-error.js';
import type { ErasureChanges } from './change-erasures.js';
import type { RetentionChanges } from './change-retention.js';

/** What an operator's monitoring learns. */
export interface ErasureObserver {
  /** How long the vault took to be rotated. */
  rotated(seconds: number): void;
  done(secrets: number): void;
  failed(): void;
}

export const unobservedErasures: ErasureObserver = {
  rotated: () => undefined,
  done: () => undefined,
  failed: () => undefined,
};

export interface EraserDeps {
  readonly store: Pick<LedgerStore, 'forgetter' | 'vaultOf' | 'ledger'>;
  readonly erasures: ErasureBook;
  readonly changes: ErasureChanges;
  readonly retention: MayForgetParts['retention'];
  readonly retentionChanges: Pick<RetentionChanges, 'whileUnchanged'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer: ErasureObserver;
  readonly holders: (asked: HoldersAsked) => Promise<readonly VaultHolder[]>;
  /** @returns the handle of a tenant that is there. */
  readonly handleOf: (tenant: TenantName) => string;
  /** For tests: how many rows one entry names, fewer than usual. */
  readonly rowsAnEntry?: number | undefined;
}

/** Who holds copies of a tenant's vault, or of its keys. */
export interface HoldersAsked {
  readonly tenant: TenantName;
  /** Of the vault now: holders of backups are silent that do not have it. */
  readonly present: number;
  /** Keys of generations before it were destroyed. */
  readonly after: number;
  /** Copies of keys that were destroyed before it are of no matter. */
  readonly since: UnixMillis;
}

/** How far one is that is under way, or why the last try ended. Only of this process. */
export type ErasureProgress =
  | { readonly step: 'waiting' | 'judging' }
  /** How much of the vault has been wrapped anew, 0–100; writers wait for nothing of it. */
  | { readonly step: 'destroying'; readonly percent: number }
  | { readonly step: 'failed'; readonly code: string };

/** What goes, and all that is said of it. */
interface Announced {
  readonly erasure: Erasure;
  readonly executions: readonly Execution[];
}

/** Policies and holds that change while it is judged. */
const MAX_JUDGEMENTS = 5;

export class Eraser {
  readonly #deps: EraserDeps;
  /** By tenant: its vault is surveyed for one run at a time. */
  readonly #turns = new Map<TenantName, Turns>();
  readonly #progress = new Map<string, ErasureProgress>();
  readonly #running = new Set<Promise<void>>();
  /** Each goes on with the certificate that the one before it left. */
  readonly #confirming = new Turns();
  /** Erasures whose certificates name no silent holder of the node's own. */
  readonly #confirmed = new Set<string>();
  #isClosing = false;

  constructor(deps: EraserDeps) {
    this.#deps = deps;
  }

  progressOf({ id }: Erasure): ErasureProgress | null {
    return this.#progress.get(id) ?? null;
  }

  /**
   * Goes on with what a former process announced, before anything is answered; where a target of backups is waited for,
   * `retry` goes on with it later.
   * @throws as `LedgerStore.forgetter.destroy`.
   */
  async finishAnnounced(): Promise<void> {
    const { erasures } = this.#deps;
    for (const tenant of erasures.tenants()) {
      const begun = erasures.of(tenant).filter(({ state }) => state === 'executing');
      if (begun.length === 0) continue;
      const said = await Promise.all(begun.map((one) => this.#said(tenant, one)));
      try {
        await this.#finish(tenant, said);
      } catch (error) {
        if (!(error instanceof BackupError)) throw error;
        this.#failed(
          begun.map(({ id }) => id),
          error,
        );
      }
    }
  }

  /** Tries again what was called off because a target of backups could not be reached. */
  retry(): void {
    if (this.#isClosing) return;
    for (const tenant of this.#deps.erasures.tenants()) {
      const waiting = this.#deps.erasures.of(tenant).filter((erasure) => {
        const progress = this.progressOf(erasure);
        return (
          erasure.state === 'executing' &&
          progress?.step === 'failed' &&
          progress.code.startsWith('BACKUP_')
        );
      });
      const ids = waiting.map(({ id }) => id);
      if (ids.length > 0) this.#begin(tenant, ids, () => this.#finishLeft(tenant, ids));
    }
  }

  /** Certificates that name a holder as silent get another version once it is not. @throws what the ledger throws. */
  confirmHolders(): Promise<void> {
    return this.#confirming.take(() => this.#confirmHolders());
  }

  async #confirmHolders(): Promise<void> {
    const { erasures, changes, holders, handleOf } = this.#deps;
    for (const tenant of erasures.tenants())
      for (const erasure of erasures.of(tenant)) {
        if (erasure.state !== 'done' || this.#confirmed.has(erasure.id)) continue;
        const { said } = await this.#newest(tenant, erasure);
        const { certificate = {} } = said;
        const silent = silentHolders(certificate).length;
        if (silent === 0) this.#confirmed.add(erasure.id);
        const { after } = certificate['generations'] as { after?: number };
        if (silent === 0 || after === undefined) continue;
        // A later generation is as good: the destroyed one is of no use there either.
        const { generation: present } = this.#deps.store.vaultOf(handleOf(tenant));
        const since = parseInstant(certificate['completedAt'] as string);
        const now = withConfirmed(certificate, await holders({ tenant, present, after, since }));
        if (silentHolders(now).length === silent) continue;
        // A crash before it leaves the certificate that names it as silent; the next backup, or the next time that a
        // copy of escrow is confirmed as destroyed, comes here again.
        await changes.put(tenant, erasure, { certificate: now });
      }
  }

  #newest(tenant: TenantName, { number }: Erasure): Promise<ErasureVersion> {
    const { store, handleOf } = this.#deps;
    const handle = handleOf(tenant);
    const ledger = store.ledger(handle, ACCESS_LEDGER);
    return erasureNumbered(ledger, store.vaultOf(handle), tenant, number);
  }

  /** Carries out what of these is approved, beside all else. Who waits for the end waits for `settled`. */
  begin(tenant: TenantName, ids: readonly string[], forget: MayForgetParts): void {
    this.#begin(tenant, ids, () => this.#run(tenant, ids, forget));
  }

  #begin(tenant: TenantName, ids: readonly string[], act: () => Promise<void>): void {
    for (const id of ids) this.#progress.set(id, { step: 'waiting' });
    const run = this.#turnsOf(tenant)
      .take(act)
      .then(
        () => {
          for (const id of ids) this.#progress.delete(id);
        },
        (error: unknown) => {
          this.#failed(ids, error);
        },
      );
    this.#running.add(run);
    void run.then(() => this.#running.delete(run));
  }

  /**
   * Rotates the vault without an erasure. What was announced goes first: an erasure names the rows of a generation, and
   * must not find another one.
   * @returns the generation after it.
   * @throws as `Forgetter.destroy`; KeysError KEYS_ESCROW_FAILED with nothing changed.
   */
  rotate(tenant: TenantName): Promise<number> {
    return this.#turnsOf(tenant).take(async () => {
      this.#checkOpen();
      const left = this.#deps.erasures.of(tenant).filter(({ state }) => state === 'executing');
      if (left.length > 0)
        await this.#finish(tenant, await Promise.all(left.map((one) => this.#said(tenant, one))));
      return this.#destroy(this.#deps.handleOf(tenant), [], () => undefined);
    });
  }

  /** All that was begun has ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** Calls off what has destroyed nothing yet: what was announced is finished at the next start. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#deps.store.forgetter.close();
    await this.settled();
  }

  #turnsOf(tenant: TenantName): Turns {
    const turns = this.#turns.get(tenant) ?? new Turns();
    this.#turns.set(tenant, turns);
    return turns;
  }

  async #run(tenant: TenantName, ids: readonly string[], forget: MayForgetParts): Promise<void> {
    await this.#finishLeft(tenant, ids);
    const all = ids.map((id) => this.#deps.erasures.get(tenant, id));
    const wanted = all.filter(({ state }) => state === 'approved');
    if (wanted.length > 0) await this.#finish(tenant, await this.#announce(tenant, wanted, forget));
  }

  /** Announced by a run that then failed: what it said is what goes. */
  async #finishLeft(tenant: TenantName, ids: readonly string[]): Promise<void> {
    this.#checkOpen();
    const left = ids
      .map((id) => this.#deps.erasures.get(tenant, id))
      .filter(({ state }) => state === 'executing');
    if (left.length > 0)
      await this.#finish(tenant, await Promise.all(left.map((one) => this.#said(tenant, one))));
  }

  async #announce(
    tenant: TenantName,
    asked: readonly Erasure[],
    forget: MayForgetParts,
  ): Promise<readonly Announced[]> {
    const { store, clock, retention, retentionChanges, changes, handleOf } = this.#deps;
    const handle = handleOf(tenant);
    try {
      for (let tries = 0; tries < MAX_JUDGEMENTS; tries++) {
        const wanted = asked.filter((one) => this.#now(tenant, one).state === 'approved');
        if (wanted.length === 0) return [];
        for (const { id } of wanted) this.#progress.set(id, { step: 'judging' });
        const revision = retention.revisionOf(tenant);
        const at = clock.now();
        const question = { tenant, vault: store.vaultOf(handle), at, erasures: wanted };
        const plan = await ErasurePlan.make(forget, question, () => {
          this.#checkOpen();
        });
        // From here on nothing new rests on what was found. A crash leaves all as it was.
        const { generation, secrets } = await store.forgetter.survey(handle, plan.goes);
        const outcomes = plan.outcomes(secrets);
        const findings = new Map<PlannedErasure, Execution['findings']>();
        for (const one of outcomes)
          findings.set(one, await findingsOf(forget.ledgers, tenant, one));
        const announced = await retentionChanges.whileUnchanged(() =>
          changes.whileUnchanged(async () => {
            // What changed meanwhile must be judged: a hold that was placed, or one that was withdrawn.
            const isAsJudged = wanted.every((one) => this.#now(tenant, one).state === 'approved');
            if (retention.revisionOf(tenant) !== revision || !isAsJudged) return null;
            const said: Announced[] = [];
            for (const one of outcomes) {
              const about = { at, generation, findings: findings.get(one) ?? {} };
              const done = await this.#say(tenant, one, about);
              if (done !== null) said.push(done);
            }
            return said;
          }),
        );
        if (announced !== null) return announced;
      }
    } catch (cause) {
      // What has been said durably goes, and nothing may rest on it any more.
      const begun = asked
        .map((one) => this.#now(tenant, one))
        .filter(({ state }) => state === 'executing');
      if (begun.length > 0) return Promise.all(begun.map((one) => this.#said(tenant, one)));
      store.forgetter.spare(handle);
      throw cause;
    }
    store.forgetter.spare(handle);
    throw new RetentionError(
      'RETENTION_LIST_STALE',
      'policies or holds changed again and again while the erasure was judged: run it again',
    );
  }

  #now(tenant: TenantName, { id }: Erasure): Erasure {
    return this.#deps.erasures.get(tenant, id);
  }

  /** @returns null of one of which nothing is free. */
  async #say(
    tenant: TenantName,
    { erasure, secrets }: PlannedErasure,
    about: Omit<Parameters<typeof executionsOf>[1], 'rowsAnEntry'>,
  ): Promise<Announced | null> {
    const { changes, rowsAnEntry } = this.#deps;
    // Who was meant lies under a secret of its own, for which no vault is rotated.
    if (secrets.every(({ scope }) => scope.use === 'data' && scope.class === ERASURE_CLASS)) {
      const refused = { at: formatInstant(about.at), ...about.findings };
      await changes.put(tenant, nowUnnamed(erasure, 'refused'), { refused });
      return null;
    }
    const executing = nowUnnamed(erasure, 'executing');
    const executions = executionsOf(secrets, { ...about, rowsAnEntry });
    // A crash after the first of them leaves an erasure of what the durable ones name, tags last.
    for (const execution of executions) await changes.put(tenant, executing, { execution });
    return { erasure: executing, executions };
  }

  async #finish(tenant: TenantName, announced: readonly Announced[]): Promise<void> {
    const { store, changes, clock, observer, logger, handleOf } = this.#deps;
    const handle = handleOf(tenant);
    if (announced.length === 0) {
      store.forgetter.spare(handle);
      return;
    }
    const onCopied = (share: number): void => {
      const percent = Math.floor(100 * share);
      for (const { erasure } of announced)
        this.#progress.set(erasure.id, { step: 'destroying', percent });
    };
    onCopied(0);
    const { generation: now } = store.vaultOf(handle);
    const rows = announced.flatMap(({ executions }) =>
      executions.filter(({ generation }) => generation === now).flatMap((one) => one.rows),
    );
    const after = rows.length === 0 ? now : await this.#destroy(handle, rows, onCopied);
    const completedAt = clock.now();
    const asked = { tenant, present: after, after, since: completedAt };
    const holders = await this.#deps.holders(asked);
    for (const { erasure, executions } of announced) {
      const certificate = certificateOf(executions, { after, completedAt, holders });
      // A crash before this leaves an erasure whose rows are gone: the next opening writes what it has to say.
      await changes.put(tenant, nowUnnamed(erasure, 'done'), { certificate });
      const secrets = executions.reduce((sum, one) => sum + one.rows.length, 0);
      observer.done(secrets);
      logger.info('erased', { erasure: erasure.id, secrets });
      this.#progress.delete(erasure.id);
    }
  }

  /** @returns the generation after it. */
  async #destroy(
    handle: string,
    rows: readonly string[],
    onCopied: (share: number) => void,
  ): Promise<number> {
    const { store, observer } = this.#deps;
    const startedAt = performance.now();
    try {
      // A crash in it leaves the vault as it was, or rotated: either way the next opening goes on here.
      const { generation } = await store.forgetter.destroy(handle, rows, onCopied);
      observer.rotated((performance.now() - startedAt) / 1_000);
      return generation;
    } catch (cause) {
      // They will go when it is tried again: until then nothing new may rest on them.
      store.vaultOf(handle).doom(rows);
      throw cause;
    }
  }

  async #said(tenant: TenantName, erasure: Erasure): Promise<Announced> {
    const { store, handleOf } = this.#deps;
    const handle = handleOf(tenant);
    const ledger = store.ledger(handle, ACCESS_LEDGER);
    const vault = store.vaultOf(handle);
    return { erasure, executions: await durableExecutions(ledger, vault, tenant, erasure.number) };
  }

  #failed(ids: readonly string[], error: unknown): void {
    const { logger, observer } = this.#deps;
    const code = error instanceof ChirographError ? String(error.code) : 'INTERNAL';
    for (const id of ids)
      if (this.#progress.has(id)) this.#progress.set(id, { step: 'failed', code });
    // One that the node's stopping called off has not failed.
    if (this.#isClosing) return;
    if (error instanceof BackupError) {
      logger.warn('an erasure waits for a backup target', { erasures: ids, error });
      return;
    }
    observer.failed();
    logger.error('erasure failed', { erasures: ids, error });
  }

  #checkOpen(): void {
    if (this.#isClosing)
      throw new LedgerError('LEDGER_CLOSED', 'the node is stopping: run it again then');
  }
}
