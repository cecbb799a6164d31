/**
 * A transaction as somebody sends it: read, and held against the rules that need nothing but itself
 * (Bitcoin Core's CheckTransaction). Reasons are Core's.
 */
import { Transaction as LibraryTransaction } from 'bitcoinjs-lib';
import { BitcoinProofError } from '../../evidence/bitcoin/errors.js';
import { MAX_TRANSACTION_BYTES, NULL_TXID } from '../../evidence/bitcoin/transaction.js';
import { parseTransaction } from '../../evidence/bitcoin/transaction.js';
import type { Transaction } from '../../evidence/bitcoin/transaction.js';
import { AnchoringError } from '../errors.js';
import { outpointKey } from './devchain-state.js';
import { OP_RETURN } from './push-only.js';

/** All money that there can be, in satoshi. */
export const MAX_MONEY = 2_100_000_000_000_000n;
/** Without witnesses: 64 bytes can be taken for an inner node of a Merkle tree (CVE-2017-12842). */
const SMALLEST = 65;

/** @throws AnchoringError CHAIN_TRANSACTION_REJECTED */
export function readRelayed(bytes: Uint8Array): Transaction {
  if (bytes.length > MAX_TRANSACTION_BYTES) throw rejected('bad-txns-oversize');
  const loose = readLoosely(bytes);
  // What Core's `sendrawtransaction` looks at before all else.
  if (loose.outs.some(({ value, script }) => script[0] === OP_RETURN && value > 0n))
    throw rejected('Unspendable output exceeds maximum configured by user (maxburnamount)');
  if (loose.outs.length === 0) throw rejected('bad-txns-vout-empty');
  checkValues(loose.outs.map(({ value }) => value));
  if (loose.byteLength(false) < SMALLEST) throw rejected('tx-size-small');
  return checkInputs(readStrictly(bytes));
}

export function rejected(reason: string, cause?: unknown): AnchoringError {
  return new AnchoringError(
    'CHAIN_TRANSACTION_REJECTED',
    `the development chain rejects the transaction: ${reason}`,
    { cause },
  );
}

/** With values that cannot be, so that what is wrong with them can be said. */
function readLoosely(bytes: Uint8Array): LibraryTransaction {
  try {
    return LibraryTransaction.fromBuffer(bytes);
  } catch (cause) {
    // The library throws plain errors of several kinds for bytes that it cannot read.
    throw rejected('TX decode failed', cause);
  }
}

function readStrictly(bytes: Uint8Array): Transaction {
  try {
    return parseTransaction(bytes);
  } catch (cause) {
    if (cause instanceof BitcoinProofError) throw rejected('TX decode failed', cause);
    throw cause;
  }
}

function checkValues(values: readonly bigint[]): void {
  let total = 0n;
  for (const value of values) {
    if (value < 0n) throw rejected('bad-txns-vout-negative');
    if (value > MAX_MONEY) throw rejected('bad-txns-vout-toolarge');
    total += value;
    // At each step, since a sum that overflows has been small again.
    if (total > MAX_MONEY) throw rejected('bad-txns-txouttotal-toolarge');
  }
}

function checkInputs(transaction: Transaction): Transaction {
  const { inputs } = transaction;
  const keys = inputs.map(({ outpoint }) => outpointKey(outpoint));
  if (new Set(keys).size !== keys.length) throw rejected('bad-txns-inputs-duplicate');
  if (inputs.some(({ outpoint }) => outpoint.txid === NULL_TXID))
    throw rejected(inputs.length === 1 ? 'coinbase' : 'bad-txns-prevout-null');
  return transaction;
}
