/**
 * Raises signatures to their next level as it falls due: a time-stamp at once, validation data after the grace
 * period, an archive time-stamp with the batch, and that again before its means end. Each step appends one version.
 * Nothing that fails here holds up a write or another signature; what was done is known by the logs, so that a
 * crash at any point costs at most a step that is taken again.
 */
import type { LeafIndex, TreeSize, UnixMillis } from '../base/brand.js';
import type { Logger } from '../base/logger.js';
import type { RandomSource } from '../base/random.js';
import type { Clock } from '../base/time.js';
import type { DurableFileSystem } from '../keys/durable-file.js';
import type { Vault } from '../keys/vault.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Attachment } from '../ledger/log-reader.js';
import { newestVersion } from '../queries/signature-chains.js';
import {
  type AugmentationState,
  EMPTY_STATE,
  readAugmentationFile,
  WALKS,
  type WalkStep,
  writeAugmentationFile,
} from './augmentation-file.js';
import type { AugmentationStep, Augmenter } from './augmenter.js';
import { BackOff } from './back-off.js';
import { LogWalk } from './log-walk.js';
import { type StepResult, takeStep } from './signature-step.js';
import { type WaitingSignature, WaitingSignatures } from './waiting-signatures.js';

export interface SignatureFollowerOptions {
  readonly dataDirectory: string;
  readonly augmenter: Augmenter;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
  /** Those that are written now; asked for at each turn. */
  readonly ledgers: () => readonly Ledger[];
  readonly vaultOf: (tenant: string) => Vault;
  /** From a time-stamp until revocation lists can be expected to speak of that time. */
  readonly graceMillis: number;
  /** Between two looks at all signatures for those whose last time-stamp is about to end. */
  readonly renewalCheckMillis: number;
  /** Requests to the outside at a time. */
  readonly concurrency: number;
  /** For tests. */
  readonly files?: DurableFileSystem;
}

export interface AugmentationBacklog {
  /** Signatures that a step is due for, as far as they have been counted. */
  readonly due: Readonly<Record<WalkStep, number>>;
  /** Tried, and to be tried again. */
  readonly waiting: number;
  /** Not tried again until somebody looks. */
  readonly setAside: number;
  /** When the oldest that is due or waits was recorded or began to wait. */
  readonly oldest: UnixMillis | null;
  /** Turns in a row in which no time-stamp was to be had; why. */
  readonly timeStampFailures: number;
  readonly timeStampReason: string | null;
  /** Since the start. */
  readonly appended: number;
  readonly failed: number;
}

const LOOK_AT_ONCE = 4096;
/** Of one walk, so that others have their turn and the file is written now and then. */
const BATCHES_A_TURN = 64;
const RETRIES_A_TURN = 64;
const SWEPT_A_TURN = 256;
/** One that keeps failing in ways that are not known to be final. */
const MAX_TRIES = 12;
const FIRST_RETRY_MILLIS = 5_000;
const LONGEST_RETRY_MILLIS = 6 * 3_600_000;

export class SignatureFollower {
  readonly #options: SignatureFollowerOptions;
  readonly #walks = new Map<string, Readonly<Record<WalkStep, LogWalk>>>();
  readonly #waiting: WaitingSignatures;
  readonly #timeStamps = new BackOff(1_000, 600_000);
  readonly #ledger = new BackOff(1_000, 60_000);
  readonly #start: AugmentationState;
  /** Size of each log when the last batch began: what lies below it may be archived. */
  readonly #batch = new Map<string, TreeSize>();
  #sweptAt: UnixMillis | null;
  #sweep: { readonly logs: Ledger[]; from: Attachment | null } | null = null;
  #isChanged = false;
  #appended = 0;
  #failed = 0;

  private constructor(options: SignatureFollowerOptions, state: AugmentationState) {
    this.#options = options;
    this.#start = state;
    this.#sweptAt = state.sweptAt;
    this.#waiting = new WaitingSignatures(state.waiting);
  }

  /** Goes on where it was; from the beginning of the logs if that is not known. */
  static async open(options: SignatureFollowerOptions): Promise<SignatureFollower> {
    const state = await readAugmentationFile(options.dataDirectory);
    if (state === null) options.logger.warn('augmentation begins anew: its file was damaged');
    return new SignatureFollower(options, state ?? EMPTY_STATE);
  }

  /** From now on what the logs hold may get its archive time-stamp. */
  beginBatch(): void {
    for (const { reader } of this.#options.ledgers())
      this.#batch.set(reader.handle, reader.head.size);
  }

  /** What was set aside is tried once more. */
  retry(): void {
    this.#waiting.retryAll(this.#options.clock.now());
  }

  waitingOf(log: string, index: LeafIndex): WaitingSignature | null {
    return this.#waiting.of(log, index);
  }

  get backlog(): AugmentationBacklog {
    const due = { T: 0, LT: 0, LTA: 0 };
    let oldest = Infinity;
    for (const walks of this.#walks.values())
      for (const step of WALKS) {
        due[step] += walks[step].due.length;
        oldest = Math.min(oldest, walks[step].due[0]?.recordedAt ?? Infinity);
      }
    const { all } = this.#waiting;
    const setAside = all.filter(({ until }) => until === null).length;
    for (const { until, since } of all) if (until !== null) oldest = Math.min(oldest, since);
    return {
      due,
      waiting: all.length - setAside,
      setAside,
      oldest: oldest === Infinity ? null : (oldest as UnixMillis),
      timeStampFailures: this.#timeStamps.failures,
      timeStampReason: this.#timeStamps.reason,
      appended: this.#appended,
      failed: this.#failed,
    };
  }

  /**
   * One turn: whatever is due now, within bounds. @returns whether there is more to do at once.
   * @throws what the data directory throws.
   */
  async turn(): Promise<boolean> {
    let isMore = false;
    for (const ledger of this.#options.ledgers()) {
      const walks = this.#walksOf(ledger);
      for (const step of WALKS) isMore = (await this.#walk(ledger, walks[step], step)) || isMore;
    }
    await this.#retryDue();
    isMore = (await this.#sweepOn()) || isMore;
    await this.#save();
    return isMore;
  }

  #walksOf({ reader }: Ledger): Readonly<Record<WalkStep, LogWalk>> {
    const known = this.#walks.get(reader.handle);
    if (known !== undefined) return known;
    const { T = 0, LT = 0, LTA = 0 } = this.#start.logs.get(reader.handle) ?? {};
    const walks = {
      T: new LogWalk(reader, T),
      LT: new LogWalk(reader, LT),
      LTA: new LogWalk(reader, LTA),
    };
    this.#walks.set(reader.handle, walks);
    return walks;
  }

  async #walk(ledger: Ledger, walk: LogWalk, step: WalkStep): Promise<boolean> {
    const before = walk.cursor;
    const isMore = await walk.look(this.#limits(walk, step), LOOK_AT_ONCE);
    this.#isChanged ||= walk.cursor !== before;
    const { concurrency } = this.#options;
    for (let batches = 0; batches < BATCHES_A_TURN; batches++) {
      if (walk.due.length === 0 || this.#isBlocked(step) || this.#waiting.isFull) return isMore;
      const batch = walk.due.slice(0, concurrency);
      const results = await Promise.all(batch.map(({ index }) => this.#take(ledger, index, step)));
      const blocked = results.findIndex((result) => result.kind === 'blocked');
      walk.advance(blocked < 0 ? batch.length : blocked);
      this.#isChanged = true;
      if (blocked >= 0) return false;
    }
    return true;
  }

  #limits(walk: LogWalk, step: WalkStep): { recordedUntil: UnixMillis; below: TreeSize } {
    const now = this.#options.clock.now();
    const { handle, head } = walk.reader;
    switch (step) {
      case 'T':
        return { recordedUntil: now, below: head.size };
      case 'LT': {
        const recordedUntil = (now - this.#options.graceMillis) as UnixMillis;
        return { recordedUntil, below: head.size };
      }
      case 'LTA':
        return { recordedUntil: now, below: this.#batch.get(handle) ?? (0 as TreeSize) };
    }
  }

  /** Whether the step would come to nothing for any signature. */
  #isBlocked(step: AugmentationStep): boolean {
    const now = this.#options.clock.now();
    return this.#ledger.isOn(now) || (step !== 'LT' && this.#timeStamps.isOn(now));
  }

  /** Takes the step and remembers what came of it. */
  async #take(ledger: Ledger, index: LeafIndex, step: AugmentationStep): Promise<StepResult> {
    const { augmenter, clock, random, vaultOf } = this.#options;
    const log = { ledger, vault: vaultOf(ledger.identity.tenant) };
    const result = await takeStep({ augmenter, clock, random }, log, index, step);
    this.#remember(ledger, index, step, result);
    return result;
  }

  #remember(ledger: Ledger, index: LeafIndex, step: AugmentationStep, result: StepResult): void {
    const { clock, logger } = this.#options;
    const { handle, origin } = ledger.reader;
    const now = clock.now();
    switch (result.kind) {
      case 'settled':
        // Not by the walk of another step, for which there is nothing to do.
        if (this.#waiting.of(handle, index)?.step === step) {
          this.#waiting.remove(handle, index);
          this.#isChanged = true;
        }
        if (!result.appended) return;
        this.#appended++;
        this.#ledger.succeeded();
        if (step !== 'LT') this.#timeStamps.succeeded();
        return;
      case 'blocked': {
        this.#failed++;
        const backOff = result.by === 'time-stamps' ? this.#timeStamps : this.#ledger;
        if (backOff.failures === 0)
          logger.warn('augmentation waits', { for: result.by, reason: result.reason });
        backOff.failed(now, result.reason);
        return;
      }
      case 'later': {
        this.#failed++;
        const before = this.#waiting.of(handle, index);
        const tries = (before?.tries ?? 0) + 1;
        const until = untilOf(result.until, tries, now);
        const { reason } = result;
        if (until === null)
          logger.warn('signature set aside', { log: origin, entry: index, step, reason });
        const since = before?.since ?? now;
        this.#waiting.put({ log: handle, index, step, since, tries, until, reason });
        this.#isChanged = true;
      }
    }
  }

  async #retryDue(): Promise<void> {
    const { clock, ledgers } = this.#options;
    const byLog = new Map(ledgers().map((ledger) => [ledger.reader.handle, ledger]));
    for (const { log, index, step } of this.#waiting.due(clock.now(), RETRIES_A_TURN)) {
      const ledger = byLog.get(log);
      // Of a log that is closed by now: nothing can be appended to it.
      if (ledger === undefined || index >= ledger.reader.head.size) {
        this.#waiting.remove(log, index);
        this.#isChanged = true;
      } else if (!this.#isBlocked(step)) await this.#take(ledger, index, step);
    }
  }

  /** Goes on with the look at all signatures, if it is time for one. @returns whether there is more. */
  async #sweepOn(): Promise<boolean> {
    const { clock, ledgers, renewalCheckMillis } = this.#options;
    const now = clock.now();
    if (this.#sweep === null) {
      if (this.#sweptAt !== null && now < this.#sweptAt + renewalCheckMillis) return false;
      this.#sweep = { logs: [...ledgers()], from: null };
      // Settings, services and this program may be others by now.
      if (this.#sweptAt !== null) this.#waiting.retryAll(now);
    }
    const [ledger] = this.#sweep.logs;
    if (ledger === undefined) {
      this.#sweep = null;
      this.#sweptAt = now;
      this.#isChanged = true;
      return false;
    }
    if (this.#isBlocked('renewal') || this.#waiting.isFull) return false;
    const { reader } = ledger;
    const found = await reader.attachments(SWEPT_A_TURN + 1, this.#sweep.from ?? undefined);
    for (const attachment of found.slice(0, SWEPT_A_TURN)) {
      const index = await newestVersion(reader, attachment.index);
      if (this.#waiting.of(reader.handle, index) === null) {
        const result = await this.#take(ledger, index, 'renewal');
        if (result.kind === 'blocked') {
          this.#sweep.from = attachment;
          return false;
        }
      }
    }
    this.#sweep.from = found[SWEPT_A_TURN] ?? null;
    if (this.#sweep.from === null) this.#sweep.logs.shift();
    return true;
  }

  async #save(): Promise<void> {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    const { dataDirectory, files } = this.#options;
    const logs = new Map(
      [...this.#walks].map(([handle, { T, LT, LTA }]) => [
        handle,
        { T: T.cursor, LT: LT.cursor, LTA: LTA.cursor },
      ]),
    );
    const state = { logs, sweptAt: this.#sweptAt, waiting: this.#waiting.all };
    // A crash before this leaves an older state: what was done since is found done, and skipped.
    await writeAugmentationFile(dataDirectory, state, files);
  }
}

/** @param until as it came: an instant, one that is past for "some time later", or never. */
function untilOf(until: UnixMillis | null, tries: number, now: UnixMillis): UnixMillis | null {
  if (until === null || tries >= MAX_TRIES) return null;
  const pause = Math.min(FIRST_RETRY_MILLIS * 2 ** (tries - 1), LONGEST_RETRY_MILLIS);
  return Math.max(until, now + pause) as UnixMillis;
}
