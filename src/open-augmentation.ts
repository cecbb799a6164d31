/** The follower of signatures of a node, with what it asks others for; opened with the service and closed with it. */
import type { Metrics } from './api/metrics.js';
import { levelsAugmenter } from './augmentation/levels-augmenter.js';
import { SignatureFollower } from './augmentation/signature-follower.js';
import { augmentationMetrics, augmentationReasons } from './augmentation-health.js';
import { AugmentationTimer } from './augmentation-timer.js';
import type { Logger } from './base/logger.js';
import type { RandomSource } from './base/random.js';
import { type Clock, DAY_MILLIS } from './base/time.js';
import type { Config } from './config.js';
import type { OpenedNode } from './open-node.js';
import type { WaitingOf } from './queries/waiting-signature.js';

export interface AugmentationParts {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
}

export interface OpenedAugmentation {
  readonly follower: SignatureFollower;
  /** Not started yet. */
  readonly timer: AugmentationTimer;
  /** Why signatures wait now, for `readinessOf`. */
  readonly reasons: () => readonly string[];
  readonly waitingOf: WaitingOf;
}

/** Time for several tries, some weekends and an order of a new certificate. */
const RENEW_BEFORE_MILLIS = 90 * DAY_MILLIS;
const CONCURRENCY = 4;

/**
 * @returns null where the node makes no time-stamps: without one nothing can be raised.
 * @throws what the data directory throws.
 */
export async function openAugmentation(
  { data: dataDirectory, signatureGraceMillis: graceMillis }: Config,
  { clock, random, logger }: AugmentationParts,
  { node: { store }, signing }: OpenedNode,
  { registry }: Metrics,
): Promise<OpenedAugmentation | null> {
  const { timeStamps, revocation, anchors } = signing;
  if (timeStamps === null) return null;
  const renewBeforeMillis = RENEW_BEFORE_MILLIS;
  const follower = await SignatureFollower.open({
    dataDirectory,
    augmenter: levelsAugmenter({ timeStamps, revocation, anchors, renewBeforeMillis }),
    clock,
    random,
    logger,
    ledgers: () => store.allLedgers(),
    vaultOf: (tenant) => store.vaultOf(tenant),
    graceMillis,
    renewalCheckMillis: DAY_MILLIS,
    concurrency: CONCURRENCY,
  });
  augmentationMetrics(registry, () => follower.backlog, clock);
  const timer = new AugmentationTimer({ turn: () => follower.turn(), logger });
  return {
    follower,
    timer,
    reasons: () => augmentationReasons(follower.backlog, signing.health().timeStamps, clock.now()),
    waitingOf: (log, index, cms) => follower.waitingOf(log, index, cms),
  };
}
