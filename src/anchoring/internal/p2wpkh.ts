/** Spending P2WPKH outputs (BIP 141, BIP 143): what is signed, and how the witness carries it. */
import { crypto, script as bitcoinScript, Transaction } from 'bitcoinjs-lib';
import { concat } from '../../base/bytes.js';

export interface SpentOutput {
  readonly value: bigint;
  readonly script: Uint8Array;
}

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const SIGHASH_ALL = Transaction.SIGHASH_ALL;

export function p2wpkhScript(publicKey: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(0, 20), crypto.hash160(publicKey));
}

/** The digest that input `index` signs (BIP 143), with SIGHASH_ALL unless told otherwise. */
export function p2wpkhDigest(
  transaction: Transaction,
  index: number,
  spent: SpentOutput,
  hashType = SIGHASH_ALL,
): Uint8Array {
  return transaction.hashForWitnessV0(index, scriptCode(spent.script), spent.value, hashType);
}

/** r ‖ s with the lower of the two s that are valid: relay policy takes no other (BIP 146). */
export function withLowS(signature: Uint8Array): Uint8Array {
  const hex = Buffer.from(signature.subarray(32)).toString('hex');
  const s = BigInt(`0x${hex}`);
  // What is no number below the order has no other: whoever verifies it says so.
  if (s <= ORDER / 2n || s >= ORDER) return signature;
  const low = (ORDER - s).toString(16).padStart(64, '0');
  return concat(signature.subarray(0, 32), Buffer.from(low, 'hex'));
}

export function p2wpkhWitness(signature: Uint8Array, publicKey: Uint8Array): Uint8Array[] {
  return [bitcoinScript.signature.encode(signature, SIGHASH_ALL), publicKey];
}

/** What stands for a P2WPKH script in the digest: the P2PKH script of the same hash. */
function scriptCode(script: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(0x76, 0xa9, 20), script.subarray(2), Uint8Array.of(0x88, 0xac));
}
