/**
 * The way of one step through one log: the signature entries from a cursor on, in the order of the log, as far as
 * they are due. The log is never held up by it: it is read from here, and knows nothing of who reads.
 */
import type { LeafIndex, TreeSize, UnixMillis } from '../base/brand.js';
import { asBuffer } from '../base/bytes.js';
import type { LogReader } from '../ledger/log-reader.js';
import { parseStatement } from '../records/parse-statement.js';

export interface DueSignature {
  readonly index: LeafIndex;
  readonly recordedAt: UnixMillis;
}

export interface DueLimits {
  /** Entries recorded later are not due. */
  readonly recordedUntil: UnixMillis;
  /** Nor those from here on. */
  readonly below: TreeSize;
}

/** How many are counted ahead while nothing can be done about them. */
export const MAX_DUE = 10_000;

export class LogWalk {
  readonly reader: LogReader;
  readonly #due: DueSignature[] = [];
  #cursor: number;
  /** Entries below it have been looked at. */
  #seen: number;

  constructor(reader: LogReader, cursor: number) {
    this.reader = reader;
    // Beyond the end it is the cursor of a log that lost something: what is left is looked at again.
    this.#cursor = cursor > reader.head.size ? 0 : cursor;
    this.#seen = this.#cursor;
  }

  /** Below it nothing is left to do. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Signatures found due and not done, at most `MAX_DUE`. */
  get due(): readonly DueSignature[] {
    return this.#due;
  }

  /**
   * Looks on for what is due.
   *
   * @param entries at most so many are looked at.
   * @returns whether there may be more that is due.
   */
  async look({ recordedUntil, below }: DueLimits, entries: number): Promise<boolean> {
    const wanted = Math.min(this.reader.head.size, below);
    const end = Math.min(wanted, this.#seen + entries) as TreeSize;
    for await (const { index, statement } of this.reader.entries(this.#seen as LeafIndex, end)) {
      if (this.#due.length >= MAX_DUE) return false;
      const recordedAt = recordedIfSignature(statement);
      // Recorded times never decrease: nothing behind it is due either.
      if (recordedAt !== null && recordedAt > recordedUntil) return false;
      if (recordedAt !== null) this.#due.push({ index, recordedAt });
      this.#seen = index + 1;
      if (this.#due.length === 0) this.#cursor = this.#seen;
    }
    return end < wanted;
  }

  /** The first `count` are done, or wait elsewhere. */
  advance(count: number): void {
    this.#due.splice(0, count);
    this.#cursor = this.#due[0]?.index ?? this.#seen;
  }
}

/** In RFC 8785 a statement's `kind` comes right behind its header's commitment and its index. */
const KIND_WITHIN = 160;

/** When it was recorded, if it is of a signature. Most entries are not, and are not parsed for it. */
function recordedIfSignature(statement: Uint8Array): UnixMillis | null {
  if (!asBuffer(statement).toString('latin1', 0, KIND_WITHIN).includes('"kind":"signature"'))
    return null;
  const parsed = parseStatement(statement);
  return parsed.kind === 'signature' ? parsed.recordedAt : null;
}
