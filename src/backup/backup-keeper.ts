/**
 * The backups of a node that serves: one at a time, to the targets that are set, on request and, where it is
 * asked for, by the clock. What fails is kept, said and tried again.
 */
import type { UnixMillis } from '../base/brand.js';
import { ChirographError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { Turns } from '../base/turns.js';
import type { LogHead } from '../ledger/log-head.js';
import { readContent } from './backup-content.js';
import { BackupError } from './backup-error.js';
import { type Failures, isDue } from './internal/due.js';
import type { KnownTargets } from './known-targets.js';
import { type BackupParts, type BackupResult, makeBackup } from './make-backup.js';
import { beginTarget, openTarget, type Target } from './target.js';
import { generationsAt, tenantsAt } from './vault-copy.js';

export interface BackupKeeperOptions extends Omit<BackupParts, 'isAtRest' | 'progress'> {
  /** Absolute. */
  readonly directories: readonly string[];
  readonly known: KnownTargets;
  /** After the last complete one; null where none are made by the clock. */
  readonly intervalMillis: number | null;
  readonly logger: Logger;
  /** Called before anything is written; the backup fails where it does. */
  readonly begins: (directory: string) => Promise<void>;
  /** Called when one is done or has failed. */
  readonly done: (made: BackupOutcome) => Promise<void>;
}

export interface BackupOutcome {
  readonly directory: string;
  readonly result: BackupResult | null;
  /** Null of one that is complete. */
  readonly problem: string | null;
}

/** What the last complete backup of a target holds. */
export interface LastBackup {
  readonly number: number;
  readonly startedAt: UnixMillis;
  readonly completedAt: UnixMillis;
  /** That it added in parts. */
  readonly bytes: number;
  /** By handle of the log. */
  readonly heads: ReadonlyMap<string, LogHead>;
}

export interface TargetStatus {
  readonly directory: string;
  /** Null before it has been used. */
  readonly id: string | null;
  readonly state: 'idle' | 'waiting' | 'running';
  readonly last: LastBackup | null;
  /** Code of why the last try failed, or of why it cannot be read now. */
  readonly problem: string | null;
  readonly isOverdue: boolean;
  readonly vaults: readonly { readonly tenant: string; readonly generations: readonly number[] }[];
}

export class BackupKeeper {
  readonly #options: BackupKeeperOptions;
  readonly #turns = new Turns();
  readonly #states = new Map<string, 'waiting' | 'running'>();
  /** Code of why the last try failed. */
  readonly #problems = new Map<string, string>();
  /** Code of why what is there could not be read when it was looked at last. */
  readonly #unreadable = new Map<string, string>();
  /** Tries in a row that have failed; none of a target where the last was complete. */
  readonly #failures = new Map<string, Failures>();
  readonly #last = new Map<string, LastBackup>();
  readonly #openedAt: UnixMillis;
  #isStopping = false;

  constructor(options: BackupKeeperOptions) {
    this.#options = options;
    this.#openedAt = options.clock.now();
  }

  get directories(): readonly string[] {
    return this.#options.directories;
  }

  /**
   * Begins a backup to each of these; whoever wants to know what became of it asks for `statuses`.
   *
   * @param wanted all targets unless given.
   * @throws BackupError BACKUP_TARGET_UNKNOWN, BACKUP_RUNNING with nothing begun.
   */
  begin(wanted: readonly string[] = this.directories): readonly string[] {
    if (wanted.length === 0 || wanted.some((one) => !this.directories.includes(one)))
      throw new BackupError(
        'BACKUP_TARGET_UNKNOWN',
        'the node has no such backup target: set its directory with backupDirectories, and start the node again',
      );
    if (wanted.some((one) => this.#states.has(one)))
      throw new BackupError(
        'BACKUP_RUNNING',
        'a backup to this target is being made: ask how far it is',
      );
    for (const directory of wanted) {
      this.#states.set(directory, 'waiting');
      // It looks after its own failures.
      void this.#turns.take(() => this.#make(directory));
    }
    return wanted;
  }

  /** Those that are due by the clock are begun; one that failed is tried again after a pause that grows. */
  beginDue(): void {
    const due = this.directories.filter((one) => !this.#states.has(one) && this.#isDue(one));
    if (due.length > 0 && !this.#isStopping) this.begin(due);
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    await this.#turns.take(() => Promise.resolve());
  }

  /** Ends what is under way: without its manifest it is no backup. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.settled();
  }

  /** Reasons of `readinessOf`; no names, because anyone may ask. */
  reasons(): readonly string[] {
    const failed = this.directories.filter((one) => this.#problemOf(one) !== null).length;
    const overdue = this.directories.filter((one) => this.#isOverdue(one)).length;
    return [
      ...(failed === 0 ? [] : [`backups to ${failed} of the targets have failed: see the log`]),
      ...(overdue === 0 ? [] : [`${overdue} backup targets are overdue`]),
    ];
  }

  /** Learns what is there, so that it is known from the start when the next is due. */
  async open(): Promise<void> {
    for (const directory of this.directories) await this.#look(directory);
  }

  async statuses(): Promise<readonly TargetStatus[]> {
    return Promise.all(this.directories.map((directory) => this.#status(directory)));
  }

  lastOf(directory: string): LastBackup | null {
    return this.#last.get(directory) ?? null;
  }

  #problemOf(directory: string): string | null {
    return this.#problems.get(directory) ?? this.#unreadable.get(directory) ?? null;
  }

  async #status(directory: string): Promise<TargetStatus> {
    const { known } = this.#options;
    const vaults: { tenant: string; generations: readonly number[] }[] = [];
    const target = await this.#look(directory);
    if (target !== null)
      for (const tenant of await tenantsAt(target))
        vaults.push({ tenant, generations: await generationsAt(target, tenant) });
    return {
      directory,
      id: known.in(directory) ?? null,
      state: this.#states.get(directory) ?? 'idle',
      last: this.lastOf(directory),
      problem: this.#problemOf(directory),
      isOverdue: this.#isOverdue(directory),
      vaults,
    };
  }

  /** @returns null if it cannot be read; why, is its problem. */
  async #look(directory: string): Promise<Target | null> {
    try {
      const target = await openTarget(directory, this.#options.keyStore);
      if (!this.#last.has(directory)) this.#learn(directory, await readContent(target));
      this.#unreadable.delete(directory);
      return target;
    } catch (cause) {
      if (!(cause instanceof BackupError)) throw cause;
      // An empty directory that has not been used yet is none.
      const isNew =
        cause.code === 'BACKUP_MISSING' && this.#options.known.in(directory) === undefined;
      if (!isNew) this.#unreadable.set(directory, cause.code);
      return null;
    }
  }

  #learn(directory: string, content: Awaited<ReturnType<typeof readContent>>): void {
    const { number, startedAt, completedAt, addedBytes: bytes, heads } = content;
    if (startedAt !== null && completedAt !== null)
      this.#last.set(directory, { number, startedAt, completedAt, bytes, heads });
  }

  async #make(directory: string): Promise<void> {
    const { clock, logger, done } = this.#options;
    this.#states.set(directory, 'running');
    let outcome: BackupOutcome;
    try {
      const result = await this.#makeAt(directory);
      for (const wrong of [this.#problems, this.#unreadable, this.#failures])
        wrong.delete(directory);
      outcome = { directory, result, problem: null };
      logger.info('backed up', { directory, backup: result.number, bytes: result.bytes });
    } catch (error) {
      const problem = error instanceof ChirographError ? String(error.code) : 'INTERNAL';
      outcome = { directory, result: null, problem };
      if (!this.#isStopping) {
        this.#problems.set(directory, problem);
        const count = (this.#failures.get(directory)?.count ?? 0) + 1;
        this.#failures.set(directory, { count, last: clock.now() });
        logger.error('backup failed', { directory, error });
      }
    }
    try {
      if (!this.#isStopping) await done(outcome);
    } catch (error) {
      // The backup is what it is; a store that failed has said so elsewhere.
      logger.error('a backup could not be put on record', { directory, error });
    }
    this.#states.delete(directory);
  }

  async #makeAt(directory: string): Promise<BackupResult> {
    const { begins, known } = this.#options;
    const progress = (): void => {
      if (this.#isStopping)
        throw new BackupError('BACKUP_RUNNING', 'the node is stopping: begin it again then');
    };
    progress();
    await begins(directory);
    const id = known.in(directory);
    // Where there was one before, another or none is a disk that is not mounted.
    const target =
      id === undefined
        ? await beginTarget(directory, this.#options)
        : await openTarget(directory, this.#options.keyStore);
    if (id !== undefined && target.id !== id)
      throw new BackupError('BACKUP_TARGET_OTHER', 'another backup lies where the target was');
    const result = await makeBackup(target, { ...this.#options, isAtRest: false, progress });
    this.#learn(directory, await readContent(target));
    await known.learn(target.id, directory);
    return result;
  }

  #isDue(directory: string): boolean {
    const { clock, intervalMillis } = this.#options;
    if (intervalMillis === null) return false;
    const last = this.#last.get(directory)?.completedAt ?? null;
    return isDue(clock.now(), { intervalMillis, last, failures: this.#failures.get(directory) });
  }

  /** Twice the interval: one that is under way, or failed once, is none yet. */
  #isOverdue(directory: string): boolean {
    const { clock, intervalMillis } = this.#options;
    const last = this.#last.get(directory)?.completedAt ?? this.#openedAt;
    return intervalMillis !== null && clock.now() - last >= 2 * intervalMillis;
  }
}
