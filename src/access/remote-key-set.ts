/**
 * An issuer's keys, from where it publishes them. They are asked for again when they are old, and when a
 * token names one that is not among them: that is how an issuer changes keys. But strangers can name keys
 * as well, so asking has a cool-down, whether it succeeded or not, and whatever was asked for meanwhile
 * waits for the same answer (docs/decisions/0016-log-in.md says why this is not jose's own).
 */
import type { CryptoKey } from 'jose';
import type { UnixMillis } from '../base/brand.js';
import { utf8ToString } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import type { Clock } from '../base/time.js';
import { AccessError } from './access-error.js';
import {
  findKey,
  type KeySet,
  MAX_KEY_SET_BYTES,
  parseKeySet,
  type TokenKeys,
  type WantedKey,
} from './key-set.js';

export interface RemoteKeySetOptions {
  readonly url: string;
  readonly clock: Clock;
  /** For the whole set to arrive. */
  readonly timeoutMillis?: number;
  /** Why the keys cannot be had; called once for each attempt. */
  readonly onFailure?: (error: unknown) => void;
}

export const COOL_DOWN_MILLIS = 30_000;
/** Keys of this age are asked for again; a key that the issuer withdrew is taken for as long. */
export const REFRESH_MILLIS = 10 * 60_000;
/** How long the last keys are good while the issuer cannot be reached. */
export const MAX_STALE_MILLIS = 60 * 60_000;
const TIMEOUT_MILLIS = 5_000;

export class RemoteKeySet implements TokenKeys {
  readonly #options: RemoteKeySetOptions;
  #known: { readonly keys: KeySet; readonly at: UnixMillis } | null = null;
  #lastAttempt: { readonly at: UnixMillis; readonly succeeded: boolean } | null = null;
  /** The attempt under way. Never rejects. */
  #pending: Promise<void> | null = null;

  constructor(options: RemoteKeySetOptions) {
    this.#options = options;
  }

  async find(wanted: WantedKey): Promise<CryptoKey | null> {
    if (this.#age() >= REFRESH_MILLIS) await this.#refresh();
    if (this.#age() >= MAX_STALE_MILLIS) throw unavailable();
    const found = this.#select(wanted);
    if (found !== null) return found;
    await this.#refresh();
    const added = this.#select(wanted);
    // It may be a new key: to call the token bad, the issuer would have to be heard.
    if (added === null && this.#lastAttempt?.succeeded !== true) throw unavailable();
    return added;
  }

  #select(wanted: WantedKey): CryptoKey | null {
    return this.#known === null ? null : findKey(this.#known.keys, wanted);
  }

  #age(): number {
    return this.#known === null ? Infinity : this.#options.clock.now() - this.#known.at;
  }

  async #refresh(): Promise<void> {
    const last = this.#lastAttempt;
    if (this.#pending === null && last !== null) {
      const since = this.#options.clock.now() - last.at;
      if (since >= 0 && since < COOL_DOWN_MILLIS) return;
    }
    this.#pending ??= this.#attempt();
    await this.#pending;
  }

  async #attempt(): Promise<void> {
    const at = this.#options.clock.now();
    try {
      this.#known = { keys: await fetchKeySet(this.#options), at };
      this.#lastAttempt = { at, succeeded: true };
    } catch (error) {
      this.#lastAttempt = { at: this.#options.clock.now(), succeeded: false };
      this.#options.onFailure?.(error);
    } finally {
      this.#pending = null;
    }
  }
}

async function fetchKeySet({ url, timeoutMillis }: RemoteKeySetOptions): Promise<KeySet> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    // Whoever can redirect the request could name other keys.
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMillis ?? TIMEOUT_MILLIS),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new AccessError('ACCESS_ISSUER_UNAVAILABLE', `status ${response.status}`);
  }
  return parseKeySet(utf8ToString(await readBounded(response)));
}

async function readBounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const body: AsyncIterable<unknown> | readonly unknown[] = response.body ?? [];
  for await (const bytes of body) {
    assert(bytes instanceof Uint8Array, 'fetch gives bytes');
    length += bytes.length;
    if (length > MAX_KEY_SET_BYTES)
      throw new AccessError('ACCESS_ISSUER_UNAVAILABLE', 'the key set is too large');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, length);
}

function unavailable(): AccessError {
  return new AccessError(
    'ACCESS_ISSUER_UNAVAILABLE',
    "the issuer's keys cannot be had now: the token was not looked at; try again in a while",
  );
}
