/** What makes batches, on demand and by the clock, and what monitoring learns of it. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Logger } from './base/logger.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import { BatchSeals } from './batch-seals.js';
import { BatchKeeper } from './commands/keep-batches.js';
import type { Config } from './config.js';
import type { LedgerNode } from './ledger-node.js';
import type { SigningServices } from './signing-services.js';

export interface BatchParts {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
}

/** What it takes of a node. */
export interface SealingNode {
  readonly node: Pick<LedgerNode, 'store' | 'seal' | 'anchored' | 'stamped'>;
  readonly signing: Pick<SigningServices, 'anchors'>;
}

export interface OpenedBatches {
  readonly keeper: BatchKeeper;
  /** Null where batches are made on demand only. */
  readonly seals: BatchSeals | null;
}

export function openBatches(
  { batchSealMillis: intervalMillis }: Pick<Config, 'batchSealMillis'>,
  { clock, random, logger }: BatchParts,
  { node, signing }: SealingNode,
  registry: Registry,
): OpenedBatches {
  const { store, seal } = node;
  const keeper = new BatchKeeper({
    clock,
    random,
    seal,
    trustAnchors: signing.anchors,
    anchoredSize: (origin) => ({
      anchored: node.anchored.sizeOf(origin),
      timestamped: node.stamped.sizeOf(origin),
    }),
  });
  if (intervalMillis === undefined) return { keeper, seals: null };
  const seals = new BatchSeals({ store, batches: keeper, intervalMillis, clock, logger });
  countSeals(registry, seals);
  return { keeper, seals };
}

/** Read when they are asked for. */
function countSeals(registry: Registry, seals: BatchSeals): void {
  const registers = [registry];
  new Counter({
    name: 'chirograph_batch_seals_total',
    help: 'Seals over batches since the start.',
    registers,
    collect() {
      this.reset();
      this.inc(seals.counts.sealed);
    },
  });
  new Gauge({
    name: 'chirograph_batch_seal_failures',
    help: 'Rounds in a row in which the seal could not be had.',
    registers,
    collect() {
      this.set(seals.counts.failures);
    },
  });
}

/** Reasons of `readinessOf`; no names, because anyone may ask. */
export function batchReasons(seals: BatchSeals | null): readonly string[] {
  const { failures, refused } = seals?.counts ?? { failures: 0, refused: 0 };
  const reasons: string[] = [];
  if (failures > 0)
    reasons.push(`batches are not sealed, for ${failures} rounds in a row: see the log`);
  if (refused > 0) reasons.push(`${refused} ledgers took no seal over their batch: see the log`);
  return reasons;
}
