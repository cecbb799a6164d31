/**
 * Seals over batches (docs/decisions/0027-batch-seals.md): before an epoch is made, each ledger that has entries
 * under no seal gets one, at most one in each interval. A seal that cannot be had is logged and holds up nothing.
 */
import { NODE_ACTOR } from './access/access-entry.js';
import { BackOff } from './augmentation/back-off.js';
import type { Logger } from './base/logger.js';
import type { Clock } from './base/time.js';
import type { BatchKeeper } from './commands/keep-batches.js';
import type { Anchoring } from './epoch-timer.js';
import { LedgerError } from './ledger/ledger-error.js';
import type { Ledger } from './ledger/ledger.js';
import { type LedgerNode, NODE_TENANT } from './ledger-node.js';
import { lastBatch } from './queries/batches.js';
import { parseStatement } from './records/parse-statement.js';

export interface BatchSealsOptions {
  readonly store: Pick<LedgerNode['store'], 'allLedgers' | 'tenantNamed' | 'vaultOf'>;
  readonly batches: Pick<BatchKeeper, 'cover'>;
  readonly intervalMillis: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface BatchSealCounts {
  /** Since the start. */
  readonly sealed: number;
  /** Rounds in a row that ended because the seal could not be had. */
  readonly failures: number;
}

const FIRST_RETRY_MILLIS = 30_000;
const LONGEST_RETRY_MILLIS = 30 * 60_000;

export class BatchSeals {
  readonly #options: BatchSealsOptions;
  readonly #backOff = new BackOff(FIRST_RETRY_MILLIS, LONGEST_RETRY_MILLIS);
  #sealed = 0;

  constructor(options: BatchSealsOptions) {
    this.#options = options;
  }

  get counts(): BatchSealCounts {
    return { sealed: this.#sealed, failures: this.#backOff.failures };
  }

  /** Seals what is due. Never rejects. */
  async round(): Promise<void> {
    const { store, clock, logger } = this.#options;
    if (this.#backOff.isOn(clock.now())) return;
    const own = store.tenantNamed(NODE_TENANT)?.handle;
    for (const ledger of store.allLedgers()) {
      // Epochs have anchors, and are about all ledgers at once.
      if (ledger.identity.tenant === own) continue;
      try {
        await this.#seal(ledger);
      } catch (error) {
        logger.warn('batch not sealed', { log: ledger.reader.origin, error });
        // A ledger that takes nothing is one ledger's matter; a key that is away is everybody's.
        if (error instanceof LedgerError) continue;
        this.#backOff.failed(clock.now(), 'the seal cannot be had');
        return;
      }
    }
    this.#backOff.succeeded();
  }

  async #seal(ledger: Ledger): Promise<void> {
    const { store, batches } = this.#options;
    if (!(await this.#isTime(ledger))) return;
    const vault = store.vaultOf(ledger.identity.tenant);
    const order = { ledger, vault, author: NODE_ACTOR, signer: 'seal' } as const;
    const { attached } = await batches.cover(order);
    if (attached !== null) this.#sealed++;
  }

  async #isTime({ reader }: Ledger): Promise<boolean> {
    const { intervalMillis, clock } = this.#options;
    const last = await lastBatch(reader);
    if (last === null) return true;
    const { recordedAt } = parseStatement((await reader.entry(last.index)).statement);
    return clock.now() >= recordedAt + intervalMillis;
  }
}

/** Anchoring with the seals that belong before it, so that the heads that are anchored hold them. */
export function anchoringWithSeals(anchoring: Anchoring, seals: BatchSeals | null): Anchoring {
  if (seals === null) return anchoring;
  return {
    anchorNow: async () => {
      await seals.round();
      return anchoring.anchorNow();
    },
    followAnchors: () => anchoring.followAnchors(),
    anchorStatus: () => anchoring.anchorStatus(),
  };
}
