import { ChirographError } from '../../base/errors.js';

export type BitcoinProofErrorCode =
  /** Bytes that are no Bitcoin transaction, or not in the one form a proof may carry. */
  | 'BITCOIN_TRANSACTION_MALFORMED'
  /** Bytes that are no block header, or a difficulty field that no node would have written. */
  | 'BITCOIN_HEADER_MALFORMED'
  /** The proof object is not of its documented shape, or larger than its budgets allow. */
  | 'BITCOIN_PROOF_MALFORMED'
  /** The proof is of another chain than the verifier asks for. */
  | 'BITCOIN_NETWORK_MISMATCH'
  /** A transaction is not where the proof places it in its block. */
  | 'BITCOIN_BRANCH_INVALID'
  /** The coinbase transaction does not vouch for the depth of the tree or for the height. */
  | 'BITCOIN_COINBASE_INVALID'
  /** The headers are no chain, or break the difficulty rule of their network. */
  | 'BITCOIN_HEADERS_UNLINKED'
  /** A header's hash is above its target, or its target is easier than the verifier's floor. */
  | 'BITCOIN_WORK_INSUFFICIENT'
  /** Fewer blocks on top than the verifier asks for: ask for a newer proof. */
  | 'BITCOIN_UNCONFIRMED'
  /** A header contradicts one that the verifier has pinned: the proof is of a fork. */
  | 'BITCOIN_PIN_MISMATCH'
  /** A good transaction that is no anchor (docs/formats/bitcoin-anchor.md). */
  | 'BITCOIN_NOT_AN_ANCHOR'
  /** An anchor that does not continue the chain of the one before it. */
  | 'BITCOIN_CHAIN_BROKEN';

/** Evidence from the Bitcoin chain that does not hold. The message never quotes the evidence. */
export class BitcoinProofError extends ChirographError<BitcoinProofErrorCode> {}
