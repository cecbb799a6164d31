/** A log made again from its blocks: the same bytes under the same keys, hence the same tree. */
import type { KeyPair } from 'hypercore';
import { equalBytes } from '../../base/bytes.js';
import type { LogDescriptor } from '../catalog.js';
import { damaged } from '../ledger-error.js';
import type { LogHead } from '../log-head.js';
import type { HypercoreStore } from './hypercore-log.js';
import { segmentsOf } from './log-segments.js';

/** One signature for many blocks is as good as one for each; a block has up to 8 MiB. */
const APPENDED_AT_ONCE = 16;

export interface RebuiltLog {
  readonly descriptor: LogDescriptor;
  /** Of the newest Hypercore; null where it is gone. */
  readonly core: KeyPair | null;
  readonly head: Pick<LogHead, 'length' | 'treeHash'>;
  readonly block: (number: number) => Promise<Uint8Array>;
}

/**
 * Into as many Hypercores as it lay in. Not flushed.
 *
 * @throws LedgerError LEDGER_DAMAGED if the blocks make another tree.
 */
export async function rebuildLog(
  store: HypercoreStore,
  { descriptor, core, head, block }: RebuiltLog,
): Promise<void> {
  const segments = segmentsOf(descriptor);
  for (const [at, { begins }] of segments.entries()) {
    // Each is opened once the one before it is whole, whose tree it goes on from.
    const copy = await store.log(segments.slice(0, at + 1));
    const next = segments[at + 1];
    const end = Math.min(next?.begins?.length ?? head.length, head.length);
    for (let from = begins?.length ?? 0; from < end; from += APPENDED_AT_ONCE) {
      const count = Math.min(APPENDED_AT_ONCE, end - from);
      const numbers = Array.from({ length: count }, (_, n) => from + n);
      // Keys that were handed over are destroyed: what lies under them is copied without a signature.
      await copy.append(await Promise.all(numbers.map(block)), next === undefined ? core : null);
    }
  }
  const whole = await store.log(segments);
  if (!equalBytes(await whole.treeHash(head.length), head.treeHash))
    throw damaged(`the blocks of log ${descriptor.origin} make another tree than its head says`);
}
