/**
 * Has the epoch log time-stamped, at most once in an interval, because authorities cost money. Nothing waits for it:
 * what fails is tried again with a later epoch, and one stamp is enough for all that waited, since the tree of the
 * newest checkpoint holds every epoch before.
 */
import type { TreeSize, UnixMillis } from '../base/brand.js';
import { ChirographError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { Rounds } from '../base/rounds.js';
import type { Clock } from '../base/time.js';
import type { TimeStampAuthority } from '../keys/time-stamp-authority.js';
import { TimeStampError } from '../keys/time-stamp-error.js';
import type { LogReader } from '../ledger/log-reader.js';
import type { EpochStamps } from './epoch-stamps.js';
import { lastEpoch } from './read-epoch.js';
import { stampNote } from './stamp-note.js';

export interface EpochStamperOptions {
  /** The epoch log that is written now. */
  readonly epochs: LogReader;
  /** Of that log. */
  readonly stamps: EpochStamps;
  readonly authority: TimeStampAuthority;
  /** At the least between two stamps; 0 for one each epoch. */
  readonly intervalMillis: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface StamperStatus {
  /** Of the epoch log, as it is stamped; 0 while it is not. */
  readonly size: TreeSize;
  /** By the authority's clock. */
  readonly at: UnixMillis | null;
  readonly authority: string | null;
  /** Tries in a row that failed, and the code of the last; null where that worked. */
  readonly missed: number;
  readonly failure: string | null;
  /** Nobody is asked before this; null where the next epoch is stamped at once. */
  readonly nextAt: UnixMillis | null;
}

const FIRST_RETRY_MILLIS = 60_000;
/** An outage of three days costs some 80 requests of whatever budget there is. */
const MAX_RETRY_MILLIS = 60 * 60_000;
/** As far as an authority's clock may be from ours. */
const CLOCK_TOLERANCE_MILLIS = 60_000;

export class EpochStamper {
  readonly #options: EpochStamperOptions;
  readonly #turns = new Rounds(() => this.#tried());
  #missed = 0;
  #failure: string | null = null;
  #retryAt: UnixMillis | null = null;

  constructor(options: EpochStamperOptions) {
    this.#options = options;
  }

  get status(): StamperStatus {
    const { newest } = this.#options.stamps.store;
    return {
      size: newest?.size ?? (0 as TreeSize),
      at: newest?.at ?? null,
      authority: newest?.authority ?? null,
      missed: this.#missed,
      failure: this.#failure,
      nextAt: this.#nextAt(),
    };
  }

  /** Stamps the newest head if it is time, now or once what is under way is through. */
  begin(): void {
    this.#turns.begin();
  }

  /** Resolves when nothing is under way any more. */
  idle(): Promise<void> {
    return this.#turns.idle();
  }

  stop(): Promise<void> {
    return this.#turns.stop();
  }

  async #tried(): Promise<void> {
    try {
      await this.#round();
    } catch (error) {
      // Whoever stops it says nothing about authorities.
      if (!this.#turns.signal.aborted) this.#note(error);
    }
  }

  async #round(): Promise<void> {
    const { epochs, stamps, authority, clock, logger } = this.#options;
    const { size } = epochs.head;
    if (lastEpoch(epochs) === null || size <= this.status.size) return;
    const nextAt = this.#nextAt();
    if (nextAt !== null && clock.now() < nextAt) return;
    const head = { note: await epochs.checkpointAt(size), size };
    const stamp = await stampNote(authority, head, this.#turns.signal);
    await stamps.store.add(stamp);
    await stamps.note();
    if (this.#missed > 0) logger.info('the epoch log is time-stamped again', { size });
    this.#missed = 0;
    this.#failure = null;
    this.#retryAt = null;
  }

  #note(error: unknown): void {
    const { clock, logger } = this.#options;
    const pause = Math.min(FIRST_RETRY_MILLIS * 2 ** Math.min(this.#missed, 10), MAX_RETRY_MILLIS);
    const until = error instanceof TimeStampError ? error.until : null;
    this.#missed++;
    this.#failure = error instanceof ChirographError ? String(error.code) : 'INTERNAL';
    this.#retryAt = until ?? ((clock.now() + pause) as UnixMillis);
    logger.warn('the epoch log was not time-stamped', { error, missed: this.#missed });
  }

  #nextAt(): UnixMillis | null {
    if (this.#retryAt !== null) return this.#retryAt;
    const { stamps, intervalMillis, clock } = this.#options;
    const { newest } = stamps.store;
    if (newest === null) return null;
    const next = (newest.at + intervalMillis) as UnixMillis;
    const now = clock.now();
    // A clock that was set back must not keep it waiting for as long as that.
    return now >= next || now < newest.at - CLOCK_TOLERANCE_MILLIS ? null : next;
  }
}
