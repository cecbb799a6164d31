/** What holds up a signature on its way to the next level, as it is known to whoever raises it, and as it is shown. */
import type { LeafIndex, UnixMillis } from '../base/brand.js';
import { formatInstant } from '../base/time.js';

/** A step of a signature that came to nothing so far. */
export interface WaitingStep {
  /** A time-stamp, validation data, an archive time-stamp, another one. */
  readonly step: 'T' | 'LT' | 'LTA' | 'renewal';
  readonly since: UnixMillis;
  /** When it is tried again; null if it is set aside until somebody looks. */
  readonly until: UnixMillis | null;
  /** May quote a service outside. */
  readonly reason: string;
}

/**
 * What holds up the next step of a signature, or null.
 *
 * @param log its handle.
 * @param index of the newest version, which is `cms`.
 */
export type WaitingOf = (log: string, index: LeafIndex, cms: Uint8Array) => WaitingStep | null;

export interface WaitingView {
  readonly step: WaitingStep['step'];
  readonly since: string;
  /** Absent of one that is set aside. */
  readonly until?: string;
  readonly reason: string;
}

export function waitingView({ step, since, until, reason }: WaitingStep): WaitingView {
  return {
    step,
    since: formatInstant(since),
    ...(until !== null && { until: formatInstant(until) }),
    reason,
  };
}
