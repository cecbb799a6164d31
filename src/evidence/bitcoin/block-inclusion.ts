/**
 * That a transaction lies in a block of a given height. A branch alone does not show it: since an
 * inner node of Bitcoin's tree is 64 bytes and so may a transaction be, whoever mines such a
 * transaction can hang branches of their own below it (CVE-2017-12842). The coinbase fixes the
 * depth: it is the leftmost leaf, starts with 32 zero bytes that no inner node can be made to have,
 * and must have a branch of the same length. It also names the height (BIP 34).
 */
import { equalBytes } from '../../base/bytes.js';
import type { BlockHeader } from './block-header.js';
import { BitcoinProofError } from './errors.js';
import { merkleRootFromBranch } from './merkle-branch.js';
import { isCoinbase, parseStrippedTransaction } from './transaction.js';
import type { Transaction } from './transaction.js';

export interface BlockInclusion {
  /** Without witnesses. */
  readonly transaction: Uint8Array;
  /** 0-based place in the block; never 0, which is the coinbase's. */
  readonly index: number;
  /** Siblings from leaf to root, 32 bytes each in internal order. */
  readonly branch: readonly Uint8Array[];
  /** Without witnesses. */
  readonly coinbase: Uint8Array;
  readonly coinbaseBranch: readonly Uint8Array[];
  readonly height: number;
}

/**
 * The transaction, once it is shown to lie in the block of `header` and the block to be of the
 * height claimed. Proof of work and the header's own place are not looked at: see header-chain.ts.
 *
 * @throws BitcoinProofError BITCOIN_TRANSACTION_MALFORMED, BITCOIN_BRANCH_INVALID,
 * BITCOIN_COINBASE_INVALID
 */
export function verifyBlockInclusion(inclusion: BlockInclusion, header: BlockHeader): Transaction {
  const transaction = parseStrippedTransaction(inclusion.transaction);
  verifyCoinbase(inclusion, header);
  if (inclusion.index === 0 || isCoinbase(transaction))
    throw new BitcoinProofError(
      'BITCOIN_BRANCH_INVALID',
      'the transaction claims the place of its block’s coinbase',
    );
  const root = merkleRootFromBranch(transaction.hash, inclusion.index, inclusion.branch);
  if (!equalBytes(root, header.merkleRoot))
    throw new BitcoinProofError('BITCOIN_BRANCH_INVALID', 'the transaction is not in its block');
  return transaction;
}

/** The start of every coinbase script of that height: the height as a minimal push (BIP 34). */
export function coinbaseHeightPush(height: number): Uint8Array {
  if (height === 0) return Uint8Array.of(0);
  // Script has opcodes of its own for 1…16, and nodes compare with what Script would write.
  if (height <= 16) return Uint8Array.of(0x50 + height);
  const digits: number[] = [];
  for (let rest = height; rest > 0; rest = Math.floor(rest / 256)) digits.push(rest % 256);
  // Script numbers are signed.
  if ((digits.at(-1) ?? 0) >= 0x80) digits.push(0);
  return Uint8Array.of(digits.length, ...digits);
}

function verifyCoinbase(inclusion: BlockInclusion, header: BlockHeader): void {
  const coinbase = parseStrippedTransaction(inclusion.coinbase);
  if (!isCoinbase(coinbase)) throw invalidCoinbase('it spends an output');
  if (inclusion.coinbaseBranch.length !== inclusion.branch.length)
    throw invalidCoinbase('its branch and the transaction’s differ in length');
  const root = merkleRootFromBranch(coinbase.hash, 0, inclusion.coinbaseBranch);
  if (!equalBytes(root, header.merkleRoot)) throw invalidCoinbase('it is not in the block');
  const script = coinbase.inputs[0]?.scriptSig ?? new Uint8Array();
  const push = coinbaseHeightPush(inclusion.height);
  if (!equalBytes(script.subarray(0, push.length), push))
    throw invalidCoinbase('it names another height (BIP 34)');
}

function invalidCoinbase(reason: string): BitcoinProofError {
  return new BitcoinProofError(
    'BITCOIN_COINBASE_INVALID',
    `the coinbase does not vouch for the block: ${reason}`,
  );
}
