/**
 * How the blocks of a followed log come in: some are checked together while those behind them are on their way, and beside
 * the last of them goes what must be here with them, so that it costs no round trip of its own.
 */
import type { LogCopy } from './log-copy.js';

/** Blocks that are to count as stored, and are on their way. */
export interface ToSecure {
  /** Those below it. */
  readonly length: number;
  /** How many of them count already; any behind may be others than were told of before. */
  readonly stored: number;
  /** Resolves when they are here: some of them may be false. */
  readonly fetched: Promise<void>;
  /** One of them, then. */
  readonly block: (number: number) => Promise<Uint8Array>;
  readonly signal: AbortSignal;
}

export interface FollowLimits {
  /** Blocks that are asked for before those in front of them are checked. */
  readonly blocksAhead: number;
  /** Blocks that are checked together. */
  readonly blocksAtOnce: number;
  /** Heads that wait to be compared. */
  readonly headsAhead: number;
}

export const FOLLOW_LIMITS: FollowLimits = {
  ...{ blocksAhead: 1_024, blocksAtOnce: 64, headsAhead: 256 },
};

export interface Step {
  readonly fetched: Promise<void>;
  /** Null where no head is at the end of it. What it fails with is told to whoever waits, and to nobody if nobody does any more. */
  readonly secured: { readonly done: Promise<void>; readonly giveUp: () => void } | null;
}

export class Fetching {
  readonly #copy: LogCopy;
  readonly #limits: FollowLimits;
  readonly #secure: ((what: ToSecure) => Promise<void>) | undefined;
  /** Blocks below it have been asked for ahead. */
  #askedTo = 0;

  constructor(
    copy: LogCopy,
    limits: FollowLimits,
    secure: ((what: ToSecure) => Promise<void>) | undefined,
  ) {
    this.#copy = copy;
    this.#limits = limits;
    this.#secure = secure;
  }

  /** How far the next step goes. */
  stepTo(target: number): number {
    const { blocksAhead, blocksAtOnce } = this.#limits;
    return Math.min(this.#copy.walk.length + Math.min(blocksAtOnce, blocksAhead), target);
  }

  /** @param isHead whether a head is at the end of the step. */
  begin(to: number, isHead: boolean, signal: AbortSignal): Step {
    const fetched = this.#copy.log.fetch(to, signal);
    if (!isHead) return { fetched, secured: null };
    const ending = new AbortController();
    const done = this.secure(to, fetched, AbortSignal.any([signal, ending.signal]));
    done.catch(() => undefined);
    const giveUp = (): void => {
      ending.abort();
    };
    return { fetched, secured: { done, giveUp } };
  }

  /** So that the link does not stand still while blocks are checked. To be called when a step is here, before it is checked. */
  ahead(target: number, signal: AbortSignal): void {
    const { blocksAhead } = this.#limits;
    const to = Math.min(this.#copy.walk.length + blocksAhead, target);
    // By halves: the next are asked for before the last of these have come.
    if (to < Math.min(this.#askedTo + blocksAhead / 2, target) || to <= this.#askedTo) return;
    this.#askedTo = to;
    this.#copy.log.fetch(to, signal).catch(() => {
      // It is met again by whoever waits for these blocks.
      this.reset();
    });
  }

  /** Other blocks may lie there from now on. */
  reset(): void {
    this.#askedTo = 0;
  }

  /** @param fetched when the blocks below that length are here. */
  async secure(length: number, fetched: Promise<void>, signal: AbortSignal): Promise<void> {
    const { end, isThere, log } = this.#copy;
    const stored = isThere ? end.length : 0;
    const block = (number: number): Promise<Uint8Array> => log.block(number);
    await this.#secure?.({ length, stored, fetched, block, signal });
  }
}
