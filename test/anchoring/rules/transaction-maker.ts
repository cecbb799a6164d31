/** Transactions with faults that our own code cannot make: built by hand, signed as told. */
import { script as bitcoinScript, Transaction } from 'bitcoinjs-lib';
import type { AnchorSigner } from '../../../src/anchoring/anchor-signer.js';
import type { AnchorCoin } from '../../../src/anchoring/anchor-transaction.js';
import { p2wpkhDigest } from '../../../src/anchoring/internal/p2wpkh.js';
import { concat } from '../../../src/base/bytes.js';
import { internalOrder } from '../../../src/evidence/bitcoin/hash256.js';
import { SCRIPT, SIGNER } from '../fixture.js';

export interface Output {
  readonly script: Uint8Array;
  readonly value: bigint;
}

export interface Spend {
  readonly coins: readonly AnchorCoin[];
  /** One of our script with what is left of the coins after the fee, unless told. */
  readonly outputs?: readonly Output[];
  /** Beside that output. */
  readonly data?: readonly Output[];
  readonly fee?: bigint;
  readonly version?: number;
  readonly lockTime?: number;
  readonly sequence?: number;
  readonly scriptSig?: Uint8Array;
  readonly signer?: AnchorSigner;
  /** What is signed: another value than the coin's, another hash type. */
  readonly signedValue?: bigint;
  readonly hashType?: number;
  /** What becomes of the witness: `null` leaves it out. */
  readonly witness?: (signature: Uint8Array, publicKey: Uint8Array) => Uint8Array[] | null;
}

export const FEE = 1_000n;

export async function spendBytes(how: Spend): Promise<Uint8Array> {
  const { coins, version = 2, lockTime = 0, sequence = 0xfffffffd, signer = SIGNER } = how;
  const { hashType = Transaction.SIGHASH_ALL } = how;
  const transaction = new Transaction();
  transaction.version = version;
  transaction.locktime = lockTime;
  for (const { outpoint } of coins)
    transaction.addInput(
      internalOrder(outpoint.txid),
      outpoint.vout,
      sequence,
      how.scriptSig ?? new Uint8Array(),
    );
  for (const { script, value } of outputsOf(how)) addOutput(transaction, script, value);
  for (const [index, { value }] of coins.entries()) {
    const spent = { value: how.signedValue ?? value, script: SCRIPT };
    const digest = p2wpkhDigest(transaction, index, spent, hashType);
    const encoded = encode((await signer.sign([digest]))?.[0] ?? new Uint8Array(64), hashType);
    const witness =
      how.witness === undefined
        ? [encoded, signer.publicKey]
        : how.witness(encoded, signer.publicKey);
    if (witness !== null) transaction.setWitness(index, witness);
  }
  return transaction.toBuffer();
}

/** DER and the hash type; the library's own encoder takes only hash types that it knows. */
export function encode(signature: Uint8Array, hashType: number): Uint8Array {
  const der = bitcoinScript.signature.encode(signature, Transaction.SIGHASH_ALL);
  return concat(der.subarray(0, -1), Uint8Array.of(hashType));
}

export function outputsOf({ coins, outputs, data = [], fee = FEE }: Spend): readonly Output[] {
  const all = coins.reduce((sum, { value }) => sum + value, 0n);
  const burned = data.reduce((sum, { value }) => sum + value, 0n);
  return [...(outputs ?? [{ script: SCRIPT, value: all - fee - burned }]), ...data];
}

/** OP_RETURN and one push, as short as it can be said, of so many bytes. */
export function dataScript(length: number): Uint8Array {
  const prefix = length < 0x4c ? [0x6a, length] : [0x6a, 0x4c, length];
  return concat(Uint8Array.from(prefix), new Uint8Array(length).fill(0xdd));
}

/** The library refuses values that cannot be, and we want to see that nodes do. */
function addOutput(transaction: Transaction, script: Uint8Array, value: bigint): void {
  transaction.outs.push({ script, value });
}
