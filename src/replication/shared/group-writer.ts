/**
 * What is appended to a shared ledger while this node writes it: what arrives while a block is on its way to the others makes
 * the next one (group commit). Whoever appends hears of it when the block is shown, and carried up.
 */
import type { EntryDraft, Outcome } from '../../ledger/entry-draft.js';
import { LedgerError } from '../../ledger/ledger-error.js';

export interface GroupWriterParts {
  /** Whether this node writes, and nothing is under way: asked before each block. */
  readonly mayWrite: () => boolean;
  /** Makes a block of drafts, has it shown, and carries it up. @throws what whoever appended is told. */
  readonly write: (drafts: readonly EntryDraft[]) => Promise<readonly Outcome[]>;
}

interface Waiting {
  readonly drafts: readonly EntryDraft[];
  readonly bytes: number;
  readonly resolve: (outcomes: readonly Outcome[]) => void;
  readonly reject: (cause: unknown) => void;
}

/** Of one block; a single request with more makes a block of its own. */
const MAX_ENTRIES = 1_024;
const MAX_BYTES = 1024 * 1024;
/** Beyond these, callers are pushed back instead of queued. */
const MAX_WAITING = 16_384;
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
const MOST_OF_A_STATEMENT = 1_024;

export class GroupWriter {
  readonly #parts: GroupWriterParts;
  #queue: Waiting[] = [];
  #isRunning = false;

  constructor(parts: GroupWriterParts) {
    this.#parts = parts;
  }

  /**
   * @returns what came of the drafts, in their order; `appended` ones have been shown.
   * @throws LedgerError LEDGER_PUSHBACK with nothing queued; LEDGER_ELSEWHERE where another node writes now, with nothing
   * appended; LEDGER_UNSETTLED where it is not known whether they were.
   */
  append(drafts: readonly EntryDraft[]): Promise<readonly Outcome[]> {
    if (drafts.length === 0) return Promise.resolve([]);
    const bytes = drafts.reduce((sum, draft) => sum + sizeOf(draft), 0);
    const entries = this.#queue.reduce((sum, one) => sum + one.drafts.length, drafts.length);
    const all = this.#queue.reduce((sum, one) => sum + one.bytes, bytes);
    if (this.#queue.length > 0 && (entries > MAX_WAITING || all > MAX_WAITING_BYTES))
      throw new LedgerError('LEDGER_PUSHBACK', 'too much is waiting to be written: try again');
    return new Promise((resolve, reject) => {
      this.#queue.push({ drafts, bytes, resolve, reject });
      this.wake();
    });
  }

  /** Writes what waits, if it may now. */
  wake(): void {
    if (!this.#isRunning && this.#queue.length > 0 && this.#parts.mayWrite()) void this.#run();
  }

  /** Another node writes from here on: nothing of what waits was appended. */
  refuse(cause: LedgerError): void {
    const queue = this.#queue;
    this.#queue = [];
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
      const outcomes = await this.#parts.write(group.flatMap(({ drafts }) => drafts));
      let at = 0;
      for (const { drafts, resolve } of group) resolve(outcomes.slice(at, (at += drafts.length)));
    } catch (cause) {
      for (const { reject } of group) reject(cause);
    }
  }

  /** Oldest first, as many whole requests as a block holds; at least one. */
  #takeGroup(): readonly Waiting[] {
    let [entries, bytes, count] = [0, 0, 0];
    for (const one of this.#queue) {
      entries += one.drafts.length;
      bytes += one.bytes;
      if (count > 0 && (entries > MAX_ENTRIES || bytes > MAX_BYTES)) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }
}

function sizeOf({ sealedParts }: EntryDraft): number {
  return sealedParts.reduce((sum, part) => sum + part.length, MOST_OF_A_STATEMENT);
}
