/**
 * Who spent a coin. Nodes without an index do not tell, so the blocks since the coin was made are read.
 * That is dear, and done only when the coin is gone and none of ours is known to have spent it; what was
 * read once is not read again, and one look reads only so many blocks.
 */
import { equalBytes } from '../base/bytes.js';
import { meetsTarget, parseBlockHeader } from '../evidence/bitcoin/block-header.js';
import type { BlockHash, Txid } from '../evidence/bitcoin/hash256.js';
import { merkleRoot } from '../evidence/bitcoin/merkle-branch.js';
import { type Outpoint, sameOutpoint, type Transaction } from '../evidence/bitcoin/transaction.js';
import type { ChainSource } from './chain-source.js';
import { AnchoringError } from './errors.js';
import { parseRawBlock, type RawBlock } from './internal/raw-block.js';

export interface Spender {
  readonly txid: Txid;
  readonly height: number;
  readonly blockHash: BlockHash;
}

export type SpenderFound =
  | { readonly kind: 'found'; readonly spender: Spender; readonly transaction: Transaction }
  /** None up to the tip. */
  | { readonly kind: 'none' }
  /** There are more blocks to read: ask again. */
  | { readonly kind: 'unfinished' };

/** Read at one look; at mainnet's sizes some hundred megabytes. */
export const MAX_BLOCKS_A_LOOK = 144;
/** Where nobody knows since when the coin is there. */
const FALLBACK_BLOCKS = 2_016;

interface Position {
  readonly outpoint: Outpoint;
  /** The last block that was read without finding anything. */
  readonly height: number;
  readonly hash: BlockHash;
}

export class SpenderSearch {
  readonly #source: ChainSource;
  #position: Position | null = null;

  constructor(source: ChainSource) {
    this.#source = source;
  }

  /**
   * @param since height of the block that made the coin, or a lower one.
   * @throws AnchoringError as the source's own calls.
   */
  async find(outpoint: Outpoint, since: number | undefined): Promise<SpenderFound> {
    const { height: tip } = await this.#source.tip();
    const from = await this.#from(outpoint, since ?? Math.max(0, tip - FALLBACK_BLOCKS));
    const to = Math.min(tip, from + MAX_BLOCKS_A_LOOK - 1);
    for (let height = from; height <= to; height++) {
      const hash = await hashAt(this.#source, height);
      const block = await blockOf(this.#source, hash);
      const spender = block.transactions.find(({ inputs }) =>
        inputs.some((input) => sameOutpoint(input.outpoint, outpoint)),
      );
      if (spender !== undefined)
        return {
          kind: 'found',
          spender: { txid: spender.txid, height, blockHash: hash },
          transaction: spender,
        };
      this.#position = { outpoint, height, hash };
    }
    return { kind: to < tip ? 'unfinished' : 'none' };
  }

  /** After what was read, if that still stands. */
  async #from(outpoint: Outpoint, since: number): Promise<number> {
    const position = this.#position;
    if (position === null || !sameOutpoint(position.outpoint, outpoint)) return since;
    if ((await hashIfAny(this.#source, position.height)) === position.hash)
      return position.height + 1;
    this.#position = null;
    return since;
  }
}

/** With the transactions that its header commits to: who spent a coin is not taken on a node's word. */
async function blockOf(source: ChainSource, hash: BlockHash): Promise<RawBlock> {
  const block = parseRawBlock(await source.rawBlock(hash));
  const root = merkleRoot(block.transactions.map((transaction) => transaction.hash));
  if (block.header.hash !== hash || !equalBytes(root, block.header.merkleRoot))
    throw new AnchoringError(
      'CHAIN_RESPONSE_INVALID',
      'the node shows a block whose transactions are not those of its header',
    );
  return block;
}

/** Of the best chain, with work in it. @throws AnchoringError CHAIN_BLOCK_UNKNOWN, CHAIN_RESPONSE_INVALID. */
export async function hashAt(source: ChainSource, height: number): Promise<BlockHash> {
  const bytes = await source.headerAt(height);
  const header = parseBlockHeader(bytes);
  if (header.target > source.network.params.maxTarget || !meetsTarget(header))
    throw new AnchoringError(
      'CHAIN_RESPONSE_INVALID',
      'the node shows a header without the work that its network asks for',
    );
  return header.hash;
}

/** As `hashAt`; undefined above the tip. */
export async function hashIfAny(
  source: ChainSource,
  height: number,
): Promise<BlockHash | undefined> {
  try {
    return await hashAt(source, height);
  } catch (cause) {
    if (cause instanceof AnchoringError && cause.code === 'CHAIN_BLOCK_UNKNOWN') return undefined;
    throw cause;
  }
}
