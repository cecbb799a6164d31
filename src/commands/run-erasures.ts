/**
 * Carries erasures out, beside writing, several of a tenant with one rotation of its vault; and finishes after a restart
 * what a crash cut short (docs/formats/erasure.md, Carrying out).
 */
import type { TenantName } from '../access/tenant-name.js';
import { BackupError } from '../backup/backup-error.js';
import { ChirographError } from '../base/errors.js';
import { Turns } from '../base/turns.js';
import { LedgerError } from '../ledger/ledger-error.js';
import type { MayForgetParts } from '../queries/may-forget.js';
import type { ErasureStatement } from '../records/statement.js';
import type { Erasure } from '../retention/erasure.js';
import { RetentionError } from '../retention/retention-error.js';
import { announceErasures } from './announce-erasures.js';
import { condemnedRows } from './condemned-rows.js';
import { HolderConfirmer } from './confirm-holders.js';
import type { Announced, EraserDeps, ErasureProgress, ErasureRun } from './erasure-run.js';
import { announcedOf, destroyRows, finishErasures } from './finish-erasures.js';
import { takeSaidErasures } from './take-said-erasures.js';

export class Eraser {
  readonly #deps: EraserDeps;
  /** By tenant: its vault is surveyed for one run at a time. */
  readonly #turns = new Map<TenantName, Turns>();
  readonly #progress = new Map<string, ErasureProgress>();
  readonly #run: ErasureRun;
  readonly #confirmer: HolderConfirmer;
  readonly #running = new Set<Promise<void>>();
  #isClosing = false;

  constructor(deps: EraserDeps) {
    this.#deps = deps;
    this.#confirmer = new HolderConfirmer(deps);
    this.#run = {
      ...deps,
      progress: this.#progress,
      checkOpen: () => {
        this.#checkOpen();
      },
    };
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
      try {
        await this.#finishSaid(tenant, begun);
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
    return this.#confirmer.confirm();
  }

  /** Carries out what of these is approved, beside all else. Who waits for the end waits for `settled`. */
  begin(tenant: TenantName, ids: readonly string[], forget: MayForgetParts): void {
    this.#begin(tenant, ids, () => this.#carryOut(tenant, ids, forget));
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
      await this.#finishSaid(tenant, this.#deps.erasures.of(tenant));
      return destroyRows(this.#deps, tenant, [], () => undefined);
    });
  }

  /**
   * Destroys what entries of a shared ledger name. Erasures of this node's own are gone on with that they are of, whether or not
   * it had come to saying so itself.
   *
   * @param named in the order of the log.
   * @throws RetentionError ERASURE_HELD where a hold of this node's keeps some of it, which stays; as `Forgetter.destroy`.
   */
  destroyNamed(tenant: TenantName, named: readonly ErasureStatement[]): Promise<void> {
    return this.#turnsOf(tenant).take(async () => {
      this.#checkOpen();
      const { erasures, handleOf } = this.#deps;
      await takeSaidErasures(this.#run, tenant, named);
      await this.#finishSaid(tenant, erasures.of(tenant));
      const { going, held } = await condemnedRows(this.#deps, tenant, handleOf(tenant));
      // Else they went with what was gone on with, or were never here.
      if (going.length > 0) await destroyRows(this.#deps, tenant, [], () => undefined);
      if (held.length > 0)
        throw new RetentionError(
          'ERASURE_HELD',
          'a hold that was placed at this node keeps what a shared ledger has its members destroy: have it released here',
        );
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

  async #carryOut(
    tenant: TenantName,
    ids: readonly string[],
    forget: MayForgetParts,
  ): Promise<void> {
    await this.#finishLeft(tenant, ids);
    const all = ids.map((id) => this.#deps.erasures.get(tenant, id));
    const wanted = all.filter(({ state }) => state === 'approved');
    if (wanted.length > 0)
      await this.#finish(tenant, await announceErasures(this.#run, tenant, wanted, forget));
  }

  /** Announced by a run that then failed: what it said is what goes. */
  async #finishLeft(tenant: TenantName, ids: readonly string[]): Promise<void> {
    this.#checkOpen();
    const all = ids.map((id) => this.#deps.erasures.get(tenant, id));
    await this.#finishSaid(tenant, all);
  }

  /** Those of them that were announced; what they said is what goes. */
  async #finishSaid(tenant: TenantName, all: readonly Erasure[]): Promise<void> {
    const left = all.filter(({ state }) => state === 'executing');
    if (left.length === 0) return;
    const said = left.map((one) => announcedOf(this.#deps, tenant, one));
    await this.#finish(tenant, await Promise.all(said));
  }

  async #finish(tenant: TenantName, announced: readonly Announced[]): Promise<void> {
    await finishErasures(this.#run, tenant, announced);
    // Who was silent when the certificate was put together may have been heard of before it was written.
    await this.confirmHolders();
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
