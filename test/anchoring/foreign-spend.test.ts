import { describe, expect, it } from '@jest/globals';
import type { ChainSource } from '../../src/anchoring/chain-source.js';
import { parseBlockHeader } from '../../src/evidence/bitcoin/block-header.js';
import type { BlockHash } from '../../src/evidence/bitcoin/hash256.js';
import type { Outpoint } from '../../src/evidence/bitcoin/transaction.js';
import {
  type AnchoringLife,
  CONFIRMATIONS,
  foreignSpend,
  settle,
  withAnchoring,
} from './anchoring-life.js';
import { payloadOf, refusal } from './fixture.js';

/** The chain as a node without a transaction index tells it: what is spent is unknown. */
function withoutIndex({ chain }: AnchoringLife): ChainSource {
  return {
    network: chain.network,
    tip: () => chain.tip(),
    headerAt: (height) => chain.headerAt(height),
    rawBlock: (hash) => chain.rawBlock(hash),
    broadcast: (bytes) => chain.broadcast(bytes),
    coin: (outpoint: Outpoint) => chain.coin(outpoint),
    feeRate: () => chain.feeRate(),
    transactionStatus: async (txid) => {
      const status = await chain.transactionStatus(txid);
      const isSpent = (await chain.coin({ txid, vout: 0 })) === undefined;
      return status.state === 'confirmed' && isSpent ? { state: 'unknown' } : status;
    },
  };
}

describe('a chain of anchors whose coin a stranger spent', () => {
  it.each([
    ['while nothing was on its way', false],
    ['while an anchor was on its way', true],
  ])('is closed %s, for good and without a failure', (_when, isPending) =>
    withAnchoring(async (life) => {
      const anchorer = await life.open();
      await settle(life, anchorer, 2);
      const { tip } = await life.stored();
      if (isPending) await anchorer.publish(payloadOf(3));
      const foreign = await foreignSpend(tip);
      await life.chain.broadcast(foreign.bytes);
      const { height } = await life.chain.mine();
      await anchorer.publish(payloadOf(4));
      expect(await anchorer.poll()).toBeNull();
      const closed = { reason: 'spent', txid: foreign.txid, height };
      expect(anchorer.report).toMatchObject({ closed, alarms: ['closed'], balance: null });
      expect(anchorer.report.ended).toMatchObject([{ closed, isSucceeded: false }]);
      const again = await life.open();
      expect(again.report.closed).toMatchObject(closed);
      await again.publish(payloadOf(5));
      await life.chain.mine(CONFIRMATIONS);
      expect(await again.poll()).toBeNull();
      expect(again.settledSize).toBe(2);
      expect((await life.stored()).candidates).toHaveLength(isPending ? 1 : 0);
      expect(await refusal(() => again.topUp(tip.outpoint))).toMatch(/^ANCHOR_CHAIN_CLOSED/);
    }),
  );

  it('is closed too when the node tells nothing of what is spent', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open({ source: withoutIndex(life) });
      await settle(life, anchorer, 2);
      const foreign = await foreignSpend((await life.stored()).tip);
      await life.chain.broadcast(foreign.bytes);
      await life.chain.mine(5);
      await anchorer.poll();
      expect(anchorer.report.closed).toMatchObject({ txid: foreign.txid });
    }));

  it('is not closed by a conflict that no block has', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open();
      await settle(life, anchorer, 2);
      await life.chain.broadcast((await foreignSpend((await life.stored()).tip, 20_000n)).bytes);
      expect(await refusal(() => anchorer.publish(payloadOf(3)))).toMatch(
        /^CHAIN_TRANSACTION_REJECTED/,
      );
      expect(anchorer.report.alarms).toEqual([]);
    }));

  it('is not closed by one of its own anchors, which the node has forgotten', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open({ source: withoutIndex(life) });
      await anchorer.publish(payloadOf(2));
      const [candidate] = (await life.stored()).candidates;
      if (candidate === undefined) throw new Error('one was signed');
      await life.chain.mine();
      // Somebody spends what our anchor paid: the node forgets ours, and the coin after it is gone.
      const output = { txid: candidate.txid, vout: 0 };
      const value = (await life.chain.coin(output))?.value ?? 0n;
      await life.chain.broadcast((await foreignSpend({ outpoint: output, value })).bytes);
      await life.chain.mine(CONFIRMATIONS);
      expect(await anchorer.poll()).toMatchObject({ epochSize: 2 });
      expect(anchorer.settledSize).toBe(2);
      expect(anchorer.report.closed).toMatchObject({ reason: 'spent' });
    }));

  it('is not closed on the word of a node alone', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open({
        source: { ...withoutIndex(life), coin: () => Promise.resolve(undefined) },
      });
      await anchorer.publish(payloadOf(2));
      expect(await refusal(() => anchorer.poll())).toBe(
        'ANCHOR_COIN_MISSING: the node has no coin at the end of the anchor chain, and nothing that spent it: it may be behind',
      );
      expect(anchorer.report.closed).toBeNull();
    }));

  it('is not closed by a block that is not what its header says', () =>
    withAnchoring(async (life) => {
      const honest = await life.open();
      await settle(life, honest, 2);
      const { tip } = await life.stored();
      const foreign = await foreignSpend(tip);
      const { height } = await life.chain.tip();
      await life.chain.broadcast(foreign.bytes);
      await life.chain.mine();
      const forged = await life.chain.rawBlock((await life.chain.tip()).hash);
      await life.chain.disconnect(1);
      await life.chain.mine();
      const header = await life.chain.headerAt(height + 1);
      const source = {
        ...withoutIndex(life),
        coin: () => Promise.resolve(undefined),
        // All other blocks are as they are, or those would be what is refused.
        rawBlock: (asked: BlockHash) =>
          asked === parseBlockHeader(header).hash
            ? Promise.resolve(Buffer.concat([header, forged.subarray(80)]))
            : life.chain.rawBlock(asked),
      };
      const anchorer = await life.open({ source });
      expect(await refusal(() => anchorer.poll())).toMatch(/^CHAIN_RESPONSE_INVALID/);
    }));
});
