/** The follower of signatures of a node, with what it asks others for; opened with the service and closed with it. */
import { levelsAugmenter, type TimeStamps } from './augmentation/levels-augmenter.js';
import { SignatureFollower } from './augmentation/signature-follower.js';
import type { RevocationServices } from './augmentation/validation-data.js';
import { AugmentationTimer } from './augmentation-timer.js';
import type { Logger } from './base/logger.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import type { LedgerStore } from './ledger/ledger-store.js';
import type { TrustAnchor } from './signing/trust-anchor.js';

export interface AugmentationServices {
  readonly timeStamps: TimeStamps;
  readonly revocation: RevocationServices;
  readonly anchors: readonly TrustAnchor[];
}

export interface AugmentationParts {
  readonly dataDirectory: string;
  readonly store: Pick<LedgerStore, 'allLedgers' | 'vaultOf'>;
  readonly services: AugmentationServices;
  readonly graceMillis: number;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
}

const DAY_MILLIS = 86_400_000;
/** Time for several tries, some weekends and an order of a new certificate. */
const RENEW_BEFORE_MILLIS = 90 * DAY_MILLIS;
const CONCURRENCY = 4;

/** @throws what the data directory throws. */
export async function openAugmentation({
  dataDirectory,
  store,
  services,
  graceMillis,
  clock,
  random,
  logger,
}: AugmentationParts): Promise<{ follower: SignatureFollower; timer: AugmentationTimer }> {
  const follower = await SignatureFollower.open({
    dataDirectory,
    augmenter: levelsAugmenter({ ...services, renewBeforeMillis: RENEW_BEFORE_MILLIS }),
    clock,
    random,
    logger,
    ledgers: () => store.allLedgers(),
    vaultOf: (tenant) => store.vaultOf(tenant),
    graceMillis,
    renewalCheckMillis: DAY_MILLIS,
    concurrency: CONCURRENCY,
  });
  const timer = new AugmentationTimer({ turn: () => follower.turn(), logger });
  return { follower, timer };
}
