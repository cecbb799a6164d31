/**
 * Has calendars stamp the epoch log's roots, and keeps what they know of them. A second way into Bitcoin, which needs
 * no wallet. Nothing waits for it: what fails is tried again with the next epoch, whose root holds all before it.
 */
import type { TreeSize, UnixMillis } from '../base/brand.js';
import type { Logger } from '../base/logger.js';
import { randomBytes, type RandomSource } from '../base/random.js';
import { Rounds } from '../base/rounds.js';
import type { Clock } from '../base/time.js';
import type { LogReader } from '../ledger/log-reader.js';
import type { CalendarRound, CalendarRounds } from './calendar-rounds.js';
import {
  type CalendarStamp,
  isInBlock,
  openPromises,
  outgoingOf,
  STAMP_NONCE_BYTES,
} from './calendar-stamp.js';
import { calendarAlarms, type CalendarFailure, type CalendarStatus } from './calendar-status.js';
import type { CalendarStore } from './calendar-store.js';
import { OpenStamps } from './internal/open-stamps.js';
import { lastEpoch } from './read-epoch.js';

export interface CalendarStampsOptions {
  /** The epoch log that is written now. */
  readonly epochs: LogReader;
  readonly store: CalendarStore;
  readonly rounds: Pick<CalendarRounds, 'submit' | 'follow'>;
  /** So many calendars at least are to take each root. */
  readonly wanted: number;
  /** All that are asked. */
  readonly asked: number;
  /** At the least between two roots that are sent. */
  readonly intervalMillis: number;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
}

/** Asked about in one round; the rest in the next. */
const MAX_FOLLOWED = 64;

export class CalendarStamps {
  readonly #options: CalendarStampsOptions;
  readonly #turns = new Rounds(() => this.#tried());
  readonly #open: OpenStamps;
  #stampedSize: TreeSize;
  #lastStampedAt: UnixMillis | null;
  #lastConfirmedAt: UnixMillis | null = null;
  #missed = 0;
  #lapsed = 0;
  #failures: readonly CalendarFailure[] = [];

  constructor(options: CalendarStampsOptions) {
    const { store, wanted, clock } = options;
    this.#options = options;
    this.#open = new OpenStamps(store, clock);
    const enough = store.opened.filter(({ took }) => took.length >= wanted).at(-1);
    const settled = store.settledSizes.at(-1) ?? 0;
    this.#stampedSize = Math.max(settled, enough?.size ?? 0) as TreeSize;
    this.#lastStampedAt = enough?.at ?? null;
  }

  get status(): CalendarStatus {
    const confirmedSize = this.confirmedSizes.at(-1) ?? (0 as TreeSize);
    const { waitingSince } = this.#open;
    const missed = this.#missed;
    return {
      stampedSize: this.#stampedSize,
      confirmedSize,
      lastStampedAt: this.#lastStampedAt,
      lastConfirmedAt: this.#lastConfirmedAt,
      open: this.#open.all.length,
      waitingSince,
      missed,
      lapsed: this.#lapsed,
      failures: this.#failures,
      alarms: calendarAlarms({ missed, waitingSince }, this.#options.clock.now()),
    };
  }

  /** Sizes of the epoch log that a calendar has named a block of, ascending. */
  get confirmedSizes(): readonly TreeSize[] {
    return this.#open.confirmedSizes;
  }

  /** @throws AnchoringError ANCHOR_STATE_INVALID if what is kept is not what was written. */
  async read(size: TreeSize): Promise<CalendarStamp> {
    const open = this.#open.all.find((stamp) => stamp.size === size);
    return open ?? this.#options.store.readSettled(size);
  }

  /** Asks calendars, now or once what is under way is through. */
  begin(): void {
    this.#turns.begin();
  }

  /** Resolves when nothing is asked any more. */
  idle(): Promise<void> {
    return this.#turns.idle();
  }

  stop(): Promise<void> {
    return this.#turns.stop();
  }

  async #tried(): Promise<void> {
    const { logger } = this.#options;
    try {
      const failures = [...(await this.#follow()), ...(await this.#submit())];
      await this.#lapse();
      this.#failures = firstOfEach(failures);
    } catch (error) {
      // Of the disk, mostly: what is kept is as it was, and asked about again.
      this.#missed++;
      logger.warn('keeping what calendars say failed', { error });
    }
  }

  /** Sends the newest root where it is time, and again where too few took it. */
  async #submit(): Promise<readonly CalendarFailure[]> {
    const { epochs, rounds, store, wanted, asked, random, clock, logger } = this.#options;
    const { size } = epochs.head;
    if (lastEpoch(epochs) === null) return [];
    const newest = this.#open.all.at(-1) ?? null;
    const sent = Math.max(newest?.size ?? 0, store.settledSizes.at(-1) ?? 0);
    const isNew = size > sent && this.#isTime(clock.now());
    const before = isNew || newest?.size !== sent || newest.took.length >= asked ? null : newest;
    if (!isNew && before === null) return [];
    const root = await epochs.rootAt(size);
    const outgoing =
      before === null
        ? { size, root, nonce: randomBytes(random, STAMP_NONCE_BYTES) }
        : outgoingOf(before);
    if (outgoing === null) return [];
    const round = await rounds.submit(outgoing, before, this.#turns.signal);
    await this.#keepTaken(before, round);
    const took = round.stamp?.took.length ?? 0;
    if (took >= wanted) {
      if (this.#missed > 0) logger.info('calendars take roots again', { size });
      this.#missed = 0;
      this.#stampedSize = outgoing.size;
      this.#lastStampedAt = round.stamp?.at ?? clock.now();
    } else {
      this.#missed++;
      const { failures } = round;
      logger.warn('too few calendars took a root of the epoch log', { size, took, failures });
    }
    return round.failures;
  }

  async #keepTaken(
    before: CalendarStamp | null,
    { stamp }: CalendarRound<CalendarStamp | null>,
  ): Promise<void> {
    if (stamp === null || stamp === before) return;
    // A crash before this leaves calendars with a digest that nobody asks about.
    await this.#open.put(stamp);
  }

  /** Whether the last that enough calendars took is long enough ago; the clock may have gone back. */
  #isTime(now: UnixMillis): boolean {
    const { intervalMillis } = this.#options;
    const since = this.#lastStampedAt === null ? Infinity : now - this.#lastStampedAt;
    return this.#missed > 0 || since < 0 || since >= intervalMillis;
  }

  /** Asks for what was promised, oldest first. */
  async #follow(): Promise<readonly CalendarFailure[]> {
    const { rounds } = this.#options;
    const failures: CalendarFailure[] = [];
    for (const stamp of this.#open.due().slice(0, MAX_FOLLOWED)) {
      if (this.#turns.signal.aborted) return failures;
      const round = await rounds.follow(stamp, this.#turns.signal);
      failures.push(...round.failures);
      this.#open.followed(stamp.size);
      if (round.stamp !== stamp) await this.#keepFollowed(stamp, round.stamp);
    }
    return failures;
  }

  async #keepFollowed(before: CalendarStamp, stamp: CalendarStamp): Promise<void> {
    const { clock, logger } = this.#options;
    if (openPromises(stamp).length === 0) await this.#open.settle(stamp);
    else await this.#open.put(stamp);
    if (isInBlock(before)) return;
    this.#lastConfirmedAt = clock.now();
    logger.info('a calendar named a block', { size: stamp.size });
  }

  /** What is too old, or more than is followed, is open no longer. */
  async #lapse(): Promise<void> {
    const { clock, logger } = this.#options;
    for (const stamp of this.#open.over(clock.now())) {
      const { size, took } = stamp;
      if (isInBlock(stamp)) await this.#open.settle(stamp);
      else {
        await this.#open.drop(size);
        // What a larger one holds is lost to nobody.
        if (size > (this.confirmedSizes.at(-1) ?? 0)) this.#lapsed++;
        logger.warn('calendars did not keep a promise', { size, took });
      }
    }
  }
}

/** The first of each: what comes after it is that it rests. */
function firstOfEach(failures: readonly CalendarFailure[]): readonly CalendarFailure[] {
  return [...new Map(failures.toReversed().map((one) => [one.calendar, one])).values()];
}
