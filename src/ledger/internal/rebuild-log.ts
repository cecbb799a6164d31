/** A log made again from its blocks: the same bytes under the same key, hence the same tree and signature. */
import type { KeyPair } from 'hypercore';
import { equalBytes } from '../../base/bytes.js';
import { damaged } from '../ledger-error.js';
import type { LogHead } from '../log-head.js';
import type { HypercoreStore } from './hypercore-log.js';

/** One signature for many blocks is as good as one for each; a block has up to 8 MiB. */
const APPENDED_AT_ONCE = 16;

export interface RebuiltLog {
  /** For people. */
  readonly origin: string;
  readonly core: KeyPair;
  readonly head: Pick<LogHead, 'length' | 'treeHash'>;
  readonly block: (number: number) => Promise<Uint8Array>;
}

/** Not flushed. @throws LedgerError LEDGER_DAMAGED if the blocks make another tree. */
export async function rebuildLog(
  store: HypercoreStore,
  { origin, core, head, block }: RebuiltLog,
): Promise<void> {
  const copy = await store.log(core.publicKey);
  for (let from = 0; from < head.length; from += APPENDED_AT_ONCE) {
    const count = Math.min(APPENDED_AT_ONCE, head.length - from);
    const numbers = Array.from({ length: count }, (_, at) => from + at);
    await copy.append(await Promise.all(numbers.map(block)), core);
  }
  if (!equalBytes(await copy.treeHash(head.length), head.treeHash))
    throw damaged(`the blocks of log ${origin} make another tree than its head says`);
}
