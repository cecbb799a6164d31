/**
 * The Bitcoin chain as anchoring sees it: a broadcaster and a source of blocks, and nothing else. A
 * pruned node is enough, since a proof is made while its block is young and then kept.
 *
 * What implementations owe their callers: every call may be repeated; what is returned has the hash
 * that was asked for; nothing is cached beyond one call, because any block may be reorganised away;
 * every failure is an AnchoringError, CHAIN_UNAVAILABLE when trying later may help.
 */
import type { BlockHash, Txid } from '../evidence/bitcoin/hash256.js';
import type { Outpoint } from '../evidence/bitcoin/transaction.js';
import type { BitcoinNetwork } from './bitcoin-network.js';

export interface ChainTip {
  readonly height: number;
  readonly hash: BlockHash;
}

export type TransactionStatus =
  /** Neither in a block of the best chain nor in the mempool: never seen, evicted, replaced, or reorganised away. */
  | { readonly state: 'unknown' }
  | { readonly state: 'mempool' }
  /** In the best chain. `confirmations` counts its own block, so it is at least 1. */
  | {
      readonly state: 'confirmed';
      readonly height: number;
      readonly blockHash: BlockHash;
      readonly confirmations: number;
    };

/** An output of the best chain that nothing in the best chain spends. */
export interface ChainCoin {
  /** In satoshi. */
  readonly value: bigint;
  readonly script: Uint8Array;
  /** Of the block that made it. */
  readonly height: number;
}

export interface ChainSource {
  readonly network: BitcoinNetwork;

  tip(): Promise<ChainTip>;

  /** The 80 bytes of the best chain's header. @throws AnchoringError CHAIN_BLOCK_UNKNOWN above the tip */
  headerAt(height: number): Promise<Uint8Array>;

  /** The whole block, also of one no longer in the best chain. @throws AnchoringError CHAIN_BLOCK_UNKNOWN */
  rawBlock(hash: BlockHash): Promise<Uint8Array>;

  /**
   * Returns once the transaction is in the mempool or in a block of this node; idempotent. May
   * replace what it conflicts with, by the node's own policy (BIP 125). Relay to others is not
   * awaited.
   *
   * @throws AnchoringError CHAIN_TRANSACTION_REJECTED
   */
  broadcast(transaction: Uint8Array): Promise<Txid>;

  /**
   * Never trusts mere presence: a transaction of a stale block is not confirmed. Nodes without a
   * transaction index know a confirmed one only while its output 0 is unspent, which holds for the
   * newest anchor of a chain: ask for no other.
   */
  transactionStatus(txid: Txid): Promise<TransactionStatus>;

  /**
   * The coin, unless it is spent in the best chain or was never there: the node does not say which.
   * What waits in the mempool neither makes nor spends it.
   */
  coin(outpoint: Outpoint): Promise<ChainCoin | undefined>;

  /** The node's estimate in satoshi per virtual byte to confirm within so many blocks, if it has one. */
  feeRate(targetBlocks: number): Promise<number | undefined>;
}
