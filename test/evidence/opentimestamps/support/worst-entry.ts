/** The entry of a node with a million ledgers whose way into a block is the longest: 253 operations. */
import { entryOf, type MadeEntry } from './long-path.js';
import { LONGEST_OF_A_MILLION } from './many-ledgers.js';

export function worstEntry(): MadeEntry {
  return entryOf({
    // The first of a ledger's entries has all its siblings on the right.
    index: 0,
    entries: 2 ** 16,
    ledgerHandle: LONGEST_OF_A_MILLION.handle,
    ledgerDepth: LONGEST_OF_A_MILLION.depth,
    tenantDepth: 0,
    // Sixteen years of one a minute, of which the last has a sibling at each height.
    epochs: 2 ** 23,
    transactionIndex: 1,
    // Blocks of 4,096 transactions.
    blockDepth: 12,
    height: 900_000,
  });
}
