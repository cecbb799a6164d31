/** Since when the oldest epoch waits that no final anchor has: looked up when that changes, told at once. */
import type { LeafIndex, TreeSize, UnixMillis } from '../base/brand.js';
import type { LogReader } from '../ledger/log-reader.js';
import { parseStatement } from '../records/parse-statement.js';

/** Entry 0 names the log. */
const FIRST_EPOCH = 1;

export class AnchorLag {
  #looked: { readonly index: number; readonly since: UnixMillis } | null = null;

  /** Null where nothing waits. */
  get since(): UnixMillis | null {
    return this.#looked?.since ?? null;
  }

  /** @param settledSize of the epoch log, what of it is final. */
  async look(epochs: LogReader, settledSize: TreeSize): Promise<void> {
    const index = Math.max(FIRST_EPOCH, settledSize);
    if (index >= epochs.head.size) this.#looked = null;
    else if (this.#looked?.index !== index) {
      const { statement } = await epochs.entry(index as LeafIndex);
      this.#looked = { index, since: parseStatement(statement).recordedAt };
    }
  }
}
