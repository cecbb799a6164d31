/**
 * What the transactions of a block spend: that it is there, grown up and theirs, and that the block makes
 * no more money than it may (Bitcoin Core's ConnectBlock). Reasons are Core's.
 */
import { Transaction as LibraryTransaction } from 'bitcoinjs-lib';
import { isP2wpkhScript } from '../../evidence/bitcoin/anchor-payload.js';
import { isCoinbase } from '../../evidence/bitcoin/transaction.js';
import type { Transaction } from '../../evidence/bitcoin/transaction.js';
import { outpointKey } from './devchain-state.js';
import type { DevChainState, UnspentCoin } from './devchain-state.js';
import { subsidyAt } from './mine-blocks.js';
import { spendFault } from './p2wpkh-check.js';
import { areInputsFinal } from './time-locks.js';

/** The chain's coins, with what the block has done to them so far. */
interface CoinView {
  readonly state: DevChainState;
  readonly made: Map<string, UnspentCoin>;
  readonly spent: Set<string>;
}

/** @param state whose tip the block follows @returns why it may not, or undefined */
export function spendsFault(
  transactions: readonly Transaction[],
  state: DevChainState,
): string | undefined {
  const view: CoinView = { state, made: new Map(), spent: new Set() };
  const { height } = state.nextBlock();
  let fees = 0n;
  for (const transaction of transactions) {
    if (!isCoinbase(transaction)) {
      const paid = spend(transaction, view);
      if (typeof paid === 'string') return paid;
      fees += paid;
    }
    transaction.outputs.forEach((output, vout) => {
      view.made.set(outpointKey({ txid: transaction.txid, vout }), {
        ...output,
        height,
        matureAt: isCoinbase(transaction) ? Infinity : 0,
      });
    });
  }
  const reward = paidOut(transactions[0]);
  return reward > subsidyAt(height) + fees ? 'bad-cb-amount' : undefined;
}

/** @returns the fee, or what is wrong */
function spend(transaction: Transaction, view: CoinView): bigint | string {
  const next = view.state.nextBlock();
  const coins: UnspentCoin[] = [];
  for (const { outpoint } of transaction.inputs) {
    const key = outpointKey(outpoint);
    const coin = view.made.get(key) ?? view.state.coin(outpoint);
    if (coin === undefined || view.spent.has(key)) return 'bad-txns-inputs-missingorspent';
    if (coin.matureAt > next.height) return 'bad-txns-premature-spend-of-coinbase';
    coins.push(coin);
  }
  for (const { outpoint } of transaction.inputs) view.spent.add(outpointKey(outpoint));
  const paidIn = coins.reduce((sum, { value }) => sum + value, 0n);
  const fee = paidIn - paidOut(transaction);
  if (fee < 0n) return 'bad-txns-in-belowout';
  if (!areInputsFinal(transaction, coins, next, (height) => view.state.medianTimeAt(height)))
    return 'bad-txns-nonfinal';
  return scriptFault(transaction, coins) ?? fee;
}

/** Only key hashes can be looked into here; nothing else may be spent, so that nobody takes it unseen. */
function scriptFault(transaction: Transaction, coins: readonly UnspentCoin[]): string | undefined {
  const parsed = LibraryTransaction.fromBuffer(transaction.bytes);
  for (const [index, coin] of coins.entries()) {
    const fault = isP2wpkhScript(coin.script) ? spendFault(parsed, index, coin) : UNKNOWN_SCRIPT;
    if (fault?.kind === 'consensus') return `mandatory-script-verify-flag-failed (${fault.reason})`;
  }
  return undefined;
}

const UNKNOWN_SCRIPT = {
  kind: 'consensus',
  reason: 'a script that the development chain does not execute',
} as const;

function paidOut(transaction: Transaction | undefined): bigint {
  return transaction?.outputs.reduce((sum, { value }) => sum + value, 0n) ?? 0n;
}
