/**
 * Whoever gives time-stamps (RFC 3161): a service of somebody else's, several in turn, or the embedded one
 * for development. Whatever it is, a token has been validated before it is handed on.
 */
import type { DigestName } from '../signing/digest-algorithms.js';
import type { TimeStampToken } from '../signing/time-stamp-token.js';
import type { Remaining } from './time-stamp-counts.js';

/** What is time-stamped: a hash, and nothing that it is of. */
export interface TimeStampImprint {
  readonly digest: DigestName;
  readonly hash: Uint8Array;
}

/** How often an authority may be asked, where that is limited. */
export interface RequestBudget {
  /** What is left of it now. */
  remaining(): Remaining;
  /**
   * Counts one request more.
   *
   * @throws TimeStampError TIME_STAMP_BUDGET_USED, TIME_STAMP_BUDGET_UNKNOWN; then it must not be made.
   */
  take(): Promise<void>;
}

export interface TimeStampAuthority {
  /** What logs, metrics and reasons call it. */
  readonly name: string;
  /** Of requests, for whoever makes them to count. */
  readonly budget?: RequestBudget;
  /**
   * A token over the imprint: genuine, of this request, of an authority whose certificate leads to an anchor
   * at the token's own time. Not looked at: whether that certificate has been revoked, which is asked when
   * the evidence for it is gathered.
   *
   * @throws TimeStampError, OutboundError.
   */
  stamp(
    imprint: TimeStampImprint,
    options?: { readonly signal?: AbortSignal },
  ): Promise<TimeStampToken>;
}
