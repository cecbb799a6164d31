/**
 * Which transactions nodes pass on: Bitcoin Core's IsStandardTx by its defaults of version 28, with its
 * reasons. Stricter than Core where more could not be spent here: outputs are P2WPKH or data.
 */
import { isP2wpkhScript } from '../../evidence/bitcoin/anchor-payload.js';
import type { Transaction } from '../../evidence/bitcoin/transaction.js';
import { DUST_LIMIT } from '../anchor-transaction.js';
import { isPushOnly, OP_RETURN } from './push-only.js';
import { rejected } from './relayed-transaction.js';

/** Version 3 has rules of its own since Core 28 (BIP 431), and older nodes do not know it. */
const VERSIONS: ReadonlySet<number> = new Set([1, 2]);
const MAX_WEIGHT = 400_000;
const MAX_SCRIPT_SIG = 1_650;
/** OP_RETURN, and 80 bytes in one push of its longer form. */
const MAX_DATA_SCRIPT = 83;

/** In quarters of a virtual byte (BIP 141). */
export function weightOf({ stripped, bytes }: Pick<Transaction, 'stripped' | 'bytes'>): number {
  return 3 * stripped.length + bytes.length;
}

/** @throws AnchoringError CHAIN_TRANSACTION_REJECTED */
export function checkStandard(transaction: Transaction): void {
  if (!VERSIONS.has(transaction.version)) throw rejected('version');
  if (weightOf(transaction) > MAX_WEIGHT) throw rejected('tx-size');
  for (const { scriptSig } of transaction.inputs) {
    if (scriptSig.length > MAX_SCRIPT_SIG) throw rejected('scriptsig-size');
    if (!isPushOnly(scriptSig)) throw rejected('scriptsig-not-pushonly');
  }
  let dataOutputs = 0;
  for (const { value, script } of transaction.outputs) {
    if (isData(script)) dataOutputs += 1;
    else if (!isP2wpkhScript(script)) throw rejected('scriptpubkey');
    else if (value < DUST_LIMIT) throw rejected('dust');
  }
  if (dataOutputs > 1) throw rejected('multi-op-return');
}

function isData(script: Uint8Array): boolean {
  return (
    script[0] === OP_RETURN && script.length <= MAX_DATA_SCRIPT && isPushOnly(script.subarray(1))
  );
}
