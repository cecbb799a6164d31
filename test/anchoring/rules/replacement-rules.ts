/** One transaction in another's place (BIP 125), and how many may build on each other. */
import type { AnchorCoin } from '../../../src/anchoring/anchor-transaction.js';
import { SCRIPT } from '../fixture.js';
import { COIN_VALUE, coinsOf } from './rule-kit.js';
import type { RuleKit } from './rule-kit.js';
import { ACCEPTED } from './rule.js';
import type { Rule } from './rule.js';
import { FEE, spendBytes } from './transaction-maker.js';
import type { Spend } from './transaction-maker.js';

/** Of an anchor: one output of ours and 40 bytes of data are 161 virtual bytes, 162 with the longer signature. */
const ANCHOR_DATA = Uint8Array.of(0x6a, 40, ...new Uint8Array(40).fill(0xdd));
const ANCHOR_FEE = 162n;

/** The old one is sent, and the new one spends its coin. */
function replacing(
  name: string,
  old: Omit<Spend, 'coins'>,
  next: Omit<Spend, 'coins'>,
  expected: string,
): Rule {
  return {
    name,
    of: 'transaction',
    make: async (kit: RuleKit): Promise<Uint8Array> => {
      const coins = [kit.coin()];
      await kit.sent(await spendBytes({ coins, ...old }));
      return spendBytes({ coins, ...next });
    },
    expected,
    ...(expected === ACCEPTED && { bcoin: 'refused' }),
  };
}

function anchor(fee: bigint): Omit<Spend, 'coins'> {
  return { data: [{ script: ANCHOR_DATA, value: 0n }], fee };
}

export const REPLACEMENT_RULES: readonly Rule[] = [
  ...[163n, 250n, 322n].map((fee) =>
    replacing(
      `${fee.toString()} satoshi instead of 162`,
      anchor(ANCHOR_FEE),
      anchor(fee),
      'insufficient fee',
    ),
  ),
  replacing('324 satoshi instead of 162', anchor(ANCHOR_FEE), anchor(324n), ACCEPTED),
  replacing('less than it replaces', { fee: 5_000n }, { fee: 2_000n }, 'insufficient fee'),
  replacing(
    'one that did not say that it may be replaced',
    { fee: FEE, sequence: 0xffffffff },
    { fee: 10n * FEE },
    ACCEPTED,
  ),
  {
    name: 'a higher rate and a lower fee than what it replaces and what builds on that',
    of: 'transaction',
    make: async (kit: RuleKit): Promise<Uint8Array> => {
      const coins = [kit.coin()];
      const old = await spendBytes({ coins, fee: FEE });
      await kit.sent(old);
      await kit.sent(await spendBytes({ coins: coinsOf(old, 1), fee: 20_000n }));
      return spendBytes({ coins, fee: 15_000n });
    },
    expected: 'less fees than conflicting txs',
  },
  {
    name: 'a replacement that spends another unconfirmed output',
    of: 'transaction',
    make: async (kit: RuleKit): Promise<Uint8Array> => {
      const [contested, other] = [kit.coin(), kit.coin()];
      const parent = await spendBytes({ coins: [other], fee: FEE });
      await kit.sent(parent);
      await kit.sent(await spendBytes({ coins: [contested], fee: FEE }));
      return spendBytes({ coins: [contested, ...coinsOf(parent, 1)], fee: 50_000n });
    },
    expected: 'replacement-adds-unconfirmed',
  },
  {
    name: 'a replacement that spends what it replaces',
    of: 'transaction',
    make: async (kit: RuleKit): Promise<Uint8Array> => {
      const coins = [kit.coin()];
      const old = await spendBytes({ coins, fee: FEE });
      await kit.sent(old);
      return spendBytes({ coins: [...coins, ...coinsOf(old, 1)], fee: 50_000n });
    },
    expected: 'bad-txns-spends-conflicting-tx',
  },
  {
    name: 'a replacement of 100',
    of: 'transaction',
    make: (kit: RuleKit) => replacingMany(kit, 100),
    expected: ACCEPTED,
    bcoin: 'refused',
  },
  {
    name: 'a replacement of 101',
    of: 'transaction',
    make: (kit: RuleKit) => replacingMany(kit, 101),
    expected: 'too many potential replacements',
  },
  {
    name: 'the 25th of a chain',
    of: 'transaction',
    make: (kit: RuleKit) => lastOf(kit, 25),
    expected: ACCEPTED,
  },
  {
    name: 'the 26th of a chain',
    of: 'transaction',
    make: (kit: RuleKit) => lastOf(kit, 26),
    expected: 'too-long-mempool-chain',
  },
  {
    name: 'the 25th that spends one',
    of: 'transaction',
    make: (kit: RuleKit) => childOf(kit, 25),
    // One more than the limit, if it is small and has no other parent: so that both sides of a contract can pay.
    expected: ACCEPTED,
    devchain: 'too-long-mempool-chain',
  },
];

/** Single spends of so many coins, and one that spends them all. */
async function replacingMany(kit: RuleKit, count: number): Promise<Uint8Array> {
  const coins = kit.coins(count);
  for (const coin of coins) await kit.sent(await spendBytes({ coins: [coin], fee: 200n }));
  return spendBytes({ coins, fee: BigInt(count) * 1_000n });
}

async function lastOf(kit: RuleKit, count: number): Promise<Uint8Array> {
  let coins: readonly AnchorCoin[] = [kit.coin()];
  for (let at = 1; at < count; at++) {
    const link = await spendBytes({ coins });
    await kit.sent(link);
    coins = coinsOf(link, 1);
  }
  return spendBytes({ coins });
}

/** A parent of so many outputs, and what spends the last of them after all others. */
async function childOf(kit: RuleKit, count: number): Promise<Uint8Array> {
  const value = (COIN_VALUE - 10n * FEE) / BigInt(count);
  const outputs = Array.from({ length: count }, () => ({ script: SCRIPT, value }));
  const parent = await spendBytes({ coins: [kit.coin()], outputs });
  await kit.sent(parent);
  const children = coinsOf(parent, count);
  for (const coin of children.slice(1)) await kit.sent(await spendBytes({ coins: [coin] }));
  return spendBytes({ coins: children.slice(0, 1) });
}
