/** The same life of anchors as on the development chain, on nodes that others wrote. */
import { BCOIN_REGTEST, BITCOIN_REGTEST } from '../../src/anchoring/bitcoin-network.js';
import { describeConformance } from '../anchoring/conformance.js';
import { BcoinNode } from './bcoin-node.js';
import { CoreNode } from './core-node.js';
import { conformingNode } from './generating-node.js';

const TIME_LIMIT = 110_000;

// bcoin replaces nothing: BIP 125 is not in it.
describeConformance(
  'bcoin',
  async (act) => {
    await using node = await BcoinNode.start();
    await act(await conformingNode(node, BCOIN_REGTEST, false));
  },
  TIME_LIMIT,
);

// Not among what the other suites ask for: no package brings it. Whoever has it names it.
const program = process.env['BITCOIND'];
if (program !== undefined)
  describeConformance(
    'Bitcoin Core',
    async (act) => {
      await using node = await CoreNode.start(program);
      await act(await conformingNode(node, BITCOIN_REGTEST, true));
    },
    TIME_LIMIT,
  );
