/**
 * What is appended to a shared ledger while this node writes it: what arrives while a block is on its way to the others makes
 * the next one (group commit). Whoever appends hears of it when the block is shown, and carried up.
 */
import { draftBytes, type EntryDraft, type Outcome } from '../../ledger/entry-draft.js';
import { LedgerError } from '../../ledger/ledger-error.js';
import { DEFAULT_LIMITS } from '../../ledger/sequencer.js';

export interface GroupWriterParts {
  /** Whether this node writes, and nothing is under way: asked before each block. */
  readonly mayWrite: () => boolean;
  /** Makes a block of drafts, has it shown, and carries it up. @throws what whoever appended is told. */
  readonly write: (drafts: readonly EntryDraft[]) => Promise<readonly Outcome[]>;
}

interface Waiting {
  readonly draft: EntryDraft;
  readonly bytes: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (cause: unknown) => void;
}

export class GroupWriter {
  readonly #parts: GroupWriterParts;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #isRunning = false;

  constructor(parts: GroupWriterParts) {
    this.#parts = parts;
  }

  /**
   * @returns what came of the drafts, in their order; `appended` ones have been shown. More than a block holds go in several.
   * @throws LedgerError LEDGER_PUSHBACK with nothing queued; LEDGER_ELSEWHERE where another node writes now, and what was not
   * appended never will be; LEDGER_UNSETTLED where it is not known whether they were.
   */
  async append(drafts: readonly EntryDraft[]): Promise<readonly Outcome[]> {
    const bytes = drafts.reduce((sum, draft) => sum + draftBytes(draft), 0);
    const isFull =
      this.#queue.length + drafts.length > DEFAULT_LIMITS.maxQueuedEntries ||
      this.#queuedBytes + bytes > DEFAULT_LIMITS.maxQueuedBytes;
    if (isFull && this.#queue.length > 0)
      throw new LedgerError('LEDGER_PUSHBACK', 'too much is waiting to be written: try again');
    const appended = drafts.map(
      (draft) =>
        new Promise<Outcome>((resolve, reject) => {
          this.#queue.push({ draft, bytes: draftBytes(draft), resolve, reject });
        }),
    );
    this.#queuedBytes += bytes;
    this.wake();
    return Promise.all(appended);
  }

  /** Writes what waits, if it may now. */
  wake(): void {
    if (!this.#isRunning && this.#queue.length > 0 && this.#parts.mayWrite()) void this.#run();
  }

  /** Another node writes from here on: nothing of what waits was appended. */
  refuse(cause: LedgerError): void {
    const queue = this.#queue;
    this.#queue = [];
    this.#queuedBytes = 0;
    for (const { reject } of queue) reject(cause);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      // A tick's grace lets requests that arrive together share a block.
      await Promise.resolve();
      while (this.#queue.length > 0 && this.#parts.mayWrite()) await this.#writeOne();
    } finally {
      this.#isRunning = false;
    }
  }

  async #writeOne(): Promise<void> {
    const group = this.#takeGroup();
    try {
      const outcomes = await this.#parts.write(group.map(({ draft }) => draft));
      for (const [at, outcome] of outcomes.entries()) group[at]?.resolve(outcome);
    } catch (cause) {
      for (const { reject } of group) reject(cause);
    }
  }

  /** Oldest first, as many as a block holds; at least one. */
  #takeGroup(): readonly Waiting[] {
    const { maxBundleBytes, maxBundleEntries } = DEFAULT_LIMITS;
    let [bytes, count] = [0, 0];
    for (const one of this.#queue.slice(0, maxBundleEntries)) {
      if (count > 0 && bytes + one.bytes > maxBundleBytes) break;
      bytes += one.bytes;
      count++;
    }
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, count);
  }
}
