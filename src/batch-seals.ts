/**
 * Seals over batches (docs/decisions/0027-batch-seals.md): before an epoch is made, each ledger that has entries
 * under no seal gets one, at most one in each interval. A seal that cannot be had is logged and holds up nothing.
 */
import { NODE_ACTOR } from './access/access-entry.js';
import { BackOff } from './base/back-off.js';
import type { UnixMillis } from './base/brand.js';
import type { Logger } from './base/logger.js';
import type { Clock } from './base/time.js';
import type { BatchKeeper } from './commands/keep-batches.js';
import { KeysError } from './keys/keys-error.js';
import type { Ledger } from './ledger/ledger.js';
import type { LogReader } from './ledger/log-reader.js';
import { type LedgerNode, NODE_TENANT } from './ledger-node.js';
import { isSigned, lastBatch } from './queries/batches.js';
import { QuorumPatience } from './quorum-patience.js';
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
  /** Ledgers that took no seal in the last round. */
  readonly refused: number;
}

const FIRST_RETRY_MILLIS = 30_000;
const LONGEST_RETRY_MILLIS = 30 * 60_000;

export class BatchSeals {
  readonly #options: BatchSealsOptions;
  readonly #backOff = new BackOff(FIRST_RETRY_MILLIS, LONGEST_RETRY_MILLIS);
  /** When this process last sealed a log, by its number: batches of others put nothing off. */
  readonly #sealedAt = new Map<number, UnixMillis>();
  readonly #patience = new QuorumPatience();
  #sealed = 0;
  #refused = 0;

  constructor(options: BatchSealsOptions) {
    this.#options = options;
  }

  get counts(): BatchSealCounts {
    return { sealed: this.#sealed, failures: this.#backOff.failures, refused: this.#refused };
  }

  /** Seals what is due. Never rejects. */
  async round(): Promise<void> {
    const { store, clock, logger } = this.#options;
    if (this.#backOff.isOn(clock.now())) return;
    const own = store.tenantNamed(NODE_TENANT)?.handle;
    this.#refused = 0;
    this.#patience.begin();
    const away: unknown[] = [];
    for (const ledger of store.allLedgers()) {
      // Epochs have anchors, and are about all ledgers at once.
      if (ledger.identity.tenant === own) continue;
      // Whoever writes it seals it.
      if (!ledger.isWritable) continue;
      await this.#patience.wait(ledger, async () => {
        try {
          await this.#seal(ledger);
        } catch (error) {
          logger.warn('batch not sealed', { log: ledger.reader.origin, error });
          // What one ledger does not take is its own matter; a key that is away is everybody's.
          if (error instanceof KeysError) away.push(error);
          else this.#refused++;
        }
      });
      if (away.length > 0) {
        this.#backOff.failed(clock.now(), 'the seal cannot be had');
        return;
      }
    }
    this.#backOff.succeeded();
  }

  async #seal(ledger: Ledger): Promise<void> {
    const { store, batches, clock } = this.#options;
    if (!(await this.#isTime(ledger))) return;
    const vault = store.vaultOf(ledger.identity.tenant);
    const order = { ledger, vault, author: NODE_ACTOR, signer: 'seal' } as const;
    const { attached } = await batches.cover(order);
    if (attached === null) return;
    this.#sealedAt.set(ledger.reader.number, clock.now());
    this.#sealed++;
  }

  async #isTime({ reader }: Ledger): Promise<boolean> {
    const { intervalMillis, clock } = this.#options;
    const last = this.#sealedAt.get(reader.number) ?? (await lastSigned(reader));
    return last === null || clock.now() >= last + intervalMillis;
  }
}

/** When the last batch was made, if it is signed: what is known after a start. */
async function lastSigned(reader: LogReader): Promise<UnixMillis | null> {
  const last = await lastBatch(reader);
  if (last === null || !(await isSigned(reader, last))) return null;
  return parseStatement((await reader.entry(last.index)).statement).recordedAt;
}
