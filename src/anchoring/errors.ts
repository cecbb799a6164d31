/** Operating errors of anchoring. What each means and what to do is in docs/errors.md. */
import { ChirographError } from '../base/errors.js';

export type AnchoringErrorCode =
  /** The node does not answer, or is still starting: try again later; nothing is lost. */
  | 'CHAIN_UNAVAILABLE'
  /** The node answered what no honest one would: check what the configured address leads to. */
  | 'CHAIN_RESPONSE_INVALID'
  /** The node refuses us or the request: check credentials and its configuration. */
  | 'CHAIN_REFUSED'
  /** The node is of another network than the one configured. */
  | 'CHAIN_MISMATCH'
  /** The node's chain ends below the newest final anchor: it is behind; try again later. */
  | 'CHAIN_BEHIND'
  /** No block of that hash or height, for this node at this moment. */
  | 'CHAIN_BLOCK_UNKNOWN'
  /** The node will not relay the transaction: conflict, fee or policy; the cause says which. */
  | 'CHAIN_TRANSACTION_REJECTED'
  /** The node knows of no coin at the end of the anchor chain, and of nothing that spent it. */
  | 'ANCHOR_COIN_MISSING'
  /** The coin named is spent, unconfirmed, paid to others, too small, or known already: name another. */
  | 'ANCHOR_COIN_REFUSED'
  /** There is no chain of anchors that another could succeed, or none that has ended. */
  | 'ANCHOR_CHAIN_OPEN'
  /** The cause is not what became of the chain, or the key was one of a chain that has ended. */
  | 'ANCHOR_SUCCESSION_REFUSED'
  /** Nothing more is anchored in this chain: its coin was spent by a stranger, or its key is another. */
  | 'ANCHOR_CHAIN_CLOSED'
  /** What the chain pays out next would be dust: top up the anchor address. */
  | 'ANCHOR_FUNDS_EXHAUSTED'
  /** A fee above the limit that guards against mistakes. */
  | 'ANCHOR_FEE_EXCESSIVE'
  /** The signer returned no valid signature of what it was given. */
  | 'ANCHOR_SIGNATURE_INVALID'
  /** The key of the token is another than the one that the settings name. */
  | 'ANCHOR_KEY_MISMATCH'
  /** What came back as a signed PSBT is none, or too long. */
  | 'ANCHOR_PSBT_MALFORMED'
  /** A PSBT of a transaction that was not asked for, or whose coin is spent. */
  | 'ANCHOR_PSBT_UNKNOWN'
  /** A PSBT of an anchor that a signed one has taken the place of. */
  | 'ANCHOR_PSBT_SUPERSEDED'
  /** A PSBT that the anchor key has not signed as a whole. */
  | 'ANCHOR_PSBT_UNSIGNED'
  /** The stored state of the anchor chain contradicts itself. */
  | 'ANCHOR_STATE_INVALID'
  /** Too few blocks on top yet for the proof asked for. */
  | 'ANCHOR_UNCONFIRMED'
  /** The chain reorganised while it was read: ask again. */
  | 'ANCHOR_MOVED'
  /** The heads that an epoch took are not what was written: restore them from a copy. */
  | 'EPOCH_HEADS_DAMAGED'
  /** The development chain's file is not what was written. */
  | 'DEVCHAIN_DAMAGED'
  /** Writing failed, so what is on disk is unknown: reopen. */
  | 'DEVCHAIN_FAILED'
  | 'DEVCHAIN_CLOSED';

export class AnchoringError extends ChirographError<AnchoringErrorCode> {}
