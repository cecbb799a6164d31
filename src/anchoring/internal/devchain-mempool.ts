/**
 * The development chain's mempool: consensus for the transactions that we make, and of the relay
 * policy of real nodes what such transactions can run into (fee, dust, size, replacement), so that
 * what passes here passes there. Reasons are worded as Bitcoin Core words them.
 */
import { Transaction as LibraryTransaction } from 'bitcoinjs-lib';
import { assert } from '../../base/errors.js';
import { isP2wpkhScript } from '../../evidence/bitcoin/anchor-payload.js';
import { BitcoinProofError } from '../../evidence/bitcoin/errors.js';
import type { Txid } from '../../evidence/bitcoin/hash256.js';
import { parseTransaction } from '../../evidence/bitcoin/transaction.js';
import type { Transaction } from '../../evidence/bitcoin/transaction.js';
import { DUST_LIMIT } from '../anchor-transaction.js';
import { AnchoringError } from '../errors.js';
import type { DevChainState, UnspentCoin } from './devchain-state.js';
import { outpointKey } from './devchain-state.js';
import { spendsP2wpkh } from './p2wpkh.js';

interface MempoolEntry {
  readonly transaction: Transaction;
  readonly fee: bigint;
  readonly virtualSize: bigint;
}

const MAX_TRANSACTIONS = 1_000;
const MAX_STANDARD_BYTES = 100_000;
/** A block's million, less what the header and the coinbase need. */
const MAX_BLOCK_VIRTUAL_SIZE = 990_000n;
const MAX_DATA_SCRIPT = 83;
const OP_RETURN = 0x6a;
/** Satoshi per virtual byte, for relay and for each replacement. */
const RELAY_RATE = 1n;
/** BIP 68: set, the sequence is no relative lock. BIP 125: at most this, it may be replaced. */
const NO_RELATIVE_LOCK = 0x80000000;
const REPLACEABLE = 0xfffffffd;

export class DevChainMempool {
  readonly #state: DevChainState;
  readonly #entries = new Map<Txid, MempoolEntry>();
  readonly #spenders = new Map<string, Txid>();

  constructor(state: DevChainState) {
    this.#state = state;
  }

  has(txid: Txid): boolean {
    return this.#entries.has(txid);
  }

  /** All transactions in the order of their arrival. */
  transactions(): Transaction[] {
    return [...this.#entries.values()].map(({ transaction }) => transaction);
  }

  /** What fits into one block, in the order of arrival, and what it pays. */
  nextBlock(): { readonly transactions: readonly Transaction[]; readonly fees: bigint } {
    const transactions: Transaction[] = [];
    let fees = 0n;
    let left = MAX_BLOCK_VIRTUAL_SIZE;
    for (const { transaction, fee, virtualSize } of this.#entries.values()) {
      left -= virtualSize;
      if (left < 0n) break;
      transactions.push(transaction);
      fees += fee;
    }
    return { transactions, fees };
  }

  /**
   * Takes a transaction, and drops those that it replaces; one that is there or confirmed already is
   * fine.
   *
   * @throws AnchoringError CHAIN_TRANSACTION_REJECTED
   */
  accept(bytes: Uint8Array): Txid {
    const transaction = parse(bytes);
    const { txid } = transaction;
    if (this.#entries.has(txid) || this.#state.heightOf(txid) !== undefined) return txid;
    checkStandard(transaction);
    const coins = this.#coinsOf(transaction);
    checkSignatures(transaction, coins);
    const entry = valued(transaction, coins);
    const conflicts = this.#conflictsOf(entry);
    if (this.#entries.size >= MAX_TRANSACTIONS) throw rejected('mempool full');
    for (const conflict of conflicts) this.remove(conflict);
    this.#entries.set(txid, entry);
    for (const { outpoint } of transaction.inputs) this.#spenders.set(outpointKey(outpoint), txid);
    return txid;
  }

  remove(txid: Txid): void {
    const entry = this.#entries.get(txid);
    if (entry === undefined) return;
    this.#entries.delete(txid);
    for (const { outpoint } of entry.transaction.inputs)
      this.#spenders.delete(outpointKey(outpoint));
  }

  clear(): void {
    this.#entries.clear();
    this.#spenders.clear();
  }

  /** Confirmed coins only: our anchors never chain to an unconfirmed one, so neither need others. */
  #coinsOf(transaction: Transaction): UnspentCoin[] {
    const keys = transaction.inputs.map(({ outpoint }) => outpointKey(outpoint));
    if (new Set(keys).size !== keys.length) throw rejected('bad-txns-inputs-duplicate');
    return transaction.inputs.map(({ outpoint }) => {
      const coin = this.#state.coin(outpoint);
      if (coin === undefined) throw rejected('bad-txns-inputs-missingorspent');
      if (coin.matureAt > this.#state.height + 1)
        throw rejected('bad-txns-premature-spend-of-coinbase');
      return coin;
    });
  }

  #conflictsOf(entry: MempoolEntry): Txid[] {
    const txids = new Set<Txid>();
    for (const { outpoint } of entry.transaction.inputs) {
      const txid = this.#spenders.get(outpointKey(outpoint));
      if (txid !== undefined) txids.add(txid);
    }
    let replacedFees = 0n;
    for (const txid of txids) {
      const replaced = this.#entries.get(txid);
      assert(replaced !== undefined, 'every spender is in the mempool');
      if (replaced.transaction.inputs.every(({ sequence }) => sequence > REPLACEABLE))
        throw rejected('txn-mempool-conflict');
      if (entry.fee * replaced.virtualSize <= replaced.fee * entry.virtualSize)
        throw rejected('insufficient fee, rejecting replacement');
      replacedFees += replaced.fee;
    }
    if (txids.size > 0 && entry.fee < replacedFees + RELAY_RATE * entry.virtualSize)
      throw rejected('insufficient fee, rejecting replacement');
    return [...txids];
  }
}

function parse(bytes: Uint8Array): Transaction {
  try {
    return parseTransaction(bytes);
  } catch (cause) {
    if (cause instanceof BitcoinProofError) throw rejected('TX decode failed', cause);
    throw cause;
  }
}

function checkStandard(transaction: Transaction): void {
  if (transaction.bytes.length > MAX_STANDARD_BYTES) throw rejected('tx-size');
  // Time locks are not evaluated here, so no transaction may have any.
  if (transaction.lockTime !== 0) throw rejected('non-final');
  if (transaction.inputs.some(({ sequence }) => sequence < NO_RELATIVE_LOCK))
    throw rejected('non-BIP68-final');
  const data = transaction.outputs.filter(({ script }) => script[0] === OP_RETURN);
  if (data.length > 1) throw rejected('multi-op-return');
  for (const { value, script } of transaction.outputs) {
    const isData = script[0] === OP_RETURN && script.length <= MAX_DATA_SCRIPT;
    if (!isData && !isP2wpkhScript(script)) throw rejected('scriptpubkey');
    if (!isData && value < DUST_LIMIT) throw rejected('dust');
  }
}

function checkSignatures(transaction: Transaction, coins: readonly UnspentCoin[]): void {
  const parsed = LibraryTransaction.fromBuffer(transaction.bytes);
  if (!coins.every((coin, index) => spendsP2wpkh(parsed, index, coin)))
    throw rejected('mandatory-script-verify-flag-failed');
}

function valued(transaction: Transaction, coins: readonly UnspentCoin[]): MempoolEntry {
  const paidIn = coins.reduce((sum, { value }) => sum + value, 0n);
  const paidOut = transaction.outputs.reduce((sum, { value }) => sum + value, 0n);
  if (paidOut > paidIn) throw rejected('bad-txns-in-belowout');
  const fee = paidIn - paidOut;
  const weight = 3 * transaction.stripped.length + transaction.bytes.length;
  const virtualSize = BigInt(Math.ceil(weight / 4));
  if (fee < RELAY_RATE * virtualSize) throw rejected('min relay fee not met');
  return { transaction, fee, virtualSize };
}

function rejected(reason: string, cause?: unknown): AnchoringError {
  return new AnchoringError(
    'CHAIN_TRANSACTION_REJECTED',
    `the development chain rejects the transaction: ${reason}`,
    { cause },
  );
}
