/** What the development chain knows of its best chain: headers, unspent coins, and how to undo each block. */
import { concat, equalBytes } from '../../base/bytes.js';
import { assert } from '../../base/errors.js';
import { meetsTarget } from '../../evidence/bitcoin/block-header.js';
import type { BlockHeader } from '../../evidence/bitcoin/block-header.js';
import type { BlockHash, Txid } from '../../evidence/bitcoin/hash256.js';
import { merkleRoot } from '../../evidence/bitcoin/merkle-branch.js';
import { REGTEST } from '../../evidence/bitcoin/network.js';
import { isCoinbase } from '../../evidence/bitcoin/transaction.js';
import type { Outpoint, Transaction } from '../../evidence/bitcoin/transaction.js';
import { MEDIAN_SPAN, medianTime } from './median-time.js';
import type { SpentOutput } from './p2wpkh.js';
import { OP_RETURN } from './push-only.js';
import { parseRawBlock } from './raw-block.js';
import type { NextBlock } from './time-locks.js';

export interface UnspentCoin extends SpentOutput {
  /** Of the block that made it. */
  readonly height: number;
  /** Height from which it may be spent. */
  readonly matureAt: number;
}

/** Where a block lies in the file. */
export interface BlockPlace {
  readonly offset: number;
  readonly length: number;
}

interface ConnectedBlock {
  readonly bytes: Uint8Array;
  readonly header: BlockHeader;
  readonly created: readonly string[];
  readonly spent: readonly (readonly [key: string, coin: UnspentCoin])[];
  readonly txids: readonly Txid[];
}

const COINBASE_MATURITY = 100;

export class DevChainState {
  readonly #blocks: ConnectedBlock[];
  readonly #coins: Map<string, UnspentCoin>;
  readonly #heights: Map<Txid, number>;
  readonly #places: Map<BlockHash, BlockPlace>;

  /** Empty, or what `from` is now, to go on apart from it. */
  constructor(from?: DevChainState) {
    this.#blocks = from === undefined ? [] : [...from.#blocks];
    this.#coins = new Map(from === undefined ? [] : from.#coins);
    this.#heights = new Map(from === undefined ? [] : from.#heights);
    this.#places = new Map(from === undefined ? [] : from.#places);
  }

  /** −1 before the genesis block. */
  get height(): number {
    return this.#blocks.length - 1;
  }

  /** @returns undefined above the tip */
  headerAt(height: number): Uint8Array | undefined {
    return this.#blocks[height]?.bytes;
  }

  hashAt(height: number): BlockHash | undefined {
    return this.#blocks[height]?.header.hash;
  }

  /** Of a block of the chain as it is now. */
  heightOfBlock(hash: BlockHash): number | undefined {
    const height = this.#blocks.findLastIndex(({ header }) => header.hash === hash);
    return height === -1 ? undefined : height;
  }

  coin(outpoint: Outpoint): UnspentCoin | undefined {
    return this.#coins.get(outpointKey(outpoint));
  }

  heightOf(txid: Txid): number | undefined {
    return this.#heights.get(txid);
  }

  /** Of every block ever connected, also of those that were disconnected again. */
  placeOf(hash: BlockHash): BlockPlace | undefined {
    return this.#places.get(hash);
  }

  /** Of the eleven blocks that end at `height`, in seconds, oldest first. */
  timesTo(height: number): number[] {
    const blocks = this.#blocks.slice(Math.max(0, height + 1 - MEDIAN_SPAN), height + 1);
    return blocks.map(({ header }) => header.time);
  }

  medianTimeAt(height: number): number {
    return medianTime(this.timesTo(height));
  }

  nextBlock(): NextBlock {
    return { height: this.height + 1, medianTime: this.medianTimeAt(this.height) };
  }

  /** Takes a block as the next one. @returns why it cannot be, and then nothing has changed */
  connect(bytes: Uint8Array, offset: number): string | undefined {
    const { header, transactions } = parseRawBlock(bytes);
    const height = this.#blocks.length;
    const fault = this.#headerFault(header, transactions);
    if (fault !== undefined) return fault;
    const created: string[] = [];
    const spent: (readonly [string, UnspentCoin])[] = [];
    for (const transaction of transactions) {
      if (!isCoinbase(transaction))
        for (const { outpoint } of transaction.inputs) {
          const key = outpointKey(outpoint);
          const coin = this.#coins.get(key);
          if (coin === undefined) {
            this.#revert(created, spent);
            return 'a transaction spends what is not there';
          }
          this.#coins.delete(key);
          spent.push([key, coin]);
        }
      // As in every Bitcoin chain, the genesis block's reward is none.
      if (height > 0) created.push(...this.#create(transaction, height));
    }
    const txids = transactions.map(({ txid }) => txid);
    for (const txid of txids) this.#heights.set(txid, height);
    this.#blocks.push({ bytes: bytes.slice(0, 80), header, created, spent, txids });
    this.#places.set(header.hash, { offset, length: bytes.length });
    return undefined;
  }

  /** Takes the tip back by one block. */
  disconnect(): void {
    const block = this.#blocks.pop();
    assert(block !== undefined && this.#blocks.length > 0, 'the genesis block stays');
    this.#revert(block.created, block.spent);
    for (const txid of block.txids) this.#heights.delete(txid);
  }

  #headerFault(header: BlockHeader, transactions: readonly Transaction[]): string | undefined {
    const tip = this.#blocks.at(-1);
    const expected = tip === undefined ? '0'.repeat(64) : tip.header.hash;
    if (header.previousBlock !== expected) return 'a block does not follow the one before it';
    if (tip === undefined && header.hash !== REGTEST.genesis) return 'its first block is another';
    if (header.target !== REGTEST.maxTarget || !meetsTarget(header)) return 'a block has no work';
    const root = merkleRoot(transactions.map(({ hash }) => hash));
    return equalBytes(root, header.merkleRoot) ? undefined : 'a block has another Merkle root';
  }

  #create(transaction: Transaction, height: number): string[] {
    const matureAt = height + (isCoinbase(transaction) ? COINBASE_MATURITY : 0);
    const keys: string[] = [];
    transaction.outputs.forEach(({ value, script }, vout) => {
      if (script[0] === OP_RETURN) return;
      const key = outpointKey({ txid: transaction.txid, vout });
      // Copied, so that a coin does not keep its whole block in memory.
      this.#coins.set(key, { value, script: concat(script), height, matureAt });
      keys.push(key);
    });
    return keys;
  }

  /** Created first: a block may spend what it created. */
  #revert(
    created: readonly string[],
    spent: readonly (readonly [key: string, coin: UnspentCoin])[],
  ): void {
    for (const [key, coin] of spent) this.#coins.set(key, coin);
    for (const key of created) this.#coins.delete(key);
  }
}

export function outpointKey({ txid, vout }: Outpoint): string {
  return `${txid}:${vout}`;
}
