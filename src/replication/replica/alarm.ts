/** Why a replica does not follow a log any more. Each is kept over restarts, until the operator removes it. */
import type { UnixMillis } from '../../base/brand.js';

export const ALARM_CODES = [
  /** Proven: the file beside says so to anyone. */
  'misbehaviour',
  /** Two signed heads of one Hypercore that cannot both be, without a proof that a stranger could check. */
  'conflict',
  /** The log's key signed that its Hypercore was cut. */
  'cut',
  /** The signed head is another than the blocks make: shown to readers alone. */
  'head-differs',
  /** A block that no honest writer writes: shown to readers alone. */
  'block',
] as const;

export type AlarmCode = (typeof ALARM_CODES)[number];

export interface ReplicaAlarm {
  readonly code: AlarmCode;
  /** What was seen: numbers of blocks and entries, never content. */
  readonly detail: string;
  readonly at: UnixMillis;
}
