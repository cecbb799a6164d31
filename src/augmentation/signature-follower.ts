/**
 * Raises signatures to their next level as it falls due: a time-stamp at once, validation data after the grace
 * period, an archive time-stamp with the batch, and that again before its means end. Each step appends one version.
 * Nothing that fails here holds up a write or another signature; what was done is known by the logs, so that a
 * crash at any point costs at most a step that is taken again.
 */
import type { LeafIndex, UnixMillis } from '../base/brand.js';
import type { DurableFileSystem } from '../keys/durable-file.js';
import type { Ledger } from '../ledger/ledger.js';
import {
  type AugmentationState,
  EMPTY_STATE,
  readAugmentationFile,
  WALKS,
  type WalkStep,
  writeAugmentationFile,
} from './augmentation-file.js';
import { RenewalSweep } from './renewal-sweep.js';
import { SignatureWalks, type SignatureWalksOptions } from './signature-walks.js';
import { type StepCounts, StepTaker, type StepTakerOptions } from './step-taker.js';
import { type HoldUp, WaitingSignatures } from './waiting-signatures.js';

export interface SignatureFollowerOptions extends StepTakerOptions, SignatureWalksOptions {
  readonly dataDirectory: string;
  /** Those that are written now; asked for at each turn. */
  readonly ledgers: () => readonly Ledger[];
  /** Between two looks at all signatures for those whose last time-stamp is about to end. */
  readonly renewalCheckMillis: number;
  /** For tests. */
  readonly files?: DurableFileSystem;
}

export interface AugmentationBacklog extends StepCounts {
  /** Signatures that a step is due for, as far as they have been counted. */
  readonly due: Readonly<Record<WalkStep, number>>;
  /** Tried, and to be tried again. */
  readonly waiting: number;
  /** Not tried again until somebody looks. */
  readonly setAside: number;
  /** When the oldest that is due or waits was recorded or began to wait. */
  readonly oldest: UnixMillis | null;
}

const RETRIES_A_TURN = 64;

export class SignatureFollower {
  readonly #options: SignatureFollowerOptions;
  readonly #waiting: WaitingSignatures;
  readonly #steps: StepTaker;
  readonly #walks: SignatureWalks;
  readonly #sweep: RenewalSweep;
  #isChanged = false;

  private constructor(options: SignatureFollowerOptions, state: AugmentationState) {
    const onChange = (): void => {
      this.#isChanged = true;
    };
    this.#options = options;
    this.#waiting = new WaitingSignatures(state.waiting, onChange);
    this.#steps = new StepTaker(options, this.#waiting);
    this.#walks = new SignatureWalks(options, this.#steps, state.logs, onChange);
    this.#sweep = new RenewalSweep(options, this.#steps, this.#waiting, state.sweptAt, onChange);
  }

  /** Goes on where it was; from the beginning of the logs if that is not known. */
  static async open(options: SignatureFollowerOptions): Promise<SignatureFollower> {
    const state = await readAugmentationFile(options.dataDirectory);
    if (state === null) options.logger.warn('augmentation begins anew: its file was damaged');
    return new SignatureFollower(options, state ?? EMPTY_STATE);
  }

  /** From now on what the logs hold may get its archive time-stamp. */
  beginBatch(): void {
    for (const ledger of this.#options.ledgers()) this.#walks.beginBatch(ledger);
  }

  /** What was set aside is tried once more. */
  retry(): void {
    this.#waiting.retryAll(this.#options.clock.now());
  }

  /**
   * What holds up the next step of a signature, of its own or of all; null if nothing does, or none is due.
   *
   * @param index of its newest version, in the log of that handle.
   * @param cms that version.
   */
  waitingOf(log: string, index: LeafIndex, cms: Uint8Array): HoldUp | null {
    return this.#waiting.of(log, index) ?? this.#outageOf(log, index, cms);
  }

  get backlog(): AugmentationBacklog {
    const due = { T: 0, LT: 0, LTA: 0 };
    let oldest = Infinity;
    for (const step of WALKS)
      for (const ofLog of this.#walks.due(step)) {
        due[step] += ofLog.length;
        oldest = Math.min(oldest, ofLog[0]?.recordedAt ?? Infinity);
      }
    const { all } = this.#waiting;
    const setAside = all.filter(({ until }) => until === null).length;
    for (const { until, since } of all) if (until !== null) oldest = Math.min(oldest, since);
    return {
      due,
      waiting: all.length - setAside,
      setAside,
      oldest: oldest === Infinity ? null : (oldest as UnixMillis),
      ...this.#steps.counts,
    };
  }

  /**
   * One turn: whatever is due now, within bounds. @returns whether there is more to do at once.
   * @throws what the data directory throws.
   */
  async turn(): Promise<boolean> {
    let isMore = false;
    for (const ledger of this.#options.ledgers())
      isMore = (await this.#walks.turn(ledger)) || isMore;
    await this.#retryDue();
    isMore = (await this.#sweep.turn()) || isMore;
    await this.#save();
    return isMore;
  }

  #outageOf(log: string, index: LeafIndex, cms: Uint8Array): HoldUp | null {
    const outage = this.#steps.outageFor(cms);
    if (outage === null || outage.step === 'renewal') return outage;
    // What is not due yet waits for that, and not for the end of the outage.
    const due = this.#walks.dueAt(log, index, outage.step);
    return due && { ...outage, since: Math.max(outage.since, due.recordedAt) as UnixMillis };
  }

  async #retryDue(): Promise<void> {
    const { clock, ledgers } = this.#options;
    const byLog = new Map(ledgers().map((ledger) => [ledger.reader.handle, ledger]));
    for (const { log, index, step } of this.#waiting.due(clock.now(), RETRIES_A_TURN)) {
      const ledger = byLog.get(log);
      // Of a log that is closed by now: nothing can be appended to it.
      if (ledger === undefined || index >= ledger.reader.head.size)
        this.#waiting.remove(log, index);
      else if (!this.#steps.isBlocked(step)) await this.#steps.take(ledger, index, step);
    }
  }

  async #save(): Promise<void> {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    const { dataDirectory, files } = this.#options;
    const { sweptAt } = this.#sweep;
    const state = { logs: this.#walks.cursors, sweptAt, waiting: this.#waiting.all };
    // A crash before this leaves an older state: what was done since is found done, and skipped.
    await writeAugmentationFile(dataDirectory, state, files);
  }
}
