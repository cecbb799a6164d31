/**
 * Takes steps of signatures and remembers what came of them: which signatures wait, whether an outage holds up
 * all of them, and how many steps there were. Who asks for a step need not look at its result.
 */
import { BackOff, type Outage } from '../base/back-off.js';
import type { LeafIndex } from '../base/brand.js';
import type { Logger } from '../base/logger.js';
import type { RandomSource } from '../base/random.js';
import type { Clock } from '../base/time.js';
import type { Vault } from '../keys/vault.js';
import type { Ledger } from '../ledger/ledger.js';
import type { AugmentationStep, Augmenter } from './augmenter.js';
import { reasonLine } from './reason.js';
import { type StepResult, takeStep } from './signature-step.js';
import type { WaitingSignatures } from './waiting-signatures.js';

export interface StepTakerOptions {
  readonly augmenter: Augmenter;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
  readonly vaultOf: (tenant: string) => Vault;
}

export interface StepCounts {
  /** Turns in a row in which no time-stamp was to be had; why. */
  readonly timeStampFailures: number;
  readonly timeStampReason: string | null;
  /** Since the start. */
  readonly appended: number;
  readonly failed: number;
}

export class StepTaker {
  readonly #options: StepTakerOptions;
  readonly #waiting: WaitingSignatures;
  readonly #timeStamps = new BackOff(1_000, 600_000);
  readonly #ledger = new BackOff(1_000, 60_000);
  #appended = 0;
  #failed = 0;

  /** @param waiting where those are put that have to wait. */
  constructor(options: StepTakerOptions, waiting: WaitingSignatures) {
    this.#options = options;
    this.#waiting = waiting;
  }

  get counts(): StepCounts {
    return {
      timeStampFailures: this.#timeStamps.failures,
      timeStampReason: this.#timeStamps.outage?.reason ?? null,
      appended: this.#appended,
      failed: this.#failed,
    };
  }

  /** Whether the step would come to nothing for any signature. */
  isBlocked(step: AugmentationStep): boolean {
    const now = this.#options.clock.now();
    return this.#ledger.isOn(now) || (step !== 'LT' && this.#timeStamps.isOn(now));
  }

  /** Whether there is nothing to be gained from a step, or no room for one that would have to wait. */
  isHeldUp(step: AugmentationStep): boolean {
    return this.isBlocked(step) || this.#waiting.isFull;
  }

  /**
   * What holds up the step that a signature needs, of what holds up all; null if nothing does.
   *
   * @param cms as it stands.
   */
  outageFor(cms: Uint8Array): (Outage & { readonly step: AugmentationStep }) | null {
    const [ledger, timeStamps] = [this.#ledger.outage, this.#timeStamps.outage];
    if (ledger === null && timeStamps === null) return null;
    const step = this.#needed(cms);
    if (step === null) return null;
    const outage = ledger ?? (step === 'LT' ? null : timeStamps);
    return outage && { step, ...outage };
  }

  /** Null also for what cannot be read, of which the step itself will say so. */
  #needed(cms: Uint8Array): AugmentationStep | null {
    const { augmenter, clock } = this.#options;
    try {
      return augmenter.needs(cms, clock.now());
    } catch {
      return null;
    }
  }

  /** Takes the step and remembers what came of it. */
  async take(ledger: Ledger, index: LeafIndex, step: AugmentationStep): Promise<StepResult> {
    const { augmenter, clock, random, vaultOf } = this.#options;
    const log = { ledger, vault: vaultOf(ledger.identity.tenant) };
    const result = await takeStep({ augmenter, clock, random }, log, index, step);
    this.#remember(ledger, index, step, result);
    return result;
  }

  #remember(ledger: Ledger, index: LeafIndex, step: AugmentationStep, result: StepResult): void {
    const { clock, logger } = this.#options;
    const { handle, origin } = ledger.reader;
    const now = clock.now();
    switch (result.kind) {
      case 'settled':
        // Not by the walk of another step, for which there is nothing to do.
        if (this.#waiting.of(handle, index)?.step === step) this.#waiting.remove(handle, index);
        if (!result.appended) return;
        this.#appended++;
        this.#ledger.succeeded();
        if (step !== 'LT') this.#timeStamps.succeeded();
        return;
      case 'blocked': {
        this.#failed++;
        const reason = reasonLine(result.reason);
        const backOff = result.by === 'time-stamps' ? this.#timeStamps : this.#ledger;
        if (backOff.failures === 0) logger.warn('augmentation waits', { for: result.by, reason });
        backOff.failed(now, reason, result.until);
        return;
      }
      case 'later': {
        this.#failed++;
        const reason = reasonLine(result.reason);
        const failure = { log: handle, index, step, until: result.until, reason };
        const { until } = this.#waiting.putOff(failure, now);
        if (until === null)
          logger.warn('signature set aside', { log: origin, entry: index, step, reason });
      }
    }
  }
}
