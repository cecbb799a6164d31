/**
 * Several time-stamp authorities in the order of their preference. One that failed is left alone for a
 * while, for longer each time, and asked all the same when no other is left: a wrong guess about an
 * authority must not cost a time-stamp that could have been had.
 */
import type { UnixMillis } from '../base/brand.js';
import { assert, ChirographError } from '../base/errors.js';
import type { Clock } from '../base/time.js';
import type { TimeStampToken } from '../signing/time-stamp-token.js';
import type { TimeStampAuthority, TimeStampImprint } from './time-stamp-authority.js';
import { usedUp } from './time-stamp-counts.js';
import { TimeStampError } from './time-stamp-error.js';

/** What became of an authority since the node was started. */
export interface AuthorityHealth {
  readonly name: string;
  readonly stamped: number;
  readonly failed: number;
  readonly lastSuccessAt: UnixMillis | null;
  readonly lastFailure: { readonly at: UnixMillis; readonly code: string } | null;
  /** Its clock less ours, as of the last token; right to about a second, since tokens are. */
  readonly skewMillis: number | null;
  /** It is not asked before this, unless all others fail; null if it is well. */
  readonly coolsUntil: UnixMillis | null;
  /** Requests left of its budget; null without one. */
  readonly requestsLeft: number | null;
  /** It is not asked before this, whatever the others do; null while some are left. */
  readonly usedUpUntil: UnixMillis | null;
}

export interface FailOverOptions {
  /** In the order in which they are asked; at least one. */
  readonly authorities: readonly TimeStampAuthority[];
  readonly clock: Clock;
  /** Called after each try, with the state that it left. */
  readonly onAttempt?: (health: AuthorityHealth, error: unknown) => void;
}

const FIRST_COOL_DOWN_MILLIS = 30_000;
const MAX_COOL_DOWN_MILLIS = 15 * 60_000;

export class FailOverAuthority implements TimeStampAuthority {
  readonly name: string;
  readonly #clock: Clock;
  readonly #members: readonly Member[];
  readonly #onAttempt: NonNullable<FailOverOptions['onAttempt']>;

  constructor({ authorities, clock, onAttempt = () => undefined }: FailOverOptions) {
    assert(authorities.length > 0, 'at least one authority');
    this.name = authorities.map(({ name }) => name).join(', ');
    this.#clock = clock;
    this.#members = authorities.map((authority) => new Member(authority));
    this.#onAttempt = onAttempt;
  }

  /** In the order of preference. */
  health(): readonly AuthorityHealth[] {
    return this.#members.map((member) => member.health);
  }

  /** @throws TimeStampError TIME_STAMP_UNAVAILABLE, naming each authority and why it gave none. */
  async stamp(
    imprint: TimeStampImprint,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<TimeStampToken> {
    const failures: { readonly name: string; readonly error: ChirographError }[] = [];
    for (const member of this.#inTurn()) {
      const { name } = member.authority;
      try {
        return await this.#ask(member, imprint, signal);
      } catch (error) {
        if (!isOperating(error) || signal?.aborted === true) throw error;
        failures.push({ name, error });
      }
    }
    const used = usedUpOnly(failures);
    if (used !== null) throw usedUp(used, this.name);
    const reasons = failures.map(({ name, error }) => `${name}: ${error.code}`).join(', ');
    throw new TimeStampError(
      'TIME_STAMP_UNAVAILABLE',
      `no time-stamp authority gave a token (${reasons}): it is tried again; see docs/errors.md for the codes`,
      { cause: failures[0]?.error },
    );
  }

  /** Those that are well, then those that are not, whoever will be well again soonest first. */
  #inTurn(): readonly Member[] {
    const now = this.#clock.now();
    const well = this.#members.filter((member) => member.coolsUntil(now) === null);
    const cooling = this.#members.filter((member) => !well.includes(member));
    cooling.sort((a, b) => (a.coolsUntil(now) ?? 0) - (b.coolsUntil(now) ?? 0));
    return [...well, ...cooling];
  }

  async #ask(
    member: Member,
    imprint: TimeStampImprint,
    signal: AbortSignal | undefined,
  ): Promise<TimeStampToken> {
    // What is not asked has not failed.
    await member.authority.budget?.take();
    const sentAt = this.#clock.now();
    try {
      const token = await member.authority.stamp(imprint, signal === undefined ? {} : { signal });
      const receivedAt = this.#clock.now();
      const skewMillis = Math.round(token.info.genTime - (sentAt + receivedAt) / 2);
      member.succeeded(receivedAt, skewMillis);
      this.#onAttempt(member.health, null);
      return token;
    } catch (error) {
      // Whoever called it off says nothing about the authority.
      if (signal?.aborted !== true) {
        member.failed(this.#clock.now(), error);
        this.#onAttempt(member.health, error);
      }
      throw error;
    }
  }
}

/** When the first of them may be asked again, if budgets are all that is in the way; otherwise null. */
function usedUpOnly(failures: readonly { readonly error: ChirographError }[]): UnixMillis | null {
  const untils = failures.map(({ error }) =>
    error instanceof TimeStampError ? error.until : null,
  );
  return untils.reduce((first, until) =>
    first === null || until === null ? null : (Math.min(first, until) as UnixMillis),
  );
}

function isOperating(error: unknown): error is ChirographError {
  return error instanceof ChirographError;
}

class Member {
  readonly authority: TimeStampAuthority;
  #history: Omit<AuthorityHealth, 'requestsLeft' | 'usedUpUntil'>;
  #failuresInARow = 0;

  constructor(authority: TimeStampAuthority) {
    this.authority = authority;
    this.#history = {
      name: authority.name,
      stamped: 0,
      failed: 0,
      lastSuccessAt: null,
      lastFailure: null,
      skewMillis: null,
      coolsUntil: null,
    };
  }

  get health(): AuthorityHealth {
    const remaining = this.authority.budget?.remaining();
    return {
      ...this.#history,
      requestsLeft: remaining?.left ?? null,
      usedUpUntil: remaining?.usedUpUntil ?? null,
    };
  }

  succeeded(at: UnixMillis, skewMillis: number): void {
    this.#failuresInARow = 0;
    const stamped = this.#history.stamped + 1;
    this.#history = { ...this.#history, stamped, lastSuccessAt: at, skewMillis, coolsUntil: null };
  }

  failed(at: UnixMillis, error: unknown): void {
    const code = isOperating(error) ? error.code : 'INTERNAL';
    const pause = FIRST_COOL_DOWN_MILLIS * 2 ** Math.min(this.#failuresInARow++, 10);
    const coolsUntil = (at + Math.min(pause, MAX_COOL_DOWN_MILLIS)) as UnixMillis;
    const failed = this.#history.failed + 1;
    this.#history = { ...this.#history, failed, lastFailure: { at, code }, coolsUntil };
  }

  /** Null once it is over; and where our clock went back, so that no pause is longer than the longest. */
  coolsUntil(now: UnixMillis): UnixMillis | null {
    const { coolsUntil } = this.#history;
    const left = coolsUntil === null ? 0 : coolsUntil - now;
    return left > 0 && left <= MAX_COOL_DOWN_MILLIS ? coolsUntil : null;
  }
}
