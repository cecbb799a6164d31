/** The table of rules of test/anchoring/rules on real nodes: bcoin always, Bitcoin Core where `BITCOIND` names it. */
import { chainAddress } from '../../src/anchoring/anchor-transaction.js';
import { BCOIN_REGTEST, BITCOIN_REGTEST } from '../../src/anchoring/bitcoin-network.js';
import type { BitcoinNetwork } from '../../src/anchoring/bitcoin-network.js';
import { parseBlockHeader } from '../../src/evidence/bitcoin/block-header.js';
import { elsewhere } from '../anchoring/conformance.js';
import { describeRules } from '../anchoring/rules/describe-rules.js';
import type { Rule, RuledChain } from '../anchoring/rules/rule.js';
import { BcoinNode } from './bcoin-node.js';
import { CoreNode } from './core-node.js';
import type { GeneratingNode } from './generating-node.js';

const TIME_LIMIT = 240_000;
/** Segwit is voted in on bcoin's regtest by 432 blocks. */
const BLOCKS_FIRST = 440;

interface RawNode extends GeneratingNode {
  send(transaction: Uint8Array): Promise<string | null>;
  submit(block: Uint8Array): Promise<string | null>;
}

describeRules(
  'bcoin',
  async () => {
    const node = await BcoinNode.start();
    const chain = { ...ruledChain(node, BCOIN_REGTEST), quirks: ['forgets', 'stays'] as const };
    await chain.mine(BLOCKS_FIRST);
    return { chain, expects: ofBcoin, [Symbol.asyncDispose]: () => node[Symbol.asyncDispose]() };
  },
  TIME_LIMIT,
);

const program = process.env['BITCOIND'];
if (program !== undefined)
  describeRules(
    'Bitcoin Core',
    async () => {
      const node = await CoreNode.start(program);
      return {
        chain: ruledChain(node, BITCOIN_REGTEST),
        expects: ({ expected }) => expected,
        [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
      };
    },
    TIME_LIMIT,
  );

/** It never says why it refuses a transaction, and words what is wrong with a block as Core does. */
function ofBcoin({ of, expected, bcoin }: Rule): string {
  if (bcoin !== undefined || expected === 'accepted') return bcoin ?? expected;
  return of === 'transaction' ? 'refused' : expected;
}

function ruledChain(node: RawNode, network: BitcoinNetwork): RuledChain {
  let salt = 0;
  return {
    source: node.source,
    now: () => Math.floor(Date.now() / 1000),
    mine: (count) => node.generate(count, chainAddress(elsewhere(salt++), network)),
    send: (transaction) => node.send(transaction),
    submit: async (block) => {
      const answer = await node.submit(block);
      if (answer !== null) return answer.replace(/^rejected: /, '');
      // bcoin says the same of a block that it keeps aside.
      const { hash } = await node.source.tip();
      return hash === parseBlockHeader(block.subarray(0, 80)).hash ? null : 'inconclusive';
    },
  };
}
