/**
 * A Bitcoin chain of one's own, in this process and one file: real block and transaction format,
 * regtest's genesis block and difficulty, mined at once. It makes anchoring work with no node
 * configured, and it proves nothing to anyone else, which every answer that rests on it says.
 *
 * One process at a time may have the file open; the data directory's lock sees to that.
 */
import { assert } from '../base/errors.js';
import type { Clock } from '../base/time.js';
import { Turns } from '../base/turns.js';
import type { BlockHash, Txid } from '../evidence/bitcoin/hash256.js';
import type { Outpoint, Transaction } from '../evidence/bitcoin/transaction.js';
import type { AnchorCoin } from './anchor-transaction.js';
import { BITCOIN_REGTEST } from './bitcoin-network.js';
import type { ChainCoin, ChainSource, ChainTip, TransactionStatus } from './chain-source.js';
import { openAppendFile } from './internal/append-file.js';
import type { AppendFile } from './internal/append-file.js';
import { DevChainMempool } from './internal/devchain-mempool.js';
import { DevChainMiner, transactionsAt } from './internal/devchain-miner.js';
import { DevChainStore, unknownBlock } from './internal/devchain-store.js';
import { parseRawBlock } from './internal/raw-block.js';
import { SubmittedBlocks } from './internal/submitted-blocks.js';

export interface DevChainOptions {
  readonly path: string;
  /** Dates the blocks; they run ahead of it by a second for every six blocks of the same second. */
  readonly clock: Clock;
  /** Blocks mined at once whenever a transaction is broadcast; 0 leaves it to `mine`. */
  readonly blocksPerBroadcast: number;
  /** For tests that fail the disk. */
  readonly openFile?: (path: string) => Promise<AppendFile>;
}

export class DevChain implements ChainSource, AsyncDisposable {
  readonly network = BITCOIN_REGTEST;
  readonly #store: DevChainStore;
  readonly #mempool: DevChainMempool;
  readonly #submitted: SubmittedBlocks;
  readonly #miner: DevChainMiner;
  readonly #options: DevChainOptions;
  /** One thing at a time. */
  readonly #turns = new Turns();

  /** @throws AnchoringError DEVCHAIN_DAMAGED; and the file system's own errors */
  static async open(options: DevChainOptions): Promise<DevChain> {
    const file = await (options.openFile ?? openAppendFile)(options.path);
    return new DevChain(await DevChainStore.open(file), options);
  }

  private constructor(store: DevChainStore, options: DevChainOptions) {
    this.#store = store;
    this.#mempool = new DevChainMempool(store.state);
    this.#submitted = new SubmittedBlocks(store);
    this.#miner = new DevChainMiner(store, this.#mempool, options.clock);
    this.#options = options;
  }

  tip(): Promise<ChainTip> {
    return this.#run(() => this.#tip());
  }

  headerAt(height: number): Promise<Uint8Array> {
    return this.#run(() => {
      const header = this.#store.state.headerAt(height);
      if (header === undefined) throw unknownBlock();
      return header.slice();
    });
  }

  rawBlock(hash: BlockHash): Promise<Uint8Array> {
    return this.#run(() => this.#store.readBlock(hash));
  }

  /** Mined at once into as many blocks as the options say; kept over a restart only when mined. */
  broadcast(transaction: Uint8Array): Promise<Txid> {
    return this.#run(async () => {
      const txid = this.#mempool.accept(transaction);
      if (this.#mempool.has(txid)) await this.#miner.mine(this.#options.blocksPerBroadcast);
      return txid;
    });
  }

  transactionStatus(txid: Txid): Promise<TransactionStatus> {
    return this.#run(() => this.#status(txid));
  }

  coin(outpoint: Outpoint): Promise<ChainCoin | undefined> {
    return this.#run(() => {
      const coin = this.#store.state.coin(outpoint);
      return coin && { value: coin.value, script: coin.script.slice(), height: coin.height };
    });
  }

  /** The least that is relayed: blocks are never full here. */
  feeRate(): Promise<number> {
    return this.#run(() => 1);
  }

  /** Mines up to 2,016 blocks, the first with what the mempool holds. */
  mine(count = 1): Promise<ChainTip> {
    return this.#run(async () => {
      await this.#miner.mine(count);
      return this.#tip();
    });
  }

  /**
   * Mines a block whose reward goes to `script`, and as many on top as make it spendable, dated as if
   * they had come in their time. The reward is regtest's: 50 bitcoin, halved every 150 blocks.
   */
  fund(script: Uint8Array): Promise<AnchorCoin> {
    return this.#run(() => this.#miner.fund(script));
  }

  /**
   * Takes the last `count` blocks back, as a reorganisation does, their transactions into the mempool
   * where they are still valid. What is mined next is another chain.
   */
  disconnect(count: number): Promise<ChainTip> {
    return this.#run(async () => {
      const tip = this.#store.state.height;
      const height = tip - count;
      assert(count > 0 && height >= 0, 'the genesis block stays');
      const returning: Transaction[] = [];
      for (let at = height + 1; at <= tip; at++)
        returning.push(...(await transactionsAt(this.#store, at)));
      await this.#store.append({ kind: 'disconnect', height });
      this.#mempool.refill([...returning, ...this.#mempool.transactions()]);
      return this.#tip();
    });
  }

  /**
   * Takes a block that somebody else mined, as Bitcoin Core's `submitblock` does: null if it is the tip now,
   * `inconclusive` if it is kept aside until there is more work on top of it, or why it is refused. After a
   * reorganisation the transactions of the blocks that went are in the mempool where they still may be.
   */
  submit(block: Uint8Array): Promise<string | null> {
    return this.#run(async () => {
      const now = Math.floor(this.#options.clock.now() / 1000);
      const submitted = await this.#submitted.submit(block, now);
      if (submitted.outcome === 'refused') return submitted.reason;
      if (submitted.outcome === 'inconclusive') return submitted.outcome;
      const returning = submitted.disconnected.flatMap((one) => parseRawBlock(one).transactions);
      this.#mempool.refill([...returning, ...this.#mempool.transactions()]);
      return null;
    });
  }

  /** Forgets what is not mined, as a node does whose mempool is not kept. @returns it, as it was broadcast. */
  dropMempool(): Promise<readonly Uint8Array[]> {
    return this.#run(() => {
      const dropped = this.#mempool.transactions().map(({ bytes }) => bytes);
      this.#mempool.clear();
      return dropped;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turns.take(() => this.#store.close());
  }

  #tip(): ChainTip {
    const { height } = this.#store.state;
    const hash = this.#store.state.hashAt(height);
    assert(hash !== undefined, 'a chain has a tip');
    return { height, hash };
  }

  #status(txid: Txid): TransactionStatus {
    const { state } = this.#store;
    const height = state.heightOf(txid);
    const blockHash = height === undefined ? undefined : state.hashAt(height);
    if (height === undefined || blockHash === undefined)
      return { state: this.#mempool.has(txid) ? 'mempool' : 'unknown' };
    return { state: 'confirmed', height, blockHash, confirmations: state.height - height + 1 };
  }

  #run<T>(act: () => T | Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      this.#store.assertUsable();
      return act();
    });
  }
}
