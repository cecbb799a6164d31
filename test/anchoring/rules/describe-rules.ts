/** Runs the table of rules against a chain: one chain for all of them, and each leaves its mempool empty. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BLOCK_RULES } from './block-rules.js';
import { CHAIN_STORIES } from './chain-stories.js';
import { LOCK_RULES } from './lock-rules.js';
import { MONEY_RULES, POLICY_RULES } from './policy-rules.js';
import { REPLACEMENT_RULES } from './replacement-rules.js';
import { RuleKit } from './rule-kit.js';
import { ACCEPTED } from './rule.js';
import type { Expected, Rule, RuledChain } from './rule.js';
import { SCRIPT_RULES } from './script-rules.js';

export interface RuledNode extends AsyncDisposable {
  readonly chain: RuledChain;
  /** What becomes of a rule's last step there; `refused` where no reason is known. */
  readonly expects: (rule: Rule) => Expected;
}

export const RULES: readonly (readonly [string, readonly Rule[]])[] = [
  ['of scripts', SCRIPT_RULES],
  ['of money', MONEY_RULES],
  ['of what is passed on', POLICY_RULES],
  ['of locks', LOCK_RULES],
  ['of replacement and families', REPLACEMENT_RULES],
  ['of blocks', BLOCK_RULES],
];

export function describeRules(
  name: string,
  start: () => Promise<RuledNode>,
  timeoutMillis?: number,
): void {
  describe(`the rules on ${name}`, () => {
    let node: RuledNode;
    let kit: RuleKit;

    beforeAll(async () => {
      node = await start();
      kit = await RuleKit.on(node.chain);
    }, timeoutMillis);

    afterAll(async () => {
      await node[Symbol.asyncDispose]();
    }, timeoutMillis);

    describe.each(RULES)('%s', (_group, rules) => {
      it.each(rules)(
        '$name: $expected',
        async (rule) => {
          const bytes = await rule.make(kit);
          const { chain } = node;
          const answer = await (rule.of === 'block' ? chain.submit(bytes) : chain.send(bytes));
          const expected = node.expects(rule);
          if (expected === ACCEPTED) expect(answer).toBeNull();
          else expect(answer).toContain(expected === 'refused' ? '' : expected);
          await chain.mine(1);
        },
        timeoutMillis,
      );
    });

    it.each(CHAIN_STORIES)('$name', ({ tell }) => tell(kit), timeoutMillis);
  });
}
