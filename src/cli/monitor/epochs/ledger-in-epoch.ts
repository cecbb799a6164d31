/**
 * Holds the ledger’s own head against the one that the newest epoch committed to. The epochs were looked at first, so the
 * ledger may be further and not behind.
 */
import { equalBytes } from '../../../base/bytes.js';
import { saidOfLog } from '../../../evidence/misbehaviour/log-in-epoch.js';
import type { Checkpoint } from '../../../tlog/checkpoint.js';
import { verifyConsistency } from '../../../tlog/consistency-proof.js';
import { type Alarm, alarmOf } from '../alarms.js';
import type { RemoteLog } from '../remote-log.js';
import type { EpochMemory } from './epoch-memory.js';

export interface LedgerInEpoch {
  /** The largest of the ledger’s log that continues all before it. */
  readonly head: Checkpoint;
  readonly remote: RemoteLog;
  readonly memory: EpochMemory;
}

export interface Held {
  readonly alarms: readonly Alarm[];
  /** Whether the ledger has entries that the newest epoch has not. */
  readonly isAhead: boolean;
}

export async function heldAgainstEpoch({ head, remote, memory }: LedgerInEpoch): Promise<Held> {
  const { place } = remote;
  const log = memory.logs.find(({ origin }) => origin === head.origin);
  const said = log === undefined ? null : saidOfLog(memory.epoch.content, log);
  // A log that was begun since is in no epoch yet; one that ended has no head to compare.
  if (said?.kind !== 'head') return { alarms: [], isAhead: said?.kind !== 'closing' };
  const { index } = memory.epoch.content;
  const alarm = (code: Alarm['code'], detail: string): Held => ({
    alarms: [{ code, place, detail: `epoch ${index} ${detail}` }],
    isAhead: false,
  });
  if (said.size > head.size)
    return alarm('rollback', `commits to ${said.size} entries; shown are ${head.size}`);
  if (said.size === head.size)
    return equalBytes(said.rootHash, head.rootHash)
      ? { alarms: [], isAhead: false }
      : alarm(
          'epoch-differs',
          `commits to another root of ${said.size} entries than the log shows`,
        );
  try {
    const [from, to] = [said.size, head.size];
    const proof = from === 0 ? null : await remote.consistency(from, to);
    const roots = { fromRoot: said.rootHash, toRoot: head.rootHash };
    if (from === 0 || (proof !== null && verifyConsistency({ from, to, ...roots, proof })))
      return { alarms: [], isAhead: true };
  } catch (cause) {
    return { alarms: [alarmOf(place, cause)], isAhead: false };
  }
  return alarm(
    'epoch-differs',
    `commits to ${said.size} entries that nothing shows to be the log’s`,
  );
}
