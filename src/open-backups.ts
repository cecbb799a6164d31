/** The backups of a node that serves: its targets, the clock that makes them, what is put on record and measured. */
import { Counter, Gauge, type Registry } from 'prom-client';
import { AugmentationTimer } from './augmentation-timer.js';
import { BackupKeeper, type LastBackup } from './backup/backup-keeper.js';
import type { BackupParts } from './backup/make-backup.js';
import type { Logger } from './base/logger.js';
import { Pace } from './base/pace.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import type { Config } from './config.js';
import { NODE_TENANT } from './ledger-node.js';
import type { OpenedNode } from './open-node.js';

export interface OpenedBackups {
  readonly keeper: BackupKeeper;
  /** Reasons of `readinessOf`. */
  reasons(): readonly string[];
  stop(): Promise<void>;
}

export interface BackupSurroundings {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
  readonly content: BackupParts['content'];
}

/** Each try wraps a whole vault anew (docs/decisions/0039). */
const ERASURE_RETRY_MILLIS = 60_000;

export async function openBackups(
  { data, backupDirectories = [], backupIntervalMillis }: Config,
  surroundings: BackupSurroundings,
  { node, access, eraser, keyStore, targets }: OpenedNode,
  registry: Registry,
): Promise<OpenedBackups> {
  const { known, copies } = targets;
  const failures = new Counter({
    name: 'chirograph_backup_failures_total',
    help: 'Backups of a target that have failed since the start.',
    ...{ labelNames: ['target'] as const, registers: [registry] },
  });
  // From 0 on, so that the first failure is an increase.
  backupDirectories.forEach((_, at) => {
    failures.inc({ target: String(at) }, 0);
  });
  const keeper = new BackupKeeper({
    ...surroundings,
    ...{ directories: backupDirectories, known, keyStore },
    intervalMillis: backupIntervalMillis ?? null,
    dataDirectory: data,
    source: node.store.backupSource,
    nodeTenant: node.tenantNamed(NODE_TENANT).handle,
    // Before a byte of it leaves (design: auditing everyone); where the ledger takes no entry there is no backup.
    begins: (directory) => {
      const target = known.in(directory);
      return access.recorder.nodeDid({
        ...{ action: 'backup:make', outcome: 'begun' },
        ...(target !== undefined && { question: { target } }),
      });
    },
    done: async ({ directory, result, problem }) => {
      if (problem !== null) failures.inc({ target: String(backupDirectories.indexOf(directory)) });
      const target = known.in(directory) ?? '';
      const made = result === null ? { target } : { target, backup: result.number };
      await access.recorder.nodeDid({
        action: 'backup:make',
        ...(problem === null ? { outcome: 'done' } : { outcome: 'failed', code: problem }),
        made,
      });
      await eraser.confirmHolders();
    },
  });
  await keeper.open();
  measure(registry, keeper, surroundings.clock);
  const retries = new Pace(surroundings.clock, ERASURE_RETRY_MILLIS);
  const timer = new AugmentationTimer({
    what: 'backups',
    logger: surroundings.logger,
    turn: () => {
      keeper.beginDue();
      if (retries.isTime()) eraser.retry();
      return Promise.resolve(false);
    },
  });
  timer.start();
  return {
    keeper,
    reasons: () => [
      ...keeper.reasons(),
      ...(copies.awaited.length === 0
        ? []
        : ['an erasure waits for a backup target that cannot be reached']),
    ],
    stop: async () => {
      await timer.stop();
      await keeper.stop();
    },
  };
}

/** Read when they are asked for; of a target that has no backup there is no value. */
function measure(registry: Registry, keeper: BackupKeeper, clock: Clock): void {
  const labelNames = ['target'] as const;
  const registers = [registry];
  const ofLast = (name: string, help: string, read: (last: LastBackup) => number): void => {
    new Gauge({
      name: `chirograph_backup_${name}`,
      help: `${help} of a target, by its place in the setting.`,
      ...{ labelNames, registers },
      collect() {
        this.reset();
        keeper.directories.forEach((directory, at) => {
          const last = keeper.lastOf(directory);
          if (last !== null) this.set({ target: String(at) }, read(last));
        });
      },
    });
  };
  ofLast('age_seconds', 'Time since the last complete backup', ({ completedAt }) => {
    return (clock.now() - completedAt) / 1_000;
  });
  ofLast('last_success_seconds', 'When the last backup was complete (Unix time)', (last) => {
    return last.completedAt / 1_000;
  });
  ofLast('duration_seconds', 'How long the last complete backup took', (last) => {
    return (last.completedAt - last.startedAt) / 1_000;
  });
  ofLast('bytes', 'Bytes that the last complete backup added in parts', ({ bytes }) => bytes);
  new Gauge({
    name: 'chirograph_backup_problems',
    help: 'What is wrong with the targets of backups.',
    registers,
    collect() {
      this.set(keeper.reasons().length);
    },
  });
}
