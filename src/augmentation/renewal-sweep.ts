/**
 * Looks at all signatures once in a while for those that need another archive time-stamp. No cursor finds them: a
 * date kept from years ago would know nothing of an algorithm that has been broken since.
 */
import type { UnixMillis } from '../base/brand.js';
import type { Clock } from '../base/time.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Attachment } from '../ledger/log-reader.js';
import { newestVersion } from '../queries/signature-chains.js';
import type { StepTaker } from './step-taker.js';
import type { WaitingSignatures } from './waiting-signatures.js';

export interface RenewalSweepOptions {
  readonly clock: Clock;
  /** Those that are written now; asked for at the beginning of each look. */
  readonly ledgers: () => readonly Ledger[];
  /** From the end of a look at all signatures to the next. */
  readonly renewalCheckMillis: number;
}

const SWEPT_A_TURN = 256;

export class RenewalSweep {
  readonly #options: RenewalSweepOptions;
  readonly #steps: StepTaker;
  readonly #waiting: WaitingSignatures;
  readonly #onDone: () => void;
  #sweptAt: UnixMillis | null;
  /** The logs that are left, and where to go on in the first of them. */
  #sweep: { readonly logs: Ledger[]; from: Attachment | null } | null = null;

  /**
   * @param sweptAt when the last look ended, if it is known.
   * @param onDone when a look has ended.
   */
  constructor(
    options: RenewalSweepOptions,
    steps: StepTaker,
    waiting: WaitingSignatures,
    sweptAt: UnixMillis | null,
    onDone: () => void,
  ) {
    this.#options = options;
    this.#steps = steps;
    this.#waiting = waiting;
    this.#sweptAt = sweptAt;
    this.#onDone = onDone;
  }

  get sweptAt(): UnixMillis | null {
    return this.#sweptAt;
  }

  /** Goes on with a look, or begins one if it is time. @returns whether there is more to do at once. */
  async turn(): Promise<boolean> {
    const now = this.#options.clock.now();
    this.#sweep ??= this.#begun(now);
    if (this.#sweep === null) return false;
    const [ledger] = this.#sweep.logs;
    if (ledger === undefined) {
      this.#sweep = null;
      this.#sweptAt = now;
      this.#onDone();
      return false;
    }
    if (this.#steps.isHeldUp('renewal')) return false;
    const from = this.#sweep.from ?? undefined;
    const found = await ledger.reader.attachments(SWEPT_A_TURN + 1, from);
    for (const attachment of found.slice(0, SWEPT_A_TURN))
      if (!(await this.#pass(ledger, attachment))) {
        this.#sweep.from = attachment;
        return false;
      }
    this.#sweep.from = found[SWEPT_A_TURN] ?? null;
    if (this.#sweep.from === null) this.#sweep.logs.shift();
    return true;
  }

  #begun(now: UnixMillis): { logs: Ledger[]; from: null } | null {
    const { ledgers, renewalCheckMillis } = this.#options;
    if (this.#sweptAt !== null && now < this.#sweptAt + renewalCheckMillis) return null;
    // Settings, services and this program may be others by now.
    if (this.#sweptAt !== null) this.#waiting.retryAll(now);
    return { logs: [...ledgers()], from: null };
  }

  /** Renews it if it is due and does not wait already. @returns false if it has to be come back to. */
  async #pass(ledger: Ledger, attachment: Attachment): Promise<boolean> {
    const { reader } = ledger;
    const index = await newestVersion(reader, attachment.index);
    if (this.#waiting.of(reader.handle, index) !== null) return true;
    return (await this.#steps.take(ledger, index, 'renewal')).kind !== 'blocked';
  }
}
