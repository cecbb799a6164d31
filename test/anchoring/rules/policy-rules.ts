/** Money, and what nodes pass on: fees, dust, data, sizes, versions. */
import { concat } from '../../../src/base/bytes.js';
import { parseTxid } from '../../../src/evidence/bitcoin/hash256.js';
import { SCRIPT } from '../fixture.js';
import { COIN_VALUE } from './rule-kit.js';
import type { RuleKit } from './rule-kit.js';
import { ACCEPTED } from './rule.js';
import type { Rule } from './rule.js';
import { dataScript, FEE, spendBytes } from './transaction-maker.js';
import type { Spend } from './transaction-maker.js';

const MAX_MONEY = 2_100_000_000_000_000n;
const P2TR = concat(Uint8Array.of(0x51, 32), new Uint8Array(32).fill(2));
/** Regtest of bcoin has no rules of what is passed on. */
const TAKEN_BY_BCOIN = { bcoin: 'accepted' } as const;

function rule(
  name: string,
  how: Omit<Spend, 'coins'>,
  expected: string,
  more: Pick<Rule, 'bcoin' | 'devchain'> = {},
): Rule {
  return { name, of: 'transaction', make: (kit: RuleKit) => kit.spend(how), expected, ...more };
}

function paying(...values: readonly bigint[]): Pick<Spend, 'outputs'> {
  return { outputs: values.map((value) => ({ script: SCRIPT, value })) };
}

/** So many outputs of data, each with what is left in front of them. */
function data(...lengths: readonly number[]): Pick<Spend, 'data'> {
  return { data: lengths.map((length) => ({ script: dataScript(length), value: 0n })) };
}

export const MONEY_RULES: readonly Rule[] = [
  rule('more than is spent', paying(COIN_VALUE + 1n), 'bad-txns-in-belowout'),
  rule('a negative amount', paying(-1n), 'bad-txns-vout-negative'),
  rule('more than all the money', paying(MAX_MONEY + 1n), 'bad-txns-vout-toolarge'),
  rule(
    'amounts that are more than all the money together',
    paying(MAX_MONEY, MAX_MONEY),
    'bad-txns-txouttotal-toolarge',
  ),
  {
    name: 'a coin that is not there',
    of: 'transaction',
    make: () =>
      spendBytes({
        coins: [{ outpoint: { txid: parseTxid('11'.repeat(32)), vout: 0 }, value: COIN_VALUE }],
      }),
    expected: 'bad-txns-inputs-missingorspent',
  },
  {
    name: 'a coin that was spent in a block',
    of: 'transaction',
    make: async (kit: RuleKit): Promise<Uint8Array> => {
      const coins = [kit.coin()];
      await kit.confirmed(await spendBytes({ coins }));
      return spendBytes({ coins, fee: 10n * FEE });
    },
    expected: 'bad-txns-inputs-missingorspent',
  },
  {
    name: 'one coin twice',
    of: 'transaction',
    make: (kit: RuleKit): Promise<Uint8Array> => {
      const coin = kit.coin();
      return spendBytes({ coins: [coin, coin] });
    },
    expected: 'bad-txns-inputs-duplicate',
  },
  {
    name: 'a reward of 99 confirmations',
    of: 'transaction',
    make: async (kit: RuleKit): Promise<Uint8Array> =>
      spendBytes({ coins: [await kit.reward(99)] }),
    expected: 'bad-txns-premature-spend-of-coinbase',
  },
  {
    name: 'a reward of 100 confirmations',
    of: 'transaction',
    make: async (kit: RuleKit): Promise<Uint8Array> =>
      spendBytes({ coins: [await kit.reward(100)] }),
    expected: ACCEPTED,
  },
  {
    name: 'a coinbase',
    of: 'transaction',
    make: async (kit: RuleKit): Promise<Uint8Array> =>
      (await kit.block({ commitment: 'none', payTo: SCRIPT })).subarray(81),
    expected: 'coinbase',
  },
  {
    name: 'a coinbase that burns its reward, which is looked at first',
    of: 'transaction',
    make: async (kit: RuleKit): Promise<Uint8Array> =>
      (await kit.block({ commitment: 'none' })).subarray(81),
    expected: 'Unspendable output exceeds maximum configured by user',
  },
];

export const POLICY_RULES: readonly Rule[] = [
  // One input and one output are 110 virtual bytes.
  rule('a fee one satoshi below the least', { fee: 109n }, 'min relay fee not met'),
  rule('no fee', { fee: 0n }, 'min relay fee not met'),
  rule('the least fee', { fee: 110n }, ACCEPTED),
  {
    name: 'a fee that must be a mistake',
    of: 'transaction',
    // 0.1 bitcoin per 1,000 virtual bytes.
    make: async (kit: RuleKit): Promise<Uint8Array> =>
      spendBytes({ coins: [await kit.reward(100)], fee: 1_200_000n }),
    expected: 'Fee exceeds maximum configured by user',
  },
  rule('293 satoshi to a key hash', paying(COIN_VALUE - FEE - 293n, 293n), 'dust', TAKEN_BY_BCOIN),
  rule('294 satoshi to a key hash', paying(COIN_VALUE - FEE - 294n, 294n), ACCEPTED),
  rule('our 40 bytes of data', data(40), ACCEPTED),
  rule('80 bytes of data', data(80), ACCEPTED),
  rule('81 bytes of data', data(81), 'scriptpubkey', TAKEN_BY_BCOIN),
  rule('two outputs of data', data(40, 40), 'multi-op-return', TAKEN_BY_BCOIN),
  rule(
    'data that does not push',
    { data: [{ script: Uint8Array.of(0x6a, 0x76), value: 0n }] },
    'scriptpubkey',
    TAKEN_BY_BCOIN,
  ),
  rule(
    'a push that is cut off',
    { data: [{ script: Uint8Array.of(0x6a, 40, 1), value: 0n }] },
    'scriptpubkey',
    TAKEN_BY_BCOIN,
  ),
  rule(
    'money burned beside data',
    { data: [{ script: dataScript(40), value: 1n }] },
    'Unspendable output exceeds maximum configured by user',
    TAKEN_BY_BCOIN,
  ),
  rule(
    'an output that anyone can spend',
    { data: [{ script: Uint8Array.of(0x51), value: 1_000n }] },
    'scriptpubkey',
    TAKEN_BY_BCOIN,
  ),
  // It could not be spent on the development chain.
  rule('an output to a Taproot key', { data: [{ script: P2TR, value: 1_000n }] }, ACCEPTED, {
    devchain: 'scriptpubkey',
  }),
  rule('version 0', { version: 0 }, 'version', TAKEN_BY_BCOIN),
  rule('version 1', { version: 1 }, ACCEPTED),
  // BIP 431 has rules of its own for these, and nodes before Core 28 pass none on.
  rule('version 3', { version: 3 }, ACCEPTED, { devchain: 'version' }),
  rule('version 4', { version: 4 }, 'version', TAKEN_BY_BCOIN),
  {
    name: 'bytes that are no transaction',
    of: 'transaction',
    make: () => Promise.resolve(new Uint8Array(100).fill(0x11)),
    expected: 'TX decode failed',
  },
  {
    name: 'a byte after the end',
    of: 'transaction',
    make: async (kit: RuleKit): Promise<Uint8Array> => concat(await kit.spend(), Uint8Array.of(0)),
    expected: 'TX decode failed',
    // Read up to its end, and what follows is not looked at.
    bcoin: 'accepted',
  },
  {
    name: '64 bytes without witness, which could pass for a node of a tree',
    of: 'transaction',
    make: (kit: RuleKit) =>
      kit.spend({ outputs: [{ script: Uint8Array.of(0x6a, 2, 1, 1), value: 0n }] }),
    expected: 'tx-size-small',
    bcoin: 'accepted',
  },
  {
    name: 'more than 400,000 weight units',
    of: 'transaction',
    make: async (kit: RuleKit): Promise<Uint8Array> =>
      spendBytes({
        coins: [await kit.reward(100)],
        outputs: Array.from({ length: 3_230 }, () => ({ script: SCRIPT, value: 1_000n })),
        fee: 0n,
      }),
    expected: 'tx-size',
    bcoin: 'accepted',
  },
];
