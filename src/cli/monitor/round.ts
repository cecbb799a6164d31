/**
 * The input of one check of a log and its result. A _round_ is that result: `monitor check` makes one and ends, `monitor
 * watch` makes one every so often.
 */
import type { UnixMillis } from '../../base/brand.js';
import type { Clock } from '../../base/time.js';
import type { Trust } from '../../evidence/trust.js';
import type { Checkpoint } from '../../tlog/checkpoint.js';
import type { Alarm } from './alarms.js';
import type { KnownHandover } from './handovers.js';
import type { MonitorStore } from './monitor-store.js';
import type { RemoteLog } from './remote-log.js';
import type { SavedHead } from './saved-heads.js';

export interface MonitorParts {
  /** The one that is watched, and others that must show the same log. */
  readonly places: readonly [RemoteLog, ...RemoteLog[]];
  readonly saved: readonly SavedHead[];
  /** Evidence files of the log that the owner has: they may vouch for its key. */
  readonly evidence: readonly Uint8Array[];
  readonly trust: Trust;
  readonly store: MonitorStore;
  readonly clock: Clock;
  /** For how long a log may not grow; null for ever. */
  readonly staleMillis: number | null;
  /** Says what is being looked at, to whom it may interest. */
  readonly progress: (text: string) => void;
}

export interface Round {
  readonly at: UnixMillis;
  /** The largest head that is known to continue all before it; null if none was ever seen. */
  readonly head: Checkpoint | null;
  readonly change: 'first' | 'grown' | 'none';
  readonly alarms: readonly Alarm[];
  /** By which another key signs now, and rightly; oldest first. */
  readonly handovers: readonly KnownHandover[];
  /** Of the node’s epoch log, where that is followed too; null if nothing was ever seen of it. */
  readonly epochs?: EpochRound | null;
}

export interface EpochRound extends Pick<Round, 'change'> {
  readonly head: Checkpoint;
  /** The last epoch up to which all that was said of the ledger was in order; null before the first. */
  readonly followed: number | null;
}
