/**
 * Which unconfirmed transactions another may take the place of: BIP 125 as Bitcoin Core 28 has it, where
 * they need not have signalled that they may be replaced.
 */
import type { Txid } from '../../evidence/bitcoin/hash256.js';
import { outpointKey } from './devchain-state.js';
import { ancestorsOf, descendantsOf } from './mempool-family.js';
import type { Families, MempoolEntry } from './mempool-family.js';
import { rejected } from './relayed-transaction.js';

/** Rule 5: transactions that one may replace, with all that builds on them. */
const MAX_REPLACED = 100;
/** Satoshi per virtual byte that a replacement pays for its own way. */
const INCREMENTAL_RATE = 1n;

/**
 * What has to go for `entry`: all that spends a coin of its, and what builds on that.
 *
 * @throws AnchoringError CHAIN_TRANSACTION_REJECTED if it may not replace them
 */
export function replacedBy(entry: MempoolEntry, pool: Families): Map<Txid, MempoolEntry> {
  const direct = conflictsOf(entry, pool);
  const replaced = new Map(direct);
  if (direct.size === 0) return replaced;
  const { transaction } = entry;
  const ancestors = ancestorsOf(transaction, pool);
  if ([...direct.keys()].some((txid) => ancestors.has(txid)))
    throw rejected('bad-txns-spends-conflicting-tx');
  for (const conflict of direct.values()) {
    if (entry.fee * conflict.virtualSize <= conflict.fee * entry.virtualSize)
      throw rejected('insufficient fee, rejecting replacement; new feerate <= old feerate');
    for (const [txid, one] of descendantsOf(conflict.transaction, pool)) replaced.set(txid, one);
  }
  if (replaced.size > MAX_REPLACED) throw rejected('too many potential replacements');
  if (addsUnconfirmed(entry, direct, pool)) throw rejected('replacement-adds-unconfirmed');
  checkFees(entry, replaced);
  return replaced;
}

function conflictsOf({ transaction }: MempoolEntry, pool: Families): Map<Txid, MempoolEntry> {
  const conflicts = new Map<Txid, MempoolEntry>();
  for (const { outpoint } of transaction.inputs) {
    const txid = pool.spender(outpointKey(outpoint));
    const entry = txid === undefined ? undefined : pool.entry(txid);
    if (txid !== undefined && entry !== undefined) conflicts.set(txid, entry);
  }
  return conflicts;
}

/** Rule 2: whoever waits for a parent that the old one did not wait for may be slower in spite of its fee. */
function addsUnconfirmed(
  { transaction }: MempoolEntry,
  direct: ReadonlyMap<Txid, MempoolEntry>,
  pool: Families,
): boolean {
  const known = new Set(
    [...direct.values()].flatMap((conflict) =>
      conflict.transaction.inputs.map(({ outpoint }) => outpoint.txid),
    ),
  );
  return transaction.inputs.some(
    ({ outpoint }) => pool.entry(outpoint.txid) !== undefined && !known.has(outpoint.txid),
  );
}

/** Rules 3 and 4. */
function checkFees(entry: MempoolEntry, replaced: ReadonlyMap<Txid, MempoolEntry>): void {
  const fees = [...replaced.values()].reduce((sum, { fee }) => sum + fee, 0n);
  if (entry.fee < fees)
    throw rejected('insufficient fee, rejecting replacement, less fees than conflicting txs');
  if (entry.fee - fees < INCREMENTAL_RATE * entry.virtualSize)
    throw rejected('insufficient fee, rejecting replacement, not enough additional fees to relay');
}
