/** Spending P2WPKH outputs (BIP 141, BIP 143), both ways: what is signed, and whether it was. */
import { crypto, script as bitcoinScript, Transaction } from 'bitcoinjs-lib';
import * as secp256k1 from 'tiny-secp256k1';
import { concat, equalBytes } from '../../base/bytes.js';
import { isP2wpkhScript } from '../../evidence/bitcoin/anchor-payload.js';

export interface SpentOutput {
  readonly value: bigint;
  readonly script: Uint8Array;
}

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const SIGHASH_ALL = Transaction.SIGHASH_ALL;

export function p2wpkhScript(publicKey: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(0, 20), crypto.hash160(publicKey));
}

/** The digest that input `index` signs with SIGHASH_ALL (BIP 143). */
export function p2wpkhDigest(
  transaction: Transaction,
  index: number,
  spent: SpentOutput,
): Uint8Array {
  return transaction.hashForWitnessV0(index, scriptCode(spent.script), spent.value, SIGHASH_ALL);
}

/** r ‖ s with the lower of the two s that are valid: relay policy takes no other (BIP 146). */
export function withLowS(signature: Uint8Array): Uint8Array {
  const hex = Buffer.from(signature.subarray(32)).toString('hex');
  const s = BigInt(`0x${hex}`);
  if (s <= ORDER / 2n) return signature;
  const low = (ORDER - s).toString(16).padStart(64, '0');
  return concat(signature.subarray(0, 32), Buffer.from(low, 'hex'));
}

export function p2wpkhWitness(signature: Uint8Array, publicKey: Uint8Array): Uint8Array[] {
  return [bitcoinScript.signature.encode(signature, SIGHASH_ALL), publicKey];
}

/**
 * Whether input `index` spends `spent` by key hash: two witness items, strict DER (BIP 66), SIGHASH_ALL,
 * low s, the key that the script names, and a signature by it over this transaction.
 */
export function spendsP2wpkh(transaction: Transaction, index: number, spent: SpentOutput): boolean {
  const input = transaction.ins[index];
  const [encoded, publicKey, ...others] = input?.witness ?? [];
  if (encoded === undefined || publicKey === undefined || others.length > 0) return false;
  if (input?.script.length !== 0 || !secp256k1.isPointCompressed(publicKey)) return false;
  if (!isP2wpkhScript(spent.script) || !equalBytes(p2wpkhScript(publicKey), spent.script))
    return false;
  const signature = decodeSignature(encoded);
  if (signature === undefined) return false;
  return secp256k1.verify(p2wpkhDigest(transaction, index, spent), publicKey, signature, true);
}

/** The library throws for what is not canonical, and for numbers that need more than 32 bytes. */
function decodeSignature(encoded: Uint8Array): Uint8Array | undefined {
  if (!bitcoinScript.isCanonicalScriptSignature(encoded)) return undefined;
  const rLength = encoded[3] ?? 0;
  const sLength = encoded[5 + rLength] ?? 0;
  if (isTooLong(rLength, encoded[4]) || isTooLong(sLength, encoded[6 + rLength])) return undefined;
  const { signature, hashType } = bitcoinScript.signature.decode(encoded);
  return hashType === SIGHASH_ALL ? signature : undefined;
}

function isTooLong(length: number, first: number | undefined): boolean {
  return length > 33 || (length === 33 && first !== 0);
}

/** What stands for a P2WPKH script in the digest: the P2PKH script of the same hash. */
function scriptCode(script: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(0x76, 0xa9, 20), script.subarray(2), Uint8Array.of(0x88, 0xac));
}
