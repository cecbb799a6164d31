/**
 * Whatever happens, and in whatever order, the chain of anchors is one line: no coin but its own is spent,
 * no fee is above its limit, and in the end all that was published is final and proved.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Anchorer } from '../../src/anchoring/anchorer.js';
import { AnchoringError } from '../../src/anchoring/errors.js';
import { parseRawBlock } from '../../src/anchoring/internal/raw-block.js';
import { equalBytes } from '../../src/base/bytes.js';
import { parseBlockHeader } from '../../src/evidence/bitcoin/block-header.js';
import {
  isCoinbase,
  type Outpoint,
  type Transaction,
} from '../../src/evidence/bitcoin/transaction.js';
import { FaultyFiles, PowerCut, type Fault } from '../support/faulty-files.js';
import { isLong, timeLimit } from '../support/suite.js';
import { type AnchoringLife, CONFIRMATIONS, provenIn, withAnchoring } from './anchoring-life.js';
import { FEES, payloadOf, POLICY, SCRIPT } from './fixture.js';

const RUNS = isLong ? 400 : 20;
const MAX_FEE = 1_000n;
const LIMITED = { ...FEES, policy: { ...POLICY, budget: MAX_FEE }, monthlyBudget: 1_000_000n };
/** The funding coin and the blocks that make it spendable stay. */
const FUNDED_HEIGHT = 100;

type Step =
  | { readonly kind: 'publish' | 'poll' | 'restart' | 'forget' }
  | { readonly kind: 'mine' | 'disconnect'; readonly count: number }
  | { readonly kind: 'older'; readonly pick: number }
  | { readonly kind: 'crash'; readonly at: number; readonly fault: Fault };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>({ kind: 'publish' }) },
  { weight: 4, arbitrary: fc.constant<Step>({ kind: 'poll' }) },
  {
    weight: 4,
    arbitrary: fc.integer({ min: 1, max: 4 }).map((count): Step => ({ kind: 'mine', count })),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 9 }).map((count): Step => ({ kind: 'disconnect', count })),
  },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ kind: 'restart' }, { kind: 'forget' }) },
  { weight: 1, arbitrary: fc.nat(9).map((pick): Step => ({ kind: 'older', pick })) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('crash' as const),
      at: fc.nat(14),
      fault: fc.constantFrom<Fault>('before', 'torn', 'after'),
    }),
  },
);

class Model {
  readonly #life: AnchoringLife;
  #anchorer: Anchorer;
  #published = 1;

  static async start(life: AnchoringLife): Promise<Model> {
    return new Model(life, await life.open({ fees: LIMITED }));
  }

  private constructor(life: AnchoringLife, anchorer: Anchorer) {
    this.#life = life;
    this.#anchorer = anchorer;
  }

  async take(step: Step): Promise<void> {
    const { chain } = this.#life;
    switch (step.kind) {
      case 'publish':
        this.#published++;
        return this.#try(() => this.#anchorer.publish(payloadOf(this.#published)));
      case 'poll':
        return this.#try(() => this.#anchorer.poll());
      case 'mine':
        await chain.mine(step.count);
        return;
      case 'disconnect': {
        const { height } = await chain.tip();
        const count = Math.min(step.count, height - FUNDED_HEIGHT);
        // A reorganisation ends with a chain that is longer.
        if (count > 0) await chain.disconnect(count).then(() => chain.mine(count + 1));
        return;
      }
      case 'forget':
        await chain.dropMempool();
        return;
      case 'older':
        return this.#mineOlder(step.pick);
      case 'restart':
        return this.#reopen();
      case 'crash':
        this.#anchorer = await this.#life.open({
          fees: LIMITED,
          files: new FaultyFiles(step.at + 1, step.fault),
        });
    }
  }

  /** All that was published settles, however often it is asked for. */
  async settleAll(): Promise<void> {
    await this.#reopen();
    for (let round = 0; round < 40; round++) {
      // Looked at once more: what seems to be final may have been taken back meanwhile.
      if (round > 1 && this.#anchorer.settledSize === this.#published) break;
      await this.#try(() => this.#anchorer.publish(payloadOf(this.#published)));
      await this.#life.chain.mine(CONFIRMATIONS);
      await this.#try(() => this.#anchorer.poll());
    }
    expect(this.#anchorer.settledSize).toBe(this.#published);
    expect(this.#anchorer.report.alarms).toEqual([]);
  }

  /** A miner who knows of an older candidate only. */
  async #mineOlder(pick: number): Promise<void> {
    const { chain } = await (await this.#life.store()).readBook(SCRIPT);
    const candidate = chain?.candidates[pick % Math.max(1, chain.candidates.length)];
    if (candidate === undefined) return;
    await this.#life.chain.dropMempool();
    await this.#try(() => this.#life.chain.broadcast(candidate.bytes));
    await this.#life.chain.mine();
  }

  async #reopen(): Promise<void> {
    this.#anchorer = await this.#life.open({ fees: LIMITED });
  }

  async #try(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (error instanceof PowerCut) await this.#reopen();
      else if (!(error instanceof AnchoringError)) throw error;
    }
  }
}

/** Everything in the best chain that pays the chain's script and is no reward, in order. */
async function anchorsIn({ chain }: AnchoringLife): Promise<Transaction[]> {
  const { height } = await chain.tip();
  const anchors: Transaction[] = [];
  for (let at = 1; at <= height; at++) {
    const { hash } = parseBlockHeader(await chain.headerAt(at));
    const { transactions } = parseRawBlock(await chain.rawBlock(hash));
    anchors.push(
      ...transactions.filter(
        (one) => !isCoinbase(one) && one.outputs.some(({ script }) => equalBytes(script, SCRIPT)),
      ),
    );
  }
  return anchors;
}

/** The coin that the chain of anchors begins with is taken back, and is half of what it was then. */
const TAKEN_BACK: Step[] = [
  { kind: 'crash', at: 0, fault: 'before' },
  { kind: 'publish' },
  { kind: 'crash', at: 0, fault: 'before' },
  { kind: 'older', pick: 0 },
  { kind: 'disconnect', count: 1 },
  { kind: 'older', pick: 0 },
  { kind: 'publish' },
  { kind: 'poll' },
];

/** Of a coin in the best chain. What blocks are worth is halved as it grows, and a coin may be taken back before it is spent. */
async function valueOf({ chain }: AnchoringLife, coin: Outpoint | undefined): Promise<bigint> {
  const { height } = await chain.tip();
  for (let at = 1; at <= height; at++) {
    const { hash } = parseBlockHeader(await chain.headerAt(at));
    const { transactions } = parseRawBlock(await chain.rawBlock(hash));
    const made = transactions.find(({ txid }) => txid === coin?.txid);
    const value = made?.outputs[coin?.vout ?? 0]?.value;
    if (value !== undefined) return value;
  }
  throw new Error('the chain of anchors begins with a coin that is not in the chain');
}

describe('a chain of anchors', () => {
  it(
    'is one line within its fees, and all of it is final in the end',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) =>
          withAnchoring(async (life) => {
            const model = await Model.start(life);
            for (const one of steps) await model.take(one);
            await model.settleAll();
            const anchors = await anchorsIn(life);
            for (const [at, anchor] of anchors.entries()) {
              expect(anchor.inputs).toHaveLength(1);
              if (at === 0) continue;
              const before = anchors[at - 1];
              expect(anchor.inputs[0]?.outpoint).toEqual({ txid: before?.txid, vout: 0 });
              const fee = (before?.outputs[0]?.value ?? 0n) - (anchor.outputs[0]?.value ?? 0n);
              expect(fee > 0n && fee <= MAX_FEE).toBe(true);
            }
            for (const size of (await life.store()).settledSizes)
              expect([size, await provenIn(life, size)]).toEqual([size, 'proven']);
            const { spending } = await (await life.store()).readBook(SCRIPT);
            const first = anchors[0];
            const last = anchors.at(-1);
            if (first === undefined || last === undefined) return;
            const start = await valueOf(life, first.inputs[0]?.outpoint);
            expect(spending.total).toBe(start - (last.outputs[0]?.value ?? 0n));
          }),
        ),
        { numRuns: RUNS, examples: [[TAKEN_BACK]] },
      );
    },
    timeLimit,
  );
});
