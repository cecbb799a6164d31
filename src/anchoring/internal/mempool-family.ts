/**
 * What is unconfirmed and hangs together: a transaction with all that it spends and all that spends it.
 * Nodes bound both (Bitcoin Core's limits before version 31: 25 transactions, 101,000 virtual bytes).
 */
import type { Txid } from '../../evidence/bitcoin/hash256.js';
import type { Transaction } from '../../evidence/bitcoin/transaction.js';
import { outpointKey } from './devchain-state.js';
import { rejected } from './relayed-transaction.js';

export interface MempoolEntry {
  readonly transaction: Transaction;
  /** In satoshi. */
  readonly fee: bigint;
  readonly virtualSize: bigint;
}

/** The mempool, as far as families go. */
export interface Families {
  entry(txid: Txid): MempoolEntry | undefined;
  /** Who spends an output. */
  spender(outpointKey: string): Txid | undefined;
}

const MAX_FAMILY = 25;
const MAX_FAMILY_SIZE = 101_000n;

/** All unconfirmed transactions that this one builds on, itself left out. */
export function ancestorsOf(transaction: Transaction, pool: Families): Map<Txid, MempoolEntry> {
  return reached(transaction, pool, ({ inputs }) => inputs.map(({ outpoint }) => outpoint.txid));
}

/** All that builds on this one, itself left out. */
export function descendantsOf(transaction: Transaction, pool: Families): Map<Txid, MempoolEntry> {
  return reached(transaction, pool, ({ txid, outputs }) =>
    outputs.flatMap((_, vout) => pool.spender(outpointKey({ txid, vout })) ?? []),
  );
}

/** @throws AnchoringError CHAIN_TRANSACTION_REJECTED for one that would make a family too large. */
export function checkFamily(entry: MempoolEntry, pool: Families): void {
  const ancestors = [...ancestorsOf(entry.transaction, pool).values()];
  if (ancestors.length + 1 > MAX_FAMILY)
    throw tooLong(`too many unconfirmed ancestors [limit: ${MAX_FAMILY}]`);
  if (sizeOf([entry, ...ancestors]) > MAX_FAMILY_SIZE)
    throw tooLong(`exceeds ancestor size limit [limit: ${MAX_FAMILY_SIZE.toString()}]`);
  for (const ancestor of ancestors) {
    const { txid } = ancestor.transaction;
    const descendants = [...descendantsOf(ancestor.transaction, pool).values()];
    if (descendants.length + 2 > MAX_FAMILY)
      throw tooLong(`too many descendants for tx ${txid} [limit: ${MAX_FAMILY}]`);
    if (sizeOf([entry, ancestor, ...descendants]) > MAX_FAMILY_SIZE)
      throw tooLong(`exceeds descendant size limit for tx ${txid}`);
  }
}

function reached(
  from: Transaction,
  pool: Families,
  next: (transaction: Transaction) => readonly Txid[],
): Map<Txid, MempoolEntry> {
  const found = new Map<Txid, MempoolEntry>();
  const waiting = [...next(from)];
  for (let txid = waiting.pop(); txid !== undefined; txid = waiting.pop()) {
    const entry = pool.entry(txid);
    if (entry === undefined || found.has(txid)) continue;
    found.set(txid, entry);
    waiting.push(...next(entry.transaction));
  }
  return found;
}

function sizeOf(entries: readonly MempoolEntry[]): bigint {
  return entries.reduce((sum, { virtualSize }) => sum + virtualSize, 0n);
}

function tooLong(reason: string): ReturnType<typeof rejected> {
  return rejected(`too-long-mempool-chain, ${reason}`);
}
