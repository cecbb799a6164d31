/**
 * Signatures whose next step could not be taken in its turn, with the reason: those that are tried again later,
 * and those that are set aside until somebody looks. Bounded: when it is full, the walks through the logs wait.
 */
import type { LeafIndex, UnixMillis } from '../base/brand.js';
import type { AugmentationStep } from './augmenter.js';

export interface WaitingSignature {
  /** Handle of the log. */
  readonly log: string;
  /** Of its newest version. */
  readonly index: LeafIndex;
  readonly step: AugmentationStep;
  readonly since: UnixMillis;
  /** Tries that came to nothing. */
  readonly tries: number;
  /** When it is tried again; null if it is set aside. */
  readonly until: UnixMillis | null;
  /** As of `reasonLine`, without names of persons. */
  readonly reason: string;
}

/** What holds up the next step of a signature. */
export type HoldUp = Pick<WaitingSignature, 'step' | 'since' | 'until' | 'reason'>;

export interface FailedTry extends Pick<WaitingSignature, 'log' | 'index' | 'step' | 'reason'> {
  /** As it came: an instant, one that is past for "some time later", or null for never. */
  readonly until: UnixMillis | null;
}

/** Some 300 bytes each in the file that is written when one changes. */
export const MAX_WAITING = 4096;
/** One that keeps failing in ways that are not known to be final. */
const MAX_TRIES = 12;
const FIRST_RETRY_MILLIS = 5_000;
const LONGEST_RETRY_MILLIS = 6 * 3_600_000;

export class WaitingSignatures {
  readonly #byPlace = new Map<string, WaitingSignature>();
  readonly #onChange: () => void;

  /** @param onChange when one begins to wait, waits on or waits no more; that all are tried again is not kept. */
  constructor(waiting: readonly WaitingSignature[], onChange: () => void) {
    this.#onChange = onChange;
    for (const one of waiting) this.#put(one);
  }

  get isFull(): boolean {
    return this.#byPlace.size >= MAX_WAITING;
  }

  /** In the order in which they began to wait. */
  get all(): readonly WaitingSignature[] {
    return [...this.#byPlace.values()];
  }

  of(log: string, index: LeafIndex): WaitingSignature | null {
    return this.#byPlace.get(placeOf(log, index)) ?? null;
  }

  /** Waits from now on, or on: longer with each try, and for good after too many. @returns as it waits. */
  putOff({ until, ...failure }: FailedTry, now: UnixMillis): WaitingSignature {
    const before = this.of(failure.log, failure.index);
    const tries = (before?.tries ?? 0) + 1;
    const since = before?.since ?? now;
    const waiting = { ...failure, since, tries, until: retryTime(until, tries, now) };
    this.#put(waiting);
    this.#onChange();
    return waiting;
  }

  remove(log: string, index: LeafIndex): void {
    if (this.#byPlace.delete(placeOf(log, index))) this.#onChange();
  }

  /** Those whose time has come, at most `limit`. */
  due(now: UnixMillis, limit: number): readonly WaitingSignature[] {
    return this.all.filter(({ until }) => until !== null && until <= now).slice(0, limit);
  }

  /** What was set aside is tried once more, as after a change of the settings. */
  retryAll(now: UnixMillis): void {
    for (const one of this.all) if (one.until === null) this.#put({ ...one, until: now });
  }

  #put(one: WaitingSignature): void {
    this.#byPlace.set(placeOf(one.log, one.index), one);
  }
}

function placeOf(log: string, index: LeafIndex): string {
  return `${log}/${index}`;
}

function retryTime(until: UnixMillis | null, tries: number, now: UnixMillis): UnixMillis | null {
  if (until === null || tries >= MAX_TRIES) return null;
  const pause = Math.min(FIRST_RETRY_MILLIS * 2 ** (tries - 1), LONGEST_RETRY_MILLIS);
  return Math.max(until, now + pause) as UnixMillis;
}
