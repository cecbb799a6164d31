/** Transactions that have to wait: lock times (BIP 113) and those of single inputs (BIP 68). */
import { coinsOf, type RuleKit } from './rule-kit.js';
import { ACCEPTED } from './rule.js';
import type { Rule } from './rule.js';
import { spendBytes, type Spend } from './transaction-maker.js';

const IN_SECONDS = 0x00400000;

function rule(
  name: string,
  how: (kit: RuleKit, height: number) => Promise<Omit<Spend, 'coins'>> | Omit<Spend, 'coins'>,
  expected: string,
): Rule {
  return {
    name,
    of: 'transaction',
    make: async (kit) => kit.spend(await how(kit, (await kit.chain.source.tip()).height)),
    expected,
  };
}

/** Spends a coin of the newest block, so that its age in the next one is one. */
function ofNewCoin(name: string, sequence: number, expected: string): Rule {
  return {
    name,
    of: 'transaction',
    make: async (kit) => {
      const made = await kit.spend();
      await kit.confirmed(made);
      return spendBytes({ coins: coinsOf(made, 1), sequence });
    },
    expected,
  };
}

export const LOCK_RULES: readonly Rule[] = [
  rule('locked to the next height', (_kit, height) => ({ lockTime: height + 1 }), 'non-final'),
  rule('locked to this height', (_kit, height) => ({ lockTime: height }), ACCEPTED),
  rule(
    'locked to a height, with all its sequences final',
    (_kit, height) => ({ lockTime: height + 100, sequence: 0xffffffff }),
    ACCEPTED,
  ),
  rule(
    'locked to the median time',
    async (kit, height) => ({ lockTime: await kit.medianTime(height) }),
    'non-final',
  ),
  rule(
    'locked to a second before the median time',
    async (kit, height) => ({ lockTime: (await kit.medianTime(height)) - 1 }),
    ACCEPTED,
  ),
  rule('an input that waits for 20,000 blocks', () => ({ sequence: 20_000 }), 'non-BIP68-final'),
  ofNewCoin('an input that has waited for one block, as it had to', 1, ACCEPTED),
  ofNewCoin('an input that has waited for one block of two', 2, 'non-BIP68-final'),
  rule(
    'an input that waits, in version 1, which has no such waiting',
    () => ({ sequence: 20_000, version: 1 }),
    ACCEPTED,
  ),
  rule(
    'an input that waits for a year',
    () => ({ sequence: IN_SECONDS | 61_594 }),
    'non-BIP68-final',
  ),
  rule('an input that waits for no time', () => ({ sequence: IN_SECONDS }), ACCEPTED),
];
