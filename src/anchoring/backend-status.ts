/** What every backend of epochs says of itself, whatever it does with them: chain, witnesses, time-stamps, calendars, files. */
import type { TreeSize, UnixMillis } from '../base/brand.js';

export const BACKEND_KINDS = ['chain', 'witnesses', 'time-stamps', 'calendars', 'files'] as const;
export type BackendKind = (typeof BACKEND_KINDS)[number];

export interface BackendStatus {
  readonly kind: BackendKind;
  /** Which one: a chain, an authority; null where there is no name for it. */
  readonly name: string | null;
  /** Of the epoch log, as the backend holds it for good; 0 while it does not. */
  readonly size: TreeSize;
  /** When it came to hold that; null where nobody knows. */
  readonly at: UnixMillis | null;
  /** Tries in a row that failed. */
  readonly missed: number;
  /** Code of the last of them; null where that is not known, and where the last try worked. */
  readonly failure: string | null;
  /** It is not tried before this; null where the next epoch is. */
  readonly nextAt: UnixMillis | null;
  /** What calls for an operator and does not go by itself. */
  readonly alarms: readonly BackendAlarm[];
}

export interface BackendAlarm {
  readonly code: string;
  /** What it is about: a file; null where the code says it all. */
  readonly subject: string | null;
}
