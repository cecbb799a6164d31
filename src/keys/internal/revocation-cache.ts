/**
 * What places of revocation have answered: kept by place until it is superseded, within a budget of bytes;
 * that a place failed is kept for a minute; and whoever asks while others ask for the same waits with them.
 */
import { LRUCache } from 'lru-cache';
import type { UnixMillis } from '../../base/brand.js';
import { ChirographError } from '../../base/errors.js';
import type { Clock } from '../../base/time.js';

export interface CachedAnswer {
  readonly der: Uint8Array;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

export interface KeptAnswer extends CachedAnswer {
  readonly keptUntil: UnixMillis;
}

const MAX_BYTES = 32 * 1024 * 1024;
const OVERHEAD_BYTES = 1_024;
const MAX_FAILURES = 1_000;
const FAILURE_MILLIS = 60_000;
/** However long an answer says that it is good: an issuer may publish another before that. */
const MAX_KEPT_MILLIS = 24 * 60 * 60_000;

export class RevocationCache {
  readonly #clock: Clock;
  readonly #answers = new LRUCache<string, KeptAnswer>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ der }) => der.length + OVERHEAD_BYTES,
  });
  readonly #failures = new LRUCache<string, { error: ChirographError; until: number }>({
    max: MAX_FAILURES,
  });
  readonly #pending = new Map<string, Promise<CachedAnswer>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Superseded ones too: what has not changed since need not be sent again. */
  known(place: string): KeptAnswer | null {
    return this.#answers.get(place) ?? null;
  }

  isCurrent({ keptUntil }: KeptAnswer): boolean {
    const left = keptUntil - this.#clock.now();
    return left > 0 && left <= MAX_KEPT_MILLIS;
  }

  /** To be called once an answer has been found genuine: nothing else is kept. */
  keep(place: string, answer: CachedAnswer, goodUntil: UnixMillis | null): void {
    const now = this.#clock.now();
    const keptUntil = Math.min(goodUntil ?? now, now + MAX_KEPT_MILLIS) as UnixMillis;
    this.#answers.set(place, { ...answer, keptUntil });
  }

  /** An answer that was thought genuine and is of no use to somebody is asked for anew. */
  forget(place: string): void {
    this.#answers.delete(place);
  }

  failed(place: string, error: ChirographError): void {
    this.#failures.set(place, { error, until: this.#clock.now() + FAILURE_MILLIS });
  }

  /** @throws what `ask` throws, and the same for a minute after. */
  async once(place: string, ask: () => Promise<CachedAnswer>): Promise<CachedAnswer> {
    const failure = this.#failures.get(place);
    if (failure !== undefined) {
      const left = failure.until - this.#clock.now();
      if (left > 0 && left <= FAILURE_MILLIS) throw failure.error;
      this.#failures.delete(place);
    }
    const pending = this.#pending.get(place) ?? this.#ask(place, ask);
    this.#pending.set(place, pending);
    return pending;
  }

  async #ask(place: string, ask: () => Promise<CachedAnswer>): Promise<CachedAnswer> {
    try {
      return await ask();
    } catch (error) {
      if (isOperating(error)) this.failed(place, error);
      throw error;
    } finally {
      this.#pending.delete(place);
    }
  }
}

function isOperating(error: unknown): error is ChirographError {
  return error instanceof ChirographError;
}
