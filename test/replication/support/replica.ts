/** A node's replicas on a real directory, and one log that is followed in them. */
import { join } from 'node:path';
import type { DurableFileSystem } from '../../../src/keys/durable-file.js';
import { ReplicaLogs } from '../../../src/ledger/replica-logs.js';
import type { ReplicaAlarm } from '../../../src/replication/replica/alarm.js';
import type { LogAnnouncement } from '../../../src/replication/replica/announcement.js';
import {
  FollowedLog,
  type FollowedLogOptions,
} from '../../../src/replication/replica/followed-log.js';
import type { SignedHead } from '../../../src/replication/replica/known-log.js';
import { ReplicaMemory } from '../../../src/replication/replica/replica-memory.js';
import { FakeClock } from '../../support/fake-clock.js';
import { BLOCK_KEY, PINNED } from './hostile-writer.js';

export interface TestReplica {
  readonly logs: ReplicaLogs;
  readonly log: FollowedLog;
  readonly stored: SignedHead[];
  readonly alarms: { readonly alarm: ReplicaAlarm; readonly proof: string | null }[];
  readonly invalid: (Uint8Array | null)[];
  readonly refused: LogAnnouncement[];
  readonly failures: unknown[];
  /** Resolves once a head of that size is stored, or there is an alarm or a failure. */
  settled(size: number): Promise<void>;
  /** Resolves with the next thing that is told. */
  told(): Promise<void>;
  close(): Promise<void>;
}

/** A replica that should say something and does not fails its test sooner than the test’s own time does. */
const PATIENCE_MILLIS = 8_000;

export type ReplicaOptions = Partial<FollowedLogOptions> & {
  readonly files?: DurableFileSystem;
  /** That replicas may take. */
  readonly bytes?: number;
};

export async function openReplica(
  root: string,
  options: ReplicaOptions = {},
  opened: { close(): Promise<void> }[] = [],
): Promise<TestReplica> {
  const directory = join(root, 'replicas');
  const { limits, files, bytes, ...followed } = options;
  const logs = await ReplicaLogs.open(directory, {
    ...(files !== undefined && { files }),
    ...(bytes !== undefined && { limits: { bytes } }),
  });
  opened.push(logs);
  const memory = await ReplicaMemory.open(directory, files);
  const stored: SignedHead[] = [];
  const alarms: TestReplica['alarms'] = [];
  const invalid: TestReplica['invalid'] = [];
  const refused: LogAnnouncement[] = [];
  const failures: unknown[] = [];
  let waiting: (() => void)[] = [];
  const told = (): void => {
    for (const wake of waiting.splice(0)) wake();
  };
  const next = async (): Promise<void> => {
    let late: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_, reject) => {
      late = setTimeout(() => {
        reject(new Error('nothing more was told'));
      }, PATIENCE_MILLIS);
    });
    const coming = new Promise<void>((resolve) => (waiting = [...waiting, resolve]));
    await Promise.race([coming, patience]).finally(() => {
      clearTimeout(late);
    });
  };
  const log = await FollowedLog.open({
    pinned: PINNED,
    blockKey: BLOCK_KEY,
    logs,
    memory,
    clock: new FakeClock(),
    observer: {
      onStored: (head) => {
        stored.push(head);
        told();
      },
      onAlarm: (alarm, proof) => {
        alarms.push({ alarm, proof });
        told();
      },
      onInvalidData: (peer) => {
        invalid.push(peer);
        told();
      },
      onRefused: (announcement) => {
        refused.push(announcement);
        told();
      },
      onFailure: (cause) => {
        failures.push(cause);
        told();
      },
    },
    ...(limits !== undefined && { limits }),
    ...followed,
  });
  return {
    ...{ logs, log, stored, alarms, invalid, refused, failures },
    told: next,
    settled: async (size) => {
      while ((log.stored?.size ?? 0) < size && log.alarm === null && failures.length === 0)
        await next();
      while (log.alarm !== null && alarms.length === 0) await next();
    },
    close: async () => {
      await log.close();
      await logs.close();
    },
  };
}
