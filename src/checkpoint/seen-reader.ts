/** What may be read of what a witness keeps of a log: only what somebody was answered for. */
import type { TreeSize, UnixMillis } from '../base/brand.js';
import type { TreeHead } from './head-growth.js';
import type { SeenLine } from './seen-line.js';

/** The newest head that was cosigned. */
export interface NewestHead extends TreeHead {
  readonly at: UnixMillis;
  readonly text: string;
  /** With the log's signatures and ours. */
  readonly note: string;
}

export interface SeenPage {
  readonly lines: readonly SeenLine[];
  /** Where the next page begins; null at the end. */
  readonly next: number | null;
}

/** Each method may throw CheckpointError WITNESS_DAMAGED: what is read is verified again. */
export interface SeenReader {
  readonly newest: NewestHead | null;
  readonly splitViewCount: number;
  /** Oldest first. @param from where a line begins, as `find` or a page before said. */
  page(from: number, limit: number): Promise<SeenPage>;
  /** Where the page begins on which `size` was reached. */
  find(size: TreeSize): Promise<number>;
  /** Whether a page may begin there. */
  isPageStart(offset: number): Promise<boolean>;
  /** The proofs of misbehaviour; at most 16. */
  splitViews(): Promise<readonly SeenLine[]>;
}
