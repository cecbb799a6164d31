/** All drives that this node keeps with others and has the whole content of: followed a few at a time, each as far as it can. */
import type { Logger } from '../../base/logger.js';
import { LedgerError } from '../../ledger/ledger-error.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { ReplicaTimers } from './content-peers.js';
import type { DriveCopy } from './drive-copy.js';

export interface DriveCopiesParts {
  /** Those that others keep, too. */
  readonly ledgers: () => readonly Ledger[];
  readonly isDrive: (ledger: Ledger) => Promise<boolean>;
  /** Of one whose content is kept here whole. */
  readonly copyOf: (ledger: Ledger) => DriveCopy;
  /** Whether the content of it is kept whole. */
  readonly keepsAll: (ledger: Ledger) => boolean;
  /** How many are linked that may have content of the log. */
  readonly askable: (origin: string) => number;
  readonly timers: ReplicaTimers;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const LOOK_MILLIS = 1_000;
/** Drives that are followed at a time. */
const AT_ONCE = 4;

interface Known {
  readonly ledger: Ledger;
  /** Null where content is kept as it is asked for. */
  readonly copy: DriveCopy | null;
  /** Who was there to be asked. */
  askable: number;
}

export class DriveCopies {
  readonly #parts: DriveCopiesParts;
  /** Drives, by handle. */
  readonly #drives = new Map<string, Known>();
  /** Entries that ledgers had which are no drives: looked at again when there are more. */
  readonly #others = new Map<string, number>();
  #cancel: () => void = () => undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(parts: DriveCopiesParts) {
    this.#parts = parts;
  }

  all(): readonly Pick<Known, 'copy' | 'ledger'>[] {
    return [...this.#drives.values()];
  }

  start(): void {
    this.#lookIn(0);
  }

  /** Once `signal` is aborted: resolves when nothing is under way. */
  async stopped(): Promise<void> {
    this.#cancel();
    await this.#looking;
  }

  #lookIn(millis: number): void {
    const { signal, timers } = this.#parts;
    if (signal.aborted) return;
    this.#cancel = timers.after(millis, () => {
      this.#looking = this.#look().then(() => {
        this.#lookIn(LOOK_MILLIS);
      });
    });
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const waiting = [...this.#parts.ledgers()];
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        if (this.#parts.signal.aborted) return;
        await this.#follow(next);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  /** What one drive has that cannot be read holds up none of the others. */
  async #follow(ledger: Ledger): Promise<void> {
    const { logger, signal } = this.#parts;
    const { origin } = ledger.reader;
    try {
      const known = await this.#knownOf(ledger);
      const copy = known?.copy ?? null;
      if (known === null || copy === null) return;
      const askable = this.#parts.askable(origin);
      // Who comes may have what nobody had.
      if (askable > known.askable) copy.someoneCame();
      known.askable = askable;
      if (copy.hasWork) await copy.goOn();
    } catch (error) {
      const isOver = error instanceof LedgerError && error.code === 'LEDGER_CLOSED';
      if (!isOver && !signal.aborted)
        logger.error('content of a drive could not be followed', { origin, error });
    }
  }

  /** Null of a ledger that is no drive. */
  async #knownOf(ledger: Ledger): Promise<Known | null> {
    const { copyOf, isDrive, keepsAll } = this.#parts;
    const { handle } = ledger.identity;
    const known = this.#drives.get(handle);
    if (known !== undefined) return known;
    const { size } = ledger.reader.head;
    // There may be thousands that are none, and at rest.
    if (this.#others.get(handle) === size) return null;
    if (!(await isDrive(ledger))) {
      this.#others.set(handle, size);
      return null;
    }
    this.#others.delete(handle);
    const copy = keepsAll(ledger) ? copyOf(ledger) : null;
    const found = { ledger, copy, askable: 0 };
    this.#drives.set(handle, found);
    return found;
  }
}
