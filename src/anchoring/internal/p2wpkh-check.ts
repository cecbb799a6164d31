/**
 * Whether an input spends a P2WPKH output, as Bitcoin Core's interpreter decides it (BIP 66, 141, 143,
 * 146), and in its words where not. Witness programs alone: no other script is executed here.
 */
import { script as bitcoinScript, Transaction } from 'bitcoinjs-lib';
import * as secp256k1 from 'tiny-secp256k1';
import { concat, equalBytes } from '../../base/bytes.js';
import { isP2wpkhScript } from '../../evidence/bitcoin/anchor-payload.js';
import { p2wpkhDigest, p2wpkhScript } from './p2wpkh.js';
import type { SpentOutput } from './p2wpkh.js';

export interface SpendFault {
  /** `consensus`: no block may hold it. `policy`: a block may, and nodes do not pass it on. */
  readonly kind: 'consensus' | 'policy';
  /** As Bitcoin Core words it. */
  readonly reason: string;
}

const MAX_ITEM_BYTES = 520;
const ANYONE_CAN_PAY = 0x80;
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const FALSE_TOP =
  'Script evaluated without error but finished with a false/empty top stack element';

/**
 * Whether input `index` spends `spent` by key hash as we sign it: two witness items, strict DER,
 * SIGHASH_ALL, low s, the key that the script names, and a signature by it over this transaction.
 */
export function spendsP2wpkh(transaction: Transaction, index: number, spent: SpentOutput): boolean {
  const [encoded] = transaction.ins[index]?.witness ?? [];
  return (
    spendFault(transaction, index, spent) === null && encoded?.at(-1) === Transaction.SIGHASH_ALL
  );
}

/** Null if it does, with any of the hash types that there are. */
export function spendFault(
  transaction: Transaction,
  index: number,
  spent: SpentOutput,
): SpendFault | null {
  const input = transaction.ins[index];
  if (input === undefined || !isP2wpkhScript(spent.script))
    return consensus('Witness program hash mismatch');
  if (input.script.length !== 0) return consensus('Witness requires empty scriptSig');
  const [encoded, publicKey, ...others] = input.witness;
  if (encoded === undefined || publicKey === undefined || others.length > 0)
    return consensus('Witness program hash mismatch');
  if (encoded.length > MAX_ITEM_BYTES || publicKey.length > MAX_ITEM_BYTES)
    return consensus('Push value size limit exceeded');
  if (!equalBytes(p2wpkhScript(publicKey), spent.script))
    return consensus('Script failed an OP_EQUALVERIFY operation');
  if (encoded.length === 0) return consensus(FALSE_TOP);
  return signatureFault(encoded, publicKey, (hashType) =>
    p2wpkhDigest(transaction, index, spent, hashType),
  );
}

function signatureFault(
  encoded: Uint8Array,
  publicKey: Uint8Array,
  digestOf: (hashType: number) => Uint8Array,
): SpendFault | null {
  const hashType = encoded.at(-1) ?? 0;
  // The library's reading of DER wants a hash type that it knows, which is for the next rule to say.
  const asAll = concat(encoded.subarray(0, -1), Uint8Array.of(Transaction.SIGHASH_ALL));
  if (!bitcoinScript.isCanonicalScriptSignature(asAll))
    return consensus('Non-canonical DER signature');
  const base = hashType & ~ANYONE_CAN_PAY;
  if (base < Transaction.SIGHASH_ALL || base > Transaction.SIGHASH_SINGLE)
    return policy('Signature hash type missing or not understood');
  if (!secp256k1.isPointCompressed(publicKey)) return policy('Using non-compressed keys in segwit');
  const signature = withinOrder(asAll);
  const digest = digestOf(hashType);
  if (signature === undefined || !secp256k1.verify(digest, publicKey, signature))
    return consensus(FALSE_TOP);
  return secp256k1.verify(digest, publicKey, signature, true)
    ? null
    : policy('Non-canonical signature: S value is unnecessarily high');
}

/** r ‖ s, or nothing if one of them is no number below the order: the library throws for those. */
function withinOrder(encoded: Uint8Array): Uint8Array | undefined {
  const rLength = encoded[3] ?? 0;
  const sLength = encoded[5 + rLength] ?? 0;
  const r = encoded.subarray(4, 4 + rLength);
  const s = encoded.subarray(6 + rLength, 6 + rLength + sLength);
  const isWithin = [r, s].every((number) => {
    const value = BigInt(`0x${Buffer.from(number).toString('hex')}`);
    return value > 0n && value < ORDER;
  });
  return isWithin ? bitcoinScript.signature.decode(encoded).signature : undefined;
}

function consensus(reason: string): SpendFault {
  return { kind: 'consensus', reason };
}

function policy(reason: string): SpendFault {
  return { kind: 'policy', reason };
}
