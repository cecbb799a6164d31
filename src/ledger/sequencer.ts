/**
 * Group commit: what arrives while one commit is syncing forms the next. One commit may span many
 * ledgers; it is one journal record, one sync, and one block, signature and checkpoint per ledger.
 */
import { setImmediate } from 'node:timers/promises';
import { groupBy } from '../base/group-by.js';
import type { RandomSource } from '../base/random.js';
import type { Clock } from '../base/time.js';
import { Turns } from '../base/turns.js';
import type { CommitObserver, CommitStep } from './commit-observer.js';
import { type AppendedUntil, draftBytes, type EntryDraft, type Outcome } from './entry-draft.js';
import { type GroupLimits, type Queued, takeGroup } from './internal/commit-group.js';
import type { OpenLog } from './internal/open-log.js';
import { type Carried, stage, type StagedLog, type StagedNothing } from './internal/stage.js';
import type { StateRow } from './internal/state-keys.js';
import type { WriteState } from './internal/write-state.js';
import type { Journal } from './journal.js';
import { LedgerError } from './ledger-error.js';
import { NewRows, type TenantVaults } from './tenant-vaults.js';

export interface SequencerLimits extends GroupLimits {
  /** A larger entry can never be appended. */
  readonly maxEntryBytes: number;
  /** Beyond these, callers are pushed back instead of queued. */
  readonly maxQueuedEntries: number;
  readonly maxQueuedBytes: number;
}

export const DEFAULT_LIMITS: SequencerLimits = {
  maxBundleEntries: 1024,
  maxBundleBytes: 1024 * 1024,
  maxEntryBytes: 8 * 1024 * 1024 - 64 * 1024,
  maxGroupBytes: 16 * 1024 * 1024,
  maxQueuedEntries: 16_384,
  maxQueuedBytes: 64 * 1024 * 1024,
};

export interface SequencerParts {
  readonly journal: Journal;
  readonly state: WriteState;
  readonly vaults: TenantVaults;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly observer: CommitObserver;
  readonly limits: SequencerLimits;
  /** Called once, when a durable step has failed and nothing more may be acknowledged. */
  readonly onFailure: (error: LedgerError) => void;
  /** Called between commits, when no commit is under way: the journal may be rotated here. */
  readonly betweenCommits: () => Promise<void>;
}

/** What a commit of what was made elsewhere writes. */
export interface Bearing {
  /** One commit each, in order; vault rows go with the first. */
  readonly steps: readonly (readonly Carried[])[];
  /** Number of entries, for whoever watches. */
  readonly entries: number;
  readonly tell?: (now: AppendedUntil) => void;
}

export class Sequencer {
  readonly #parts: SequencerParts;
  #queue: Queued[] = [];
  #queuedBytes = 0;
  #running: Promise<void> | null = null;
  /** Commits, and what must not meet one. */
  readonly #turns = new Turns();
  /** The commit under way; never rejects. */
  #committing: Promise<void> = Promise.resolve();
  #closed: LedgerError | null = null;
  #failure: LedgerError | null = null;

  constructor(parts: SequencerParts) {
    this.#parts = parts;
  }

  /** Whether a durable step has failed: what is on disk is known only after a reopening. */
  get hasFailed(): boolean {
    return this.#failure !== null;
  }

  /** Entries that wait for a commit. */
  get backlog(): number {
    return this.#queue.length;
  }

  /**
   * Appends drafts to a log, in order; resolves when all of them are as far as is asked for.
   *
   * @throws LedgerError LEDGER_PUSHBACK with nothing queued; LEDGER_ENTRY_TOO_LARGE likewise;
   * LEDGER_CLOSED; LEDGER_FAILED when it is unknown whether they were appended.
   */
  async submit(
    log: OpenLog,
    drafts: readonly EntryDraft[],
    until: AppendedUntil = 'applied',
  ): Promise<readonly Outcome[]> {
    this.checkOpen();
    this.checkSizes(drafts);
    this.#admit(drafts.map(draftBytes));
    return this.#enqueue(log, drafts, until);
  }

  /** Resolves when all that is durable now is applied too. @throws LedgerError LEDGER_FAILED. */
  async applied(): Promise<void> {
    await this.#committing;
    if (this.#failure !== null) throw this.#failure;
  }

  /** Resolves when nothing that was submitted to a log before is under way any more. */
  async drained(log: OpenLog): Promise<void> {
    // Not by microtasks: what waits may wait for a turn of somebody else's.
    while (this.#queue.some((one) => one.log === log)) await setImmediate();
    await this.#committing;
  }

  /** As `submit`, however much is waiting: for the one entry that a log cannot be without. */
  async submitFirst(log: OpenLog, draft: EntryDraft): Promise<void> {
    this.checkOpen();
    await this.#enqueue(log, [draft], 'applied');
  }

  /** As `submitFirst`, before all that waits. To be called within `exclusive`. */
  submitNext(log: OpenLog, draft: EntryDraft): Promise<void> {
    const { queued, outcomes } = enlist(log, [draft], 'applied');
    this.#queue.unshift(...queued);
    this.#wake(queued);
    return outcomes.then(() => undefined);
  }

  /**
   * Runs when no commit is under way, and lets none begin before it has ended: writers wait.
   *
   * @throws LedgerError LEDGER_CLOSED, LEDGER_FAILED; what `act` throws.
   */
  async exclusive<T>(act: () => Promise<T>): Promise<T> {
    this.checkOpen();
    return this.#turns.take(() => {
      if (this.#failure !== null) throw this.#failure;
      return act();
    });
  }

  /**
   * A commit of what was made or checked elsewhere, in its turn among all others.
   *
   * @param prepare nothing is written while it runs; what it throws leaves all as it was. Each step is a commit of its own.
   * @throws LedgerError LEDGER_CLOSED; LEDGER_FAILED when it is unknown what was written.
   */
  async carry<T extends Bearing>(prepare: (rows: NewRows) => Promise<T>): Promise<T> {
    const done = await this.exclusive(async () => {
      const rows = new NewRows(this.#parts.vaults);
      const bearing = await prepare(rows);
      try {
        let fresh = rows;
        for (const carried of bearing.steps) {
          await this.#write(carried, fresh, bearing.entries, bearing.tell ?? (() => undefined));
          fresh = new NewRows(this.#parts.vaults);
        }
      } catch (cause) {
        throw this.fail(cause);
      }
      return bearing;
    });
    await this.#turns
      .take(() => this.#parts.betweenCommits())
      .catch((cause: unknown) => {
        throw this.fail(cause);
      });
    return done;
  }

  /** @throws LedgerError LEDGER_ENTRY_TOO_LARGE. */
  checkSizes(drafts: readonly EntryDraft[]): void {
    const { maxEntryBytes } = this.#parts.limits;
    if (drafts.some((draft) => draftBytes(draft) > maxEntryBytes))
      throw new LedgerError(
        'LEDGER_ENTRY_TOO_LARGE',
        `an entry may take ${maxEntryBytes} bytes; store larger content as a file`,
      );
  }

  /** @throws LedgerError LEDGER_CLOSED, LEDGER_FAILED. */
  checkOpen(): void {
    const ended = this.#failure ?? this.#closed;
    if (ended !== null) throw ended;
  }

  #enqueue(
    log: OpenLog,
    drafts: readonly EntryDraft[],
    until: AppendedUntil,
  ): Promise<readonly Outcome[]> {
    if (drafts.length === 0) return Promise.resolve([]);
    const { queued, outcomes } = enlist(log, drafts, until);
    this.#queue.push(...queued);
    this.#wake(queued);
    return outcomes;
  }

  #wake(queued: readonly Queued[]): void {
    for (const { bytes } of queued) this.#queuedBytes += bytes;
    this.#running ??= this.#run();
  }

  /** Finishes what is queued, takes nothing more. */
  async close(): Promise<void> {
    this.#closed ??= new LedgerError(
      'LEDGER_CLOSED',
      'the node is stopping: try another, or later',
    );
    await this.#running;
    await this.#turns.take(() => Promise.resolve());
  }

  /**
   * Ends it: a durable step has failed, here or elsewhere in the store, and what is on disk is
   * unknown until it has been opened again. Nothing more is acknowledged.
   *
   * @returns what everyone gets who asks for more.
   */
  fail(cause: unknown): LedgerError {
    if (this.#failure !== null) return this.#failure;
    this.#failure = new LedgerError(
      'LEDGER_FAILED',
      'a write to disk failed; what was appended last is known after a restart',
      { cause },
    );
    for (const { settle } of this.#queue) settle(this.#failure);
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#parts.onFailure(this.#failure);
    return this.#failure;
  }

  #admit(sizes: readonly number[]): void {
    const { maxQueuedEntries, maxQueuedBytes } = this.#parts.limits;
    const bytes = sizes.reduce((sum, size) => sum + size, this.#queuedBytes);
    const isFull = this.#queue.length + sizes.length > maxQueuedEntries || bytes > maxQueuedBytes;
    if (isFull && this.#queue.length > 0)
      throw new LedgerError('LEDGER_PUSHBACK', 'too much is waiting to be written: try again');
  }

  async #run(): Promise<void> {
    try {
      // A tick's grace lets requests that arrive together share a commit.
      await Promise.resolve();
      while (this.#queue.length > 0) {
        let group: readonly Queued[] = [];
        const committing = this.#turns.take(() => {
          // Not before: what has its turn before it may put an entry in front of all others.
          group = this.#takeGroup();
          return this.#commit(group);
        });
        this.#committing = committing.catch(() => undefined);
        try {
          await committing;
          await this.#turns.take(this.#parts.betweenCommits);
        } catch (cause) {
          const error = this.fail(cause);
          for (const { settle } of group) settle(error);
        }
      }
    } finally {
      this.#running = null;
    }
  }

  #takeGroup(): readonly Queued[] {
    const { group, rest, bytes } = takeGroup(this.#queue, this.#parts.limits);
    this.#queue = rest;
    this.#queuedBytes -= bytes;
    return group;
  }

  async #commit(group: readonly Queued[]): Promise<void> {
    const { state, vaults, clock, random } = this.#parts;
    const byLog = groupBy(group, ({ log }) => log);
    const rows = new NewRows(vaults);

    const staged = await this.#step('stage', group.length, async () => {
      const now = clock.now();
      return Promise.all(
        [...byLog].map(([log, items]) => {
          const drafts = items.map(({ draft }) => draft);
          return stage(log, drafts, { state, random, rows }, now);
        }),
      );
    });
    const carried = staged.filter((one): one is StagedLog => one.blocks !== null);
    await this.#write(carried, rows, group.length, (now) => {
      settle(staged, byLog, now);
    });
  }

  /** @param tell who waits for that much. */
  async #write(
    carried: readonly Carried[],
    rows: NewRows,
    entries: number,
    tell: (now: AppendedUntil) => void,
  ): Promise<void> {
    const { journal, state, vaults } = this.#parts;
    // A crash before this step has returned leaves nothing that anyone was told of.
    await this.#step('journal', entries, async () => {
      const [vaultRows, blocks] = [rows.all(), carried.flatMap((one) => one.blocks)];
      if (vaultRows.length + blocks.length > 0)
        await journal.append({ kind: 'commit', rows: vaultRows, blocks });
    });
    // From here on a crash loses nothing: the next opening applies the journal. Who needs no more goes on.
    tell('durable');
    await this.#step('log', entries, async () => {
      for (const { log, blocks } of carried)
        await log.hypercore.append(
          blocks.map(({ block }) => block),
          log.secrets.core,
        );
    });
    // A crash here leaves logs that are ahead of the vault and of the write state.
    const vaultRows: StateRow[] = await this.#step('vault', entries, () => vaults.append(rows));
    await this.#step('state', entries, () =>
      state.write([...carried.flatMap((one) => one.rows), ...vaultRows]),
    );
    // A crash here leaves everything in place, and a caller who does not know it yet.
    await this.#step('acknowledge', entries, () => {
      for (const { log, position } of carried) log.moveTo(position);
      tell('applied');
      return Promise.resolve();
    });
  }

  async #step<T>(step: CommitStep, entries: number, run: () => Promise<T>): Promise<T> {
    const { observer } = this.#parts;
    await observer.before(step, entries);
    const result = await run();
    await observer.after(step, entries);
    return result;
  }
}

/** Drafts as they wait for a commit, and what tells when all of them are as far as is asked for. */
function enlist(
  log: OpenLog,
  drafts: readonly EntryDraft[],
  until: AppendedUntil,
): { readonly queued: readonly Queued[]; readonly outcomes: Promise<readonly Outcome[]> } {
  const { promise, resolve, reject } = deferred<readonly Outcome[]>();
  const outcomes: Outcome[] = [];
  let open = drafts.length;
  const queued = drafts.map((draft, at): Queued => {
    const settle = (result: Outcome | LedgerError): void => {
      if (result instanceof LedgerError) {
        reject(result);
        return;
      }
      outcomes[at] = result;
      if (--open === 0) resolve(outcomes);
    };
    // Others find a new secret only when the vault has it: given up before, it would be minted again.
    const goesOn = draft.secrets.length > 0 ? 'applied' : until;
    return { log, draft, bytes: draftBytes(draft), until: goesOn, settle };
  });
  return { queued, outcomes: promise };
}

/** Tells those who wait for that much. */
function settle(
  staged: readonly (StagedLog | StagedNothing)[],
  byLog: ReadonlyMap<OpenLog, readonly Queued[]>,
  now: AppendedUntil,
): void {
  for (const { log, outcomes } of staged) {
    const items = byLog.get(log) ?? [];
    if (!items.some(({ until }) => until === now)) continue;
    for (const [at, outcome] of outcomes().entries()) {
      const item = items[at];
      if (item?.until === now) item.settle(outcome);
    }
  }
}

function deferred<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: Error) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
