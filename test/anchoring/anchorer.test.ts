import { describe, expect, it } from '@jest/globals';
import { AnchorStore } from '../../src/anchoring/anchor-store.js';
import { Anchorer } from '../../src/anchoring/anchorer.js';
import type { DevChain } from '../../src/anchoring/devchain.js';
import {
  FEES,
  inTempDir,
  payloadOf,
  SIGNATURE_MILLIS,
  SIGNER,
  TestClock,
  withDevChain,
} from './fixture.js';
import { LogOfChains } from './log-of-chains.js';

const CONFIRMATIONS = 3;

/** Opens the anchorer of one directory, as often as it is called. */
function withAnchorer(
  act: (chain: DevChain, open: () => Promise<Anchorer>) => Promise<void>,
): Promise<void> {
  return inTempDir((directory) =>
    withDevChain(async (chain) => {
      const open = async (): Promise<Anchorer> =>
        Anchorer.open({
          source: chain,
          signer: SIGNER,
          store: await AnchorStore.open(directory, true),
          clock: new TestClock(),
          fees: FEES,
          confirmations: CONFIRMATIONS,
          targetBlocks: 6,
          signatureMillis: SIGNATURE_MILLIS,
          origin: null,
          named: new LogOfChains(),
          firstCoin: (script) => chain.fund(script),
        });
      await act(chain, open);
    }),
  );
}

describe('Anchorer', () => {
  it('replaces an anchor that is unconfirmed, and settles the one that is deep enough', () =>
    withAnchorer(async (chain, open) => {
      const anchorer = await open();
      await anchorer.publish(payloadOf(2));
      await anchorer.publish(payloadOf(3));
      expect(anchorer.state).toMatchObject({ state: 'pending', epochSize: 3 });
      await chain.mine(CONFIRMATIONS);
      expect(await anchorer.poll()).toMatchObject({ epochSize: 3 });
      expect(anchorer.settledSize).toBe(3);
      expect(anchorer.state).toEqual({ state: 'idle' });
    }));

  it('lets the next head wait while an anchor is confirmed, and goes on once it has settled', () =>
    withAnchorer(async (chain, open) => {
      const anchorer = await open();
      await anchorer.publish(payloadOf(2));
      await chain.mine(1);
      await anchorer.publish(payloadOf(3));
      expect(anchorer.state).toMatchObject({ state: 'pending', epochSize: 2 });
      await chain.mine(CONFIRMATIONS);
      expect(await anchorer.poll()).toMatchObject({ epochSize: 2 });
      await anchorer.publish(payloadOf(3));
      await chain.mine(CONFIRMATIONS);
      expect(await anchorer.poll()).toMatchObject({ epochSize: 3 });
    }));

  it('goes on from an anchor that settled while the node was down', () =>
    withAnchorer(async (chain, open) => {
      await (await open()).publish(payloadOf(2));
      await chain.mine(CONFIRMATIONS);
      const again = await open();
      await again.publish(payloadOf(3));
      expect(await again.poll()).toMatchObject({ epochSize: 2 });
      await again.publish(payloadOf(3));
      expect(again.state).toMatchObject({ state: 'pending', epochSize: 3 });
    }));
});
