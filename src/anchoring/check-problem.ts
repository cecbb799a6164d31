/** How what lies beside an epoch log is found to be wrong: said, thrown, or not to be read at all. */
import type { TreeSize } from '../base/brand.js';
import { ChirographError } from '../base/errors.js';
import { systemErrorCode } from '../base/system-error.js';
import type { LogReader } from '../ledger/log-reader.js';
import { AnchoringError } from './errors.js';

/** An epoch log with what was made of it. */
export interface CheckedEpochLog {
  readonly reader: LogReader;
  /** Went on in another log after a loss: what was made of it may be of more than it has. */
  readonly isClosed: boolean;
}

/** @param place of the file, for people. */
export async function problemAt(
  place: string,
  check: () => Promise<string | null>,
): Promise<string | null> {
  try {
    return await check();
  } catch (cause) {
    // Those of this folder name the place.
    if (cause instanceof AnchoringError) return cause.message;
    if (cause instanceof ChirographError) return `${place}: ${cause.message}`;
    const code = systemErrorCode(cause);
    if (code === null) throw cause;
    return `${place} cannot be read (${code})`;
  }
}

/** Of what is of a size that the log does not have. */
export function beyond(
  place: string,
  size: TreeSize,
  { reader, isClosed }: CheckedEpochLog,
): string | null {
  return isClosed
    ? null
    : `${place} is of ${size} entries, and the epoch log has ${reader.head.size}: the node was rolled back, or the file is another node's`;
}
