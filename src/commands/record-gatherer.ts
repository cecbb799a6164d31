/**
 * Records that arrive one by one at the same time are appended as the lines of a stream are: together.
 * A group of sixty costs little more than a record alone, in every thread and in the log.
 */
import type { ReceiptText } from '../queries/receipt-json.js';
import type { AppendTarget, RecordResult } from './append-target.js';
import type { RecordText } from './preparation/record-request.js';

/** One result for each text, in order. */
export type AppendTexts = (
  target: AppendTarget,
  texts: readonly RecordText[],
) => Promise<readonly RecordResult<ReceiptText>[]>;

interface Waiting {
  readonly text: RecordText;
  readonly resolve: (result: RecordResult<ReceiptText>) => void;
  readonly reject: (cause: unknown) => void;
}

interface Group {
  readonly target: AppendTarget;
  readonly waiting: Waiting[];
  bytes: number;
}

/** A group is taken or pushed back as a whole: it must not grow so large that it never fits. */
const MAX_GROUP_TEXTS = 256;
const MAX_GROUP_BYTES = 1024 * 1024;

export class RecordGatherer {
  readonly #append: AppendTexts;
  /** That still take more, by target. */
  readonly #open = new Map<string, Group>();

  constructor(append: AppendTexts) {
    this.#append = append;
  }

  /**
   * Waits for what arrives in the same turn of the event loop, and for nothing else.
   * @throws what `append` throws for the group.
   */
  append(target: AppendTarget, text: RecordText): Promise<RecordResult<ReceiptText>> {
    const { tenant, ledger, author } = target;
    // None of the three holds a line feed.
    const key = `${tenant}\n${ledger}\n${author}`;
    let group = this.#open.get(key);
    if (group === undefined || !hasRoom(group, text)) group = this.#begin(key, target);
    const { waiting } = group;
    group.bytes += text.bytes.length;
    return new Promise((resolve, reject) => {
      waiting.push({ text, resolve, reject });
    });
  }

  /** One that was open for the same target takes no more, and goes first. */
  #begin(key: string, target: AppendTarget): Group {
    const group: Group = { target, waiting: [], bytes: 0 };
    this.#open.set(key, group);
    setImmediate(() => {
      if (this.#open.get(key) === group) this.#open.delete(key);
      void this.#finish(group);
    });
    return group;
  }

  async #finish({ target, waiting }: Group): Promise<void> {
    try {
      const texts = waiting.map(({ text }) => text);
      const results = await this.#append(target, texts);
      waiting.forEach(({ resolve, reject }, at) => {
        const result = results[at];
        if (result === undefined) reject(new Error('fewer results than texts'));
        else resolve(result);
      });
    } catch (cause) {
      for (const { reject } of waiting) reject(cause);
    }
  }
}

function hasRoom({ waiting, bytes }: Group, text: RecordText): boolean {
  return waiting.length < MAX_GROUP_TEXTS && bytes + text.bytes.length <= MAX_GROUP_BYTES;
}
