/** The coinbase's commitment to the witnesses of its block (BIP 141): written by whoever mines, checked by all. */
import { concat, equalBytes } from '../../base/bytes.js';
import { hash256 } from '../../evidence/bitcoin/hash256.js';
import { merkleRoot } from '../../evidence/bitcoin/merkle-branch.js';
import type { Transaction } from '../../evidence/bitcoin/transaction.js';

/** What the commitment is made with besides; the coinbase's only witness item. */
export const RESERVED_VALUE = new Uint8Array(32);

/** BIP 141: what marks the output that commits to the witnesses. */
const PREFIX = Uint8Array.of(0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed);
const COMMITMENT_BYTES = PREFIX.length + 32;
/** One item of 32 bytes, as a serialized stack. */
const ONE_ITEM = Uint8Array.of(1, 32);

/** @param others the transactions after the coinbase */
export function witnessCommitment(
  others: readonly Pick<Transaction, 'bytes'>[],
  reserved: Uint8Array = RESERVED_VALUE,
): Uint8Array {
  // The coinbase cannot commit to itself: its own place is zero.
  const leaves = [new Uint8Array(32), ...others.map(({ bytes }) => hash256(bytes))];
  return concat(PREFIX, hash256(merkleRoot(leaves), reserved));
}

/** Why a block's witnesses are not as committed to, in Bitcoin Core's words. */
export function witnessFault(transactions: readonly Transaction[]): string | undefined {
  const [coinbase, ...others] = transactions;
  const committed = coinbase?.outputs.findLast(({ script }) => isCommitment(script))?.script;
  if (committed === undefined)
    return transactions.some(({ hasWitness }) => hasWitness) ? 'unexpected-witness' : undefined;
  const witness = coinbase?.inputs[0]?.witness ?? new Uint8Array();
  if (witness.length !== ONE_ITEM.length + 32 || !equalBytes(witness.subarray(0, 2), ONE_ITEM))
    return 'bad-witness-nonce-size';
  const expected = witnessCommitment(others, witness.subarray(2));
  return equalBytes(committed.subarray(0, COMMITMENT_BYTES), expected)
    ? undefined
    : 'bad-witness-merkle-match';
}

function isCommitment(script: Uint8Array): boolean {
  return script.length >= COMMITMENT_BYTES && equalBytes(script.subarray(0, 6), PREFIX);
}
