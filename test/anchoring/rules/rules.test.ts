/** The development chain by the table of rules that real nodes are held against too (test/interop/rules.test.ts). */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DevChain } from '../../../src/anchoring/devchain.js';
import { refusal, START, TestClock } from '../fixture.js';
import { describeRules } from './describe-rules.js';
import type { RuledNode } from './describe-rules.js';

describeRules('the development chain', async (): Promise<RuledNode> => {
  const directory = await mkdtemp(join(tmpdir(), 'chirograph-rules-'));
  const path = join(directory, 'devchain');
  const chain = await DevChain.open({ path, clock: new TestClock(), blocksPerBroadcast: 0 });
  return {
    chain: {
      source: chain,
      now: () => START / 1000,
      mine: (count) => chain.mine(count),
      send: async (transaction) => {
        const answer = await refusal(() => chain.broadcast(transaction));
        return answer === 'none' ? null : answer;
      },
      submit: (block) => chain.submit(block),
    },
    expects: ({ expected, devchain }) => devchain ?? expected,
    [Symbol.asyncDispose]: async () => {
      await chain[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
});
