/**
 * The walks of all steps through all logs, and how far each may go now: a time-stamp is due at once, validation
 * data after the grace period, an archive time-stamp with the batch. A walk stands still while an outage lasts;
 * what fails for one signature alone waits beside it.
 */
import type { LeafIndex, TreeSize, UnixMillis } from '../base/brand.js';
import type { Clock } from '../base/time.js';
import type { Ledger } from '../ledger/ledger.js';
import { type AugmentationState, type Cursors, WALKS, type WalkStep } from './augmentation-file.js';
import { type DueLimits, type DueSignature, LogWalk } from './log-walk.js';
import type { StepTaker } from './step-taker.js';

export interface SignatureWalksOptions {
  readonly clock: Clock;
  /** From a time-stamp until revocation lists can be expected to speak of that time. */
  readonly graceMillis: number;
  /** Requests to the outside at a time. */
  readonly concurrency: number;
}

type WalksOfLog = Readonly<Record<WalkStep, LogWalk>>;

const LOOK_AT_ONCE = 4096;
/** Of one walk, so that others have their turn and the file is written now and then. */
const BATCHES_A_TURN = 64;

export class SignatureWalks {
  readonly #options: SignatureWalksOptions;
  readonly #steps: StepTaker;
  readonly #start: AugmentationState['logs'];
  readonly #onChange: () => void;
  /** By the log's handle. */
  readonly #walks = new Map<string, WalksOfLog>();
  /** Size of each log when the last batch began: what lies below it may be archived. */
  readonly #batch = new Map<string, TreeSize>();

  /**
   * @param start where the walks go on.
   * @param onChange when one has come further.
   */
  constructor(
    options: SignatureWalksOptions,
    steps: StepTaker,
    start: AugmentationState['logs'],
    onChange: () => void,
  ) {
    this.#options = options;
    this.#steps = steps;
    this.#start = start;
    this.#onChange = onChange;
  }

  /** Of the logs that have been walked. */
  get cursors(): ReadonlyMap<string, Cursors> {
    return new Map(
      [...this.#walks].map(([handle, { T, LT, LTA }]) => [
        handle,
        { T: T.cursor, LT: LT.cursor, LTA: LTA.cursor },
      ]),
    );
  }

  /** What is due for a step and not done, log by log, as far as it has been counted. */
  due(step: WalkStep): readonly (readonly DueSignature[])[] {
    return [...this.#walks.values()].map((walks) => walks[step].due);
  }

  /** An entry of a log, if the step is due for it. */
  dueAt(log: string, index: LeafIndex, step: WalkStep): DueSignature | null {
    return this.#walks.get(log)?.[step].due.find((one) => one.index === index) ?? null;
  }

  /** From now on what the log holds may get its archive time-stamp. */
  beginBatch({ reader }: Ledger): void {
    this.#batch.set(reader.handle, reader.head.size);
  }

  /** All steps through one log, within bounds. @returns whether there is more to do at once. */
  async turn(ledger: Ledger): Promise<boolean> {
    const walks = this.#of(ledger);
    let isMore = false;
    for (const step of WALKS) isMore = (await this.#walk(ledger, walks[step], step)) || isMore;
    return isMore;
  }

  #of({ reader }: Ledger): WalksOfLog {
    const known = this.#walks.get(reader.handle);
    if (known !== undefined) return known;
    const { T = 0, LT = 0, LTA = 0 } = this.#start.get(reader.handle) ?? {};
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
    if (walk.cursor !== before) this.#onChange();
    for (let batches = 0; batches < BATCHES_A_TURN; batches++) {
      if (walk.due.length === 0 || this.#steps.isHeldUp(step)) return isMore;
      const batch = walk.due.slice(0, this.#options.concurrency);
      const taken = batch.map(({ index }) => this.#steps.take(ledger, index, step));
      const blocked = (await Promise.all(taken)).findIndex(({ kind }) => kind === 'blocked');
      walk.advance(blocked < 0 ? batch.length : blocked);
      this.#onChange();
      if (blocked >= 0) return false;
    }
    return true;
  }

  #limits({ reader: { handle, head } }: LogWalk, step: WalkStep): DueLimits {
    const now = this.#options.clock.now();
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
}
