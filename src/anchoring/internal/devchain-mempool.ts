/**
 * The development chain's mempool: consensus for the transactions that we make, and the relay policy of
 * real nodes, so that what passes here passes there. Reasons are worded as Bitcoin Core 28 words them.
 */
import { Transaction as LibraryTransaction } from 'bitcoinjs-lib';
import type { Txid } from '../../evidence/bitcoin/hash256.js';
import { isCoinbase } from '../../evidence/bitcoin/transaction.js';
import type { Outpoint, Transaction } from '../../evidence/bitcoin/transaction.js';
import { AnchoringError } from '../errors.js';
import { outpointKey } from './devchain-state.js';
import type { DevChainState, UnspentCoin } from './devchain-state.js';
import { checkFamily } from './mempool-family.js';
import type { Families, MempoolEntry } from './mempool-family.js';
import { spendFault } from './p2wpkh-check.js';
import { OP_RETURN } from './push-only.js';
import { checkStandard, weightOf } from './relay-policy.js';
import { readRelayed, rejected } from './relayed-transaction.js';
import { replacedBy } from './replacement.js';
import { areInputsFinal, isFinal } from './time-locks.js';

const MAX_TRANSACTIONS = 1_000;
/** A block's million, less what the header and the coinbase need. */
const MAX_BLOCK_VIRTUAL_SIZE = 990_000n;
/** Satoshi per virtual byte. */
const RELAY_RATE = 1n;
/** 0.1 bitcoin per 1,000 virtual bytes: what Core's `sendrawtransaction` takes for a mistake. */
const ABSURD_RATE = 10_000n;

export class DevChainMempool implements Families {
  readonly #state: DevChainState;
  readonly #entries = new Map<Txid, MempoolEntry>();
  readonly #spenders = new Map<string, Txid>();

  constructor(state: DevChainState) {
    this.#state = state;
  }

  has(txid: Txid): boolean {
    return this.#entries.has(txid);
  }

  entry(txid: Txid): MempoolEntry | undefined {
    return this.#entries.get(txid);
  }

  spender(key: string): Txid | undefined {
    return this.#spenders.get(key);
  }

  /** All transactions in the order of their arrival: none before what it spends. */
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
    const transaction = readRelayed(bytes);
    const { txid } = transaction;
    if (this.#entries.has(txid) || this.#state.heightOf(txid) !== undefined) return txid;
    checkStandard(transaction);
    const next = this.#state.nextBlock();
    if (!isFinal(transaction, next)) throw rejected('non-final');
    const coins = transaction.inputs.map(({ outpoint }) => this.#coin(outpoint, next.height));
    if (!areInputsFinal(transaction, coins, next, (height) => this.#state.medianTimeAt(height)))
      throw rejected('non-BIP68-final');
    const entry = valued(transaction, coins);
    checkFamily(entry, this);
    const replaced = replacedBy(entry, this);
    checkScripts(transaction, coins);
    if (this.#entries.size - replaced.size >= MAX_TRANSACTIONS) throw rejected('mempool full');
    for (const one of replaced.keys()) this.remove(one);
    this.#entries.set(txid, entry);
    for (const { outpoint } of transaction.inputs) this.#spenders.set(outpointKey(outpoint), txid);
    return txid;
  }

  /** This one alone: what spends it stays, as when it is mined. */
  remove(txid: Txid): void {
    const entry = this.#entries.get(txid);
    if (entry === undefined) return;
    this.#entries.delete(txid);
    for (const { outpoint } of entry.transaction.inputs)
      this.#spenders.delete(outpointKey(outpoint));
  }

  /** Begins again with these, in their order, and without those that the chain does not allow now. */
  refill(transactions: readonly Transaction[]): void {
    this.clear();
    for (const transaction of transactions) {
      if (isCoinbase(transaction)) continue;
      try {
        this.accept(transaction.bytes);
      } catch (cause) {
        // As in every node, what the new chain does not allow is dropped, and its sender asks again.
        if (!(cause instanceof AnchoringError)) throw cause;
      }
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#spenders.clear();
  }

  #coin(outpoint: Outpoint, nextHeight: number): UnspentCoin {
    const coin = this.#state.coin(outpoint) ?? this.#unconfirmed(outpoint, nextHeight);
    if (coin === undefined) throw rejected('bad-txns-inputs-missingorspent');
    if (coin.matureAt > nextHeight) throw rejected('bad-txns-premature-spend-of-coinbase');
    return coin;
  }

  #unconfirmed({ txid, vout }: Outpoint, nextHeight: number): UnspentCoin | undefined {
    const output = this.#entries.get(txid)?.transaction.outputs[vout];
    if (output === undefined || output.script[0] === OP_RETURN) return undefined;
    return { ...output, height: nextHeight, matureAt: 0 };
  }
}

function valued(transaction: Transaction, coins: readonly UnspentCoin[]): MempoolEntry {
  const paidIn = coins.reduce((sum, { value }) => sum + value, 0n);
  const paidOut = transaction.outputs.reduce((sum, { value }) => sum + value, 0n);
  if (paidOut > paidIn) throw rejected('bad-txns-in-belowout');
  const fee = paidIn - paidOut;
  const virtualSize = BigInt(Math.ceil(weightOf(transaction) / 4));
  if (fee < RELAY_RATE * virtualSize) throw rejected('min relay fee not met');
  if (fee > ABSURD_RATE * virtualSize)
    throw rejected('Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)');
  return { transaction, fee, virtualSize };
}

function checkScripts(transaction: Transaction, coins: readonly UnspentCoin[]): void {
  const parsed = LibraryTransaction.fromBuffer(transaction.bytes);
  for (const [index, coin] of coins.entries()) {
    const fault = spendFault(parsed, index, coin);
    if (fault === null) continue;
    const kind = fault.kind === 'consensus' ? 'mandatory' : 'non-mandatory';
    const failed = fault.kind === 'consensus' ? '-failed' : '';
    throw rejected(`${kind}-script-verify-flag${failed} (${fault.reason})`);
  }
}
