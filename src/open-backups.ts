/** The backups of a node that serves: its targets, the clock that makes them, what is put on record and measured. */
import { Gauge, type Registry } from 'prom-client';
import { AugmentationTimer } from './augmentation-timer.js';
import { BackupKeeper } from './backup/backup-keeper.js';
import type { Logger } from './base/logger.js';
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
}

export async function openBackups(
  { data, backupDirectories = [], backupIntervalMillis }: Config,
  surroundings: BackupSurroundings,
  { node, access, eraser, keyStore, targets }: OpenedNode,
  registry: Registry,
): Promise<OpenedBackups> {
  const { known, copies } = targets;
  const keeper = new BackupKeeper({
    ...surroundings,
    ...{ directories: backupDirectories, known, keyStore },
    intervalMillis: backupIntervalMillis ?? null,
    dataDirectory: data,
    source: node.store.backupSource,
    nodeTenant: node.tenantNamed(NODE_TENANT).handle,
    done: async ({ directory, result, problem }) => {
      const target = known.in(directory) ?? '';
      const made = result === null ? { target } : { target, backup: result.number };
      await access.recorder.nodeDid({
        action: 'backup:make',
        outcome: problem === null ? 'done' : 'failed',
        made: problem === null ? made : { ...made, code: problem },
      });
      await eraser.confirmHolders();
    },
  });
  await keeper.open();
  measure(registry, keeper, surroundings.clock);
  const timer = new AugmentationTimer({
    what: 'backups',
    logger: surroundings.logger,
    turn: () => {
      keeper.beginDue();
      eraser.retry();
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
  new Gauge({
    name: 'chirograph_backup_age_seconds',
    help: 'Time since the last complete backup of a target, by its place in the setting.',
    ...{ labelNames, registers },
    collect() {
      this.reset();
      keeper.directories.forEach((directory, at) => {
        const last = keeper.lastOf(directory);
        if (last !== null)
          this.set({ target: String(at) }, (clock.now() - last.completedAt) / 1_000);
      });
    },
  });
  new Gauge({
    name: 'chirograph_backup_problems',
    help: 'What is wrong with the targets of backups.',
    registers,
    collect() {
      this.set(keeper.reasons().length);
    },
  });
}
