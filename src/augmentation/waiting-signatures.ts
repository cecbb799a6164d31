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
  /** One line, without names of persons. */
  readonly reason: string;
}

/** Some 300 bytes each in the file that is written when one changes. */
export const MAX_WAITING = 4096;

export class WaitingSignatures {
  readonly #byPlace = new Map<string, WaitingSignature>();

  constructor(waiting: readonly WaitingSignature[] = []) {
    for (const one of waiting) this.put(one);
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

  put(one: WaitingSignature): void {
    this.#byPlace.set(placeOf(one.log, one.index), one);
  }

  remove(log: string, index: LeafIndex): void {
    this.#byPlace.delete(placeOf(log, index));
  }

  /** Those whose time has come, at most `limit`. */
  due(now: UnixMillis, limit: number): readonly WaitingSignature[] {
    return this.all.filter(({ until }) => until !== null && until <= now).slice(0, limit);
  }

  /** What was set aside is tried once more, as after a change of the settings. */
  retryAll(now: UnixMillis): void {
    for (const one of this.all) if (one.until === null) this.put({ ...one, until: now });
  }
}

function placeOf(log: string, index: LeafIndex): string {
  return `${log}/${index}`;
}
