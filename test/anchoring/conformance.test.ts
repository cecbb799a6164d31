import { describeConformance } from './conformance.js';
import { withDevChain } from './fixture.js';

describeConformance('the development chain', (act) =>
  withDevChain((chain) =>
    act({
      source: chain,
      replaces: true,
      fund: (script) => chain.fund(script),
      mine: async (count) => {
        await chain.mine(count);
      },
      takeBack: async (count) => {
        await chain.disconnect(count);
        await chain.dropMempool();
      },
    }),
  ),
);
