/**
 * How many refusals are entered one by one: so many a minute and key, so that nobody who is refused can
 * make the access ledger grow as fast as it can ask. The rest are counted, and the count is entered.
 */
import type { UnixMillis } from '../base/brand.js';
import type { ANONYMOUS } from './access-entry.js';
import type { CredentialId } from './credential-id.js';
import type { TenantName } from './tenant-name.js';

const WINDOW_MILLIS = 60_000;

export interface Refused {
  readonly tenant: TenantName;
  readonly key: CredentialId | typeof ANONYMOUS;
  /** As whom entries name them. */
  readonly actor: string;
}

export interface CountedRefusals extends Refused {
  readonly unwritten: number;
}

interface Window {
  readonly tenant: TenantName;
  readonly actor: string;
  readonly until: number;
  written: number;
  unwritten: number;
}

export class RefusalBudget {
  readonly #perMinute: number;
  /** Of keys that there are, and that were refused of late. */
  readonly #windows = new Map<Refused['key'], Window>();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Whether this one is to be entered; if not, it has been counted. Minutes that are over: `finish`. */
  take({ tenant, key, actor }: Refused, now: UnixMillis): boolean {
    const window = this.#windows.get(key) ?? this.#begin({ tenant, key, actor }, now);
    if (window.written < this.#perMinute) {
      window.written++;
      return true;
    }
    window.unwritten++;
    return false;
  }

  /** So many were not entered after all. */
  giveBack(refused: Refused, count: number, now: UnixMillis): void {
    (this.#windows.get(refused.key) ?? this.#begin(refused, now)).unwritten += count;
  }

  /** Ends the minutes that are over, or all of them. @returns what is still to be entered of them. */
  finish(now: UnixMillis | null): CountedRefusals[] {
    const counted: CountedRefusals[] = [];
    for (const [key, { tenant, actor, until, unwritten }] of this.#windows) {
      if (now !== null && now < until) continue;
      this.#windows.delete(key);
      if (unwritten > 0) counted.push({ tenant, key, actor, unwritten });
    }
    return counted;
  }

  #begin({ tenant, key, actor }: Refused, now: UnixMillis): Window {
    const window = { tenant, actor, until: now + WINDOW_MILLIS, written: 0, unwritten: 0 };
    this.#windows.set(key, window);
    return window;
  }
}
