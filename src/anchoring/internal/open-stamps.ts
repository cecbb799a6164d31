/** Stamps of calendars of which a promise is open, in memory as they are on disk. */
import type { TreeSize, UnixMillis } from '../../base/brand.js';
import type { Clock } from '../../base/time.js';
import { FollowTimes } from '../calendar-follow-times.js';
import { type CalendarStamp, isInBlock } from '../calendar-stamp.js';
import type { CalendarStore } from '../calendar-store.js';

const LAPSE_MILLIS = 14 * 86_400_000;
/** Two weeks of one every ten minutes. */
const MAX_OPEN = 2_048;

export class OpenStamps {
  readonly #store: CalendarStore;
  readonly #times: FollowTimes;
  /** Ascending by size. */
  #stamps: readonly CalendarStamp[];

  constructor(store: CalendarStore, clock: Clock) {
    this.#store = store;
    this.#times = new FollowTimes(clock);
    this.#stamps = store.opened;
  }

  /** Ascending by size. */
  get all(): readonly CalendarStamp[] {
    return this.#stamps;
  }

  /** Sizes of the epoch log that a calendar has named a block of, ascending, those included that are open no more. */
  get confirmedSizes(): readonly TreeSize[] {
    const { settledSizes } = this.#store;
    const open = this.#stamps.filter(isInBlock).map(({ size }) => size);
    return open.length === 0 ? settledSizes : [...settledSizes, ...open].sort((a, b) => a - b);
  }

  /** When the oldest was sent that is larger than all which have a block; null where there is none. */
  get waitingSince(): UnixMillis | null {
    const confirmed = this.confirmedSizes.at(-1) ?? 0;
    return this.#stamps.find(({ size }) => size > confirmed)?.at ?? null;
  }

  /** What is too old, or more than is followed. */
  over(now: UnixMillis): readonly CalendarStamp[] {
    const oldest = now - LAPSE_MILLIS;
    const surplus = this.#stamps.length - MAX_OPEN;
    return this.#stamps.filter(({ at }, order) => at < oldest || order < surplus);
  }

  /** Of which it is time to ask, oldest first. */
  due(): readonly CalendarStamp[] {
    return this.#stamps.filter(({ size }) => this.#times.isDue(size));
  }

  /** It was asked about. */
  followed(size: TreeSize): void {
    this.#times.followed(size);
  }

  /** Keeps what is known of a stamp now, in place of what was. */
  async put(stamp: CalendarStamp): Promise<void> {
    await this.#store.writePending(stamp);
    const others = this.#stamps.filter(({ size }) => size !== stamp.size);
    this.#stamps = [...others, stamp].sort((a, b) => a.size - b.size);
  }

  /** No promise of it is waited for any more. */
  async settle(stamp: CalendarStamp): Promise<void> {
    await this.#store.settle(stamp);
    this.#forget(stamp.size);
  }

  /** It came to nothing. */
  async drop(size: TreeSize): Promise<void> {
    await this.#store.drop(size);
    this.#forget(size);
  }

  #forget(size: TreeSize): void {
    this.#stamps = this.#stamps.filter((stamp) => stamp.size !== size);
    this.#times.forget(size);
  }
}
