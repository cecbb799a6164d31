/** What the rules make their transactions and blocks from: coins of our script, and the place of the next block. */
import type { AnchorCoin } from '../../../src/anchoring/anchor-transaction.js';
import { MEDIAN_SPAN, medianTime } from '../../../src/anchoring/internal/median-time.js';
import { parseBlockHeader } from '../../../src/evidence/bitcoin/block-header.js';
import { parseTransaction } from '../../../src/evidence/bitcoin/transaction.js';
import { SCRIPT } from '../fixture.js';
import { blockBytes } from './block-maker.js';
import type { BlockPlan } from './block-maker.js';
import type { RuledChain } from './rule.js';
import { spendBytes } from './transaction-maker.js';
import type { Spend } from './transaction-maker.js';

export const COIN_VALUE = 200_000n;
/** Of one splitting transaction, which stays below what is relayed. */
const COINS = 600;
const SPLITTING_FEE = 30_000n;
const MATURITY = 100;

export class RuleKit {
  readonly chain: RuledChain;
  #coins: AnchorCoin[] = [];

  constructor(chain: RuledChain) {
    this.chain = chain;
  }

  /** Mines a reward, lets it grow up, and splits it. */
  static async on(chain: RuledChain): Promise<RuleKit> {
    const kit = new RuleKit(chain);
    const reward = await kit.reward(MATURITY);
    const outputs = Array.from({ length: COINS }, () => ({ script: SCRIPT, value: COIN_VALUE }));
    const rest = reward.value - BigInt(COINS) * COIN_VALUE - SPLITTING_FEE;
    const split = await spendBytes({
      coins: [reward],
      outputs: [...outputs, { script: SCRIPT, value: rest }],
    });
    kit.#coins = coinsOf(split, COINS);
    await kit.confirmed(split);
    return kit;
  }

  /** A confirmed coin that nobody else spends. */
  coin(): AnchorCoin {
    const coin = this.#coins.pop();
    if (coin === undefined) throw new Error('the kit has no coin left');
    return coin;
  }

  coins(count: number): AnchorCoin[] {
    return Array.from({ length: count }, () => this.coin());
  }

  /** Spends one coin as told. */
  spend(how: Omit<Spend, 'coins'> = {}): Promise<Uint8Array> {
    return spendBytes({ coins: [this.coin()], ...how });
  }

  spendOf(coin: AnchorCoin, fee: bigint): Promise<Uint8Array> {
    return spendBytes({ coins: [coin], fee });
  }

  /** A reward of our script that has so many confirmations. */
  async reward(confirmations: number): Promise<AnchorCoin> {
    const bytes = await this.block({ payTo: SCRIPT, transactions: [] });
    await this.taken(this.chain.submit(bytes));
    if (confirmations > 1) await this.chain.mine(confirmations - 1);
    const coinbase = bytes.subarray(81);
    const { txid, outputs } = parseTransaction(coinbase);
    return { outpoint: { txid, vout: 0 }, value: outputs[0]?.value ?? 0n };
  }

  /** Sent, and taken. */
  async sent(transaction: Uint8Array): Promise<void> {
    await this.taken(this.chain.send(transaction));
  }

  async confirmed(transaction: Uint8Array): Promise<void> {
    await this.sent(transaction);
    await this.chain.mine(1);
  }

  /** A block on the tip, or on what the plan says. */
  async block(plan: Partial<BlockPlan> = {}): Promise<Uint8Array> {
    const { height, hash } = await this.chain.source.tip();
    const time = Math.max(this.chain.now(), (await this.medianTime(height)) + 1);
    return blockBytes({ previous: hash, height: height + 1, time, ...plan });
  }

  async medianTime(height: number): Promise<number> {
    const times: number[] = [];
    for (let at = Math.max(0, height - MEDIAN_SPAN + 1); at <= height; at++)
      times.push(parseBlockHeader(await this.chain.source.headerAt(at)).time);
    return medianTime(times);
  }

  /** Throws for what was to be taken and was not: the rule under test comes after. */
  async taken(answer: Promise<string | null>): Promise<void> {
    const reason = await answer;
    if (reason !== null) throw new Error(`what the rule needs first is refused: ${reason}`);
  }
}

/** The outputs of ours that a transaction makes. */
export function coinsOf(transaction: Uint8Array, count: number): AnchorCoin[] {
  const { txid, outputs } = parseTransaction(transaction);
  return outputs.slice(0, count).map(({ value }, vout) => ({ outpoint: { txid, vout }, value }));
}
