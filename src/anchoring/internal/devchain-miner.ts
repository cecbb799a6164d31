/** Mines on the development chain: what its mempool holds, and rewards for whoever needs a first coin. */
import { assert } from '../../base/errors.js';
import type { Clock } from '../../base/time.js';
import type { Transaction } from '../../evidence/bitcoin/transaction.js';
import type { AnchorCoin } from '../anchor-transaction.js';
import type { DevChainMempool } from './devchain-mempool.js';
import { type DevChainStore, unknownBlock } from './devchain-store.js';
import { mineBlocks } from './mine-blocks.js';
import { OP_RETURN } from './push-only.js';
import { parseRawBlock } from './raw-block.js';

/** Blocks that one call may mine: one record of the file. */
const MAX_MINED_AT_ONCE = 2016;

/** Coinbase outputs are spendable after so many blocks, their own included; here as everywhere. */
const MATURITY = 100;
const SPACING_SECONDS = 600;
/** Where rewards go that nobody asked for: OP_RETURN, which leaves no coin behind. */
const NOWHERE = Uint8Array.of(OP_RETURN);

export class DevChainMiner {
  readonly #store: DevChainStore;
  readonly #mempool: DevChainMempool;
  readonly #clock: Clock;

  constructor(store: DevChainStore, mempool: DevChainMempool, clock: Clock) {
    this.#store = store;
    this.#mempool = mempool;
    this.#clock = clock;
  }

  /**
   * Mines up to `MAX_MINED_AT_ONCE` blocks, the first with what the mempool holds.
   *
   * @param ago dates the first block so many seconds back, the others at Bitcoin's usual distance.
   * @throws as `DevChainStore.append`
   */
  async mine(count: number, payTo: Uint8Array = NOWHERE, ago = 0): Promise<void> {
    if (count === 0) return;
    assert(count > 0 && count <= MAX_MINED_AT_ONCE, `at most ${MAX_MINED_AT_ONCE} blocks at once`);
    const now = Math.floor(this.#clock.now() / 1000);
    const { transactions, fees } = this.#mempool.nextBlock();
    const blocks = mineBlocks(this.#store.state, {
      count,
      payTo,
      transactions,
      fees,
      times: Array.from(
        { length: count },
        (_, at) => now - Math.max(0, ago - SPACING_SECONDS * at),
      ),
      // Unlike for each block of each record, however often a height is mined again.
      extraNonce: this.#store.length,
    });
    await this.#store.append({ kind: 'connect', blocks });
    for (const { txid } of transactions) this.#mempool.remove(txid);
  }

  /** A spendable reward to `script`, and the blocks that make it so, dated as if they had come in their time. */
  async fund(script: Uint8Array): Promise<AnchorCoin> {
    const height = this.#store.state.height + 1;
    await this.mine(1, script, SPACING_SECONDS * (MATURITY - 1));
    await this.mine(MATURITY - 1, NOWHERE, SPACING_SECONDS * (MATURITY - 2));
    const [coinbase] = await transactionsAt(this.#store, height);
    const value = coinbase?.outputs[0]?.value ?? 0n;
    assert(coinbase !== undefined && value > 0n, 'the subsidy lasts for 4,950 blocks');
    return { outpoint: { txid: coinbase.txid, vout: 0 }, value };
  }
}

/** Of a block of the chain as it is now. @throws as `DevChainStore.readBlock` */
export async function transactionsAt(
  store: DevChainStore,
  height: number,
): Promise<readonly Transaction[]> {
  const hash = store.state.hashAt(height);
  if (hash === undefined) throw unknownBlock();
  return parseRawBlock(await store.readBlock(hash)).transactions;
}
