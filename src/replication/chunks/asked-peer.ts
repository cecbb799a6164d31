/**
 * One peer that is asked for chunks: how much of it may be under way. As much as it answers without a queue before it, for
 * whatever else goes over the link waits behind that: elections among it.
 */
import { RateBudget } from '../links/rate-budget.js';
import type { Timers } from '../links/timers.js';
import type { NodeId } from '../protocol/term.js';
import { MAX_WANTED } from './chunk-message.js';

/** Under way at once: at first, and whatever happens. */
const [FIRST_WINDOW, LEAST_WINDOW] = [8, 2];
/** Beyond the quickest answer there was: below the first more may be under way, above the second less. */
const [QUICK_MILLIS, SLOW_MILLIS] = [100, 400];
/** Below what a link takes of one peer before it drops it: 128 MiB a second of whole pieces. */
const ASKS = { perSecond: 2_000, burst: 500 } as const;

export interface AskedPeerOptions {
  readonly node: NodeId;
  readonly timers: Pick<Timers, 'now'>;
  /** @returns whether it was said. */
  readonly ask: (origin: string, address: Uint8Array) => boolean;
}

interface Asked<W> {
  readonly at: number;
  /** Who waits for it; nobody any more where it took too long, or another peer was quicker. */
  readonly wanted: Set<W>;
}

/** @typeParam W what waits for an answer. */
export class AskedPeer<W> {
  readonly node: NodeId;
  readonly #options: AskedPeerOptions;
  readonly #asks: RateBudget;
  /** By address: each is answered once. */
  readonly #asked = new Map<string, Asked<W>>();
  #window = FIRST_WINDOW;
  #quickest = Infinity;
  #narrowedAt = -Infinity;

  constructor(options: AskedPeerOptions) {
    this.node = options.node;
    this.#options = options;
    this.#asks = new RateBudget(ASKS, options.timers.now());
  }

  get hasRoom(): boolean {
    return this.#asked.size < this.#window;
  }

  /** @returns whether it is asked, or was already. */
  ask(origin: string, address: Uint8Array, wanted: W): boolean {
    const { ask, timers } = this.#options;
    const key = keyOf(address);
    const known = this.#asked.get(key);
    if (known !== undefined) {
      known.wanted.add(wanted);
      return true;
    }
    const now = timers.now();
    if (!this.hasRoom || !this.#asks.take(1, now) || !ask(origin, address)) return false;
    this.#asked.set(key, { at: now, wanted: new Set([wanted]) });
    return true;
  }

  /** What it was asked for it still owes; nobody waits for it. */
  forget(address: Uint8Array, wanted: W): void {
    this.#asked.get(keyOf(address))?.wanted.delete(wanted);
  }

  /** @returns who waits for it; null of what was not asked for. */
  answered(address: Uint8Array): readonly W[] | null {
    const key = keyOf(address);
    const asked = this.#asked.get(key);
    if (asked === undefined) return null;
    this.#asked.delete(key);
    this.#measure(this.#options.timers.now() - asked.at);
    return [...asked.wanted];
  }

  #measure(millis: number): void {
    this.#quickest = Math.min(this.#quickest, millis);
    const late = millis - this.#quickest;
    const now = this.#options.timers.now();
    if (late < QUICK_MILLIS) this.#window = Math.min(MAX_WANTED, this.#window + 1);
    // Those that were under way together are late together.
    else if (late > SLOW_MILLIS && now - this.#narrowedAt > millis) {
      this.#window = Math.max(LEAST_WINDOW, Math.floor(this.#window / 2));
      this.#narrowedAt = now;
    }
  }
}

export function keyOf(address: Uint8Array): string {
  return Buffer.from(address.buffer, address.byteOffset, address.byteLength).toString('latin1');
}
