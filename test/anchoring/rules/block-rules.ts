/** Blocks that are none, one rule each. */
import { parseBlockHash } from '../../../src/evidence/bitcoin/hash256.js';
import { OTHER_SIGNER, SCRIPT } from '../fixture.js';
import { subsidyOf } from './block-maker.js';
import type { BlockPlan } from './block-maker.js';
import type { RuleKit } from './rule-kit.js';
import { ACCEPTED } from './rule.js';
import type { Rule } from './rule.js';
import { FEE, spendBytes } from './transaction-maker.js';

const TWO_HOURS = 7_200;
/** BIP 34, 65 and 66 begin on bcoin’s regtest at heights that no test reaches. */
const NOT_YET_ON_BCOIN = { bcoin: ACCEPTED };

function rule(
  name: string,
  plan: (kit: RuleKit, height: number) => Promise<Partial<BlockPlan>> | Partial<BlockPlan>,
  expected: string,
  more: Pick<Rule, 'bcoin'> = {},
): Rule {
  return {
    name,
    of: 'block',
    make: async (kit) => kit.block(await plan(kit, (await kit.chain.source.tip()).height + 1)),
    expected,
    ...more,
  };
}

async function transactions(...all: Promise<Uint8Array>[]): Promise<Partial<BlockPlan>> {
  return { transactions: await Promise.all(all) };
}

/** Two spends of one coin. */
async function bothOf(kit: RuleKit): Promise<Partial<BlockPlan>> {
  const coins = [kit.coin()];
  return transactions(spendBytes({ coins }), spendBytes({ coins, fee: 2n * FEE }));
}

export const BLOCK_RULES: readonly Rule[] = [
  rule('an empty block', () => ({}), ACCEPTED),
  rule('a block of transactions', (kit) => transactions(kit.spend(), kit.spend()), ACCEPTED),
  rule('one that has less work than it says', () => ({ meetsTarget: false }), 'high-hash'),
  rule('another target than regtest’s', () => ({ bits: 0x1f7fffff }), 'bad-diffbits'),
  rule(
    'the Merkle root of other transactions',
    () => ({ merkleRoot: new Uint8Array(32).fill(5) }),
    'bad-txnmrklroot',
  ),
  rule(
    'the last transactions twice, under the same root (CVE-2012-2459)',
    async (kit) => ({
      ...(await transactions(kit.spend(), kit.spend())),
      listed: (all) => [...all, ...all.slice(-1)],
    }),
    'bad-txns-duplicate',
  ),
  rule(
    'two coinbases',
    async (kit) => ({
      transactions: [(await kit.block({ commitment: 'none' })).subarray(81)],
    }),
    'bad-cb-multiple',
  ),
  rule(
    'another witness than committed to',
    async (kit) => ({ ...(await transactions(kit.spend())), commitment: 'wrong' }),
    'bad-witness-merkle-match',
  ),
  rule(
    'witnesses, and no commitment',
    async (kit) => ({ ...(await transactions(kit.spend())), commitment: 'none' }),
    'unexpected-witness',
  ),
  rule(
    'dated at the median of the last eleven',
    async (kit, height) => ({ time: await kit.medianTime(height - 1) }),
    'time-too-old',
  ),
  rule(
    'dated more than two hours ahead',
    (kit) => ({ time: kit.chain.now() + TWO_HOURS + 600 }),
    'time-too-new',
  ),
  rule('version 3', () => ({ version: 3 }), 'bad-version(0x00000003)', NOT_YET_ON_BCOIN),
  rule(
    'a reward of one satoshi too many',
    (_kit, height) => ({ reward: subsidyOf(height) + 1n }),
    'bad-cb-amount',
  ),
  rule(
    'a reward with all of the fees',
    async (kit, height) => ({
      ...(await transactions(kit.spend())),
      reward: subsidyOf(height) + FEE,
    }),
    ACCEPTED,
  ),
  rule(
    'a reward with more than the fees',
    async (kit, height) => ({
      ...(await transactions(kit.spend())),
      reward: subsidyOf(height) + FEE + 1n,
    }),
    'bad-cb-amount',
  ),
  rule(
    'a coinbase that names another height (BIP 34)',
    (_kit, height) => ({ namedHeight: height + 1 }),
    'bad-cb-height',
    NOT_YET_ON_BCOIN,
  ),
  rule('two spends of one coin', bothOf, 'bad-txns-inputs-missingorspent'),
  rule(
    'a spend of a reward that is too young',
    async (kit) => transactions(spendBytes({ coins: [await kit.reward(99)] })),
    'bad-txns-premature-spend-of-coinbase',
  ),
  rule(
    'a transaction that pays more than it spends',
    (kit) => transactions(kit.spend({ outputs: [{ script: SCRIPT, value: 1_000_000n }] })),
    'bad-txns-in-belowout',
  ),
  rule(
    'a transaction without its signature',
    (kit) => transactions(kit.spend({ signer: OTHER_SIGNER })),
    'mandatory-script-verify-flag-failed',
  ),
  rule(
    'a transaction that has to wait for the next height',
    (kit, height) => transactions(kit.spend({ lockTime: height })),
    'bad-txns-nonfinal',
  ),
  rule(
    'an input that has to wait for more blocks',
    (kit) => transactions(kit.spend({ sequence: 20_000 })),
    'bad-txns-nonfinal',
  ),
  rule(
    'what nobody would pass on: no fee, dust, two outputs of data',
    (kit) =>
      transactions(
        kit.spend({
          fee: 0n,
          data: [0n, 0n, 1n].map((value) => ({ script: Uint8Array.of(0x6a), value })),
        }),
      ),
    ACCEPTED,
  ),
  rule(
    'a block on one that nobody knows',
    () => ({ previous: parseBlockHash('22'.repeat(32)) }),
    'prev-blk-not-found',
    { bcoin: 'bad-prevblk' },
  ),
];
