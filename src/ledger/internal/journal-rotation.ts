/** Lets go of old journal segments, once everything they say has been flushed to where it belongs. */
import type { Journal } from '../journal.js';
import type { TenantVaults } from '../tenant-vaults.js';
import type { OpenLog } from './open-log.js';
import { flushAll, snapshotOf } from './recover-store.js';
import type { StoreParts } from './store-parts.js';

export interface RotationParts {
  readonly journal: Journal;
  readonly parts: StoreParts;
  readonly vaults: TenantVaults;
  readonly logs: () => readonly OpenLog[];
  /** A segment is followed by a new one beyond this many bytes. */
  readonly segmentBytes: number;
  /** Called when a flush has failed. */
  readonly onFailure: (cause: unknown) => void;
}

export class JournalRotation {
  readonly #parts: RotationParts;
  #flushing: Promise<void> | null = null;

  constructor(parts: RotationParts) {
    this.#parts = parts;
  }

  /** To be run between commits, so that the snapshot says exactly what the segments before it say. */
  async rotateIfLong(): Promise<void> {
    const { journal, segmentBytes } = this.#parts;
    if (journal.segmentBytes < segmentBytes || this.#flushing !== null) return;
    await this.#rotate();
    this.#flushing = this.#dropFlushed().finally(() => (this.#flushing = null));
  }

  /** On disk is what has been appended up to now. */
  async flush(): Promise<void> {
    const { parts, vaults } = this.#parts;
    await this.settle();
    await flushAll(parts, vaults);
  }

  /** Ends when no flush is under way. */
  async settle(): Promise<void> {
    await this.#flushing;
  }

  /**
   * Changes what the journal's snapshot speaks of: nothing was appended since the one before the change, and the one
   * after it says how things stand now. To be run between commits; what can be flushed before is better flushed then.
   */
  async around<T>(change: () => Promise<T>): Promise<T> {
    await this.settle();
    await this.finish();
    // A crash here leaves a journal that begins with what was, or with what is: the change must bear both.
    const changed = await change();
    await this.finish();
    return changed;
  }

  /** Leaves everything flushed and the journal without a commit. Nothing may be written meanwhile. */
  async finish(): Promise<void> {
    const { journal, parts, vaults } = this.#parts;
    await flushAll(parts, vaults);
    await this.#rotate();
    await journal.dropSegmentsBefore(journal.currentSegment);
  }

  async #rotate(): Promise<void> {
    const { journal, vaults, logs } = this.#parts;
    await journal.rotate(snapshotOf(vaults, logs()));
  }

  async #dropFlushed(): Promise<void> {
    const { journal, parts, vaults, onFailure } = this.#parts;
    const segment = journal.currentSegment;
    try {
      // Until this has returned, the old segments are what a crash is recovered from.
      await flushAll(parts, vaults);
      await journal.dropSegmentsBefore(segment);
    } catch (cause) {
      // The journal still has all of it; but a later flush that says nothing would prove nothing.
      onFailure(cause);
    }
  }
}
