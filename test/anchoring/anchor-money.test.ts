import { describe, expect, it } from '@jest/globals';
import type { AnchorFees } from '../../src/anchoring/anchor-decision.js';
import { anchorFees } from '../../src/anchoring/anchor-fee-settings.js';
import { chainScript } from '../../src/anchoring/anchor-transaction.js';
import type { ChainSource } from '../../src/anchoring/chain-source.js';
import { formatOutpoint } from '../../src/anchoring/outpoint-text.js';
import { parseTxid } from '../../src/evidence/bitcoin/hash256.js';
import { parseTransaction } from '../../src/evidence/bitcoin/transaction.js';
import {
  type AnchoringLife,
  CONFIRMATIONS,
  foreignSpend,
  settle,
  withAnchoring,
} from './anchoring-life.js';
import { FEES, OTHER_SIGNER, payloadOf, POLICY, refusal, SCRIPT } from './fixture.js';

const HOUR = 3_600_000;
const DAILY = { ...FEES, intervalMillis: 4 * HOUR };

/** The chain with another estimate of fees. */
function estimating({ chain }: AnchoringLife, rate: () => number): ChainSource {
  return {
    network: chain.network,
    tip: () => chain.tip(),
    headerAt: (height) => chain.headerAt(height),
    rawBlock: (hash) => chain.rawBlock(hash),
    broadcast: (bytes) => chain.broadcast(bytes),
    transactionStatus: (txid) => chain.transactionStatus(txid),
    coin: (outpoint) => chain.coin(outpoint),
    feeRate: () => Promise.resolve(rate()),
  };
}

describe('the budget of a month', () => {
  const fees: AnchorFees = { ...FEES, monthlyBudget: 400n };

  it('holds over a restart, is visible, and is new with the month', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open({ fees });
      await settle(life, anchorer, 2);
      await settle(life, anchorer, 3);
      expect(anchorer.report).toMatchObject({ paidThisMonth: 322n, monthlyBudget: 400n });
      const again = await life.open({ fees });
      await again.publish(payloadOf(4));
      const starved = { wanted: 161n, limit: 'month' };
      expect(again.report).toMatchObject({ starved, alarms: ['starved'], paidThisMonth: 322n });
      life.clock.advance(31 * 24 * HOUR);
      expect(again.report).toMatchObject({ paidThisMonth: 0n, paidInAll: 322n });
      await settle(life, again, 4);
      expect(again.report).toMatchObject({ paidThisMonth: 161n, paidInAll: 483n, alarms: [] });
    }));

  it('counts what is on its way, and what a replacement adds', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open({ fees: { ...FEES, monthlyBudget: 300n } });
      await anchorer.publish(payloadOf(2));
      await anchorer.publish(payloadOf(3));
      expect(anchorer.report.starved).toEqual({ wanted: 322n, limit: 'month' });
      expect((await life.stored()).candidates).toHaveLength(1);
    }));
});

describe('the rhythm of anchors', () => {
  it('lets the next one wait its time, counted from the last that was signed', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open({ fees: DAILY });
      await settle(life, anchorer, 2);
      await anchorer.publish(payloadOf(3));
      expect(anchorer.state).toEqual({ state: 'idle' });
      const again = await life.open({ fees: DAILY });
      life.clock.advance(4 * HOUR - 1);
      await again.publish(payloadOf(4));
      expect(again.state).toEqual({ state: 'idle' });
      life.clock.advance(1);
      await again.publish(payloadOf(4));
      expect(again.state).toMatchObject({ state: 'pending', epochSize: 4 });
    }));

  it('does not wait for a clock that was put back', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open({ fees: DAILY });
      await settle(life, anchorer, 2);
      life.clock.advance(-400 * 24 * HOUR);
      await anchorer.publish(payloadOf(3));
      expect(anchorer.state).toMatchObject({ state: 'pending', epochSize: 3 });
    }));

  it('replaces an anchor only for a fee that has risen, or when it is time again', () =>
    withAnchoring(async (life) => {
      let rate = 2;
      const source = estimating(life, () => rate);
      const anchorer = await life.open({ source, fees: DAILY });
      await anchorer.publish(payloadOf(2));
      await anchorer.publish(payloadOf(3));
      rate = 1;
      await anchorer.publish(payloadOf(4));
      expect((await life.stored()).candidates.map(({ fee }) => fee)).toEqual([322n]);
      rate = 9;
      await anchorer.publish(payloadOf(5));
      rate = 2;
      await anchorer.publish(payloadOf(6));
      life.clock.advance(4 * HOUR);
      await anchorer.publish(payloadOf(7));
      const { candidates } = await life.stored();
      expect(candidates.map(({ payload, fee }) => [payload.size, fee])).toEqual([
        [2, 322n],
        [5, 1_449n],
        [7, 1_610n],
      ]);
      await life.chain.mine(CONFIRMATIONS);
      expect(await anchorer.poll()).toMatchObject({ epochSize: 7 });
    }));
});

describe('the limits of one anchor', () => {
  it('are those of the settings, and say which of them it is', () =>
    withAnchoring(async (life) => {
      const fees = anchorFees({ maxFee: 500, maxRate: 3 });
      const source = estimating(life, () => 1_000);
      const anchorer = await life.open({ source, fees });
      for (const size of [2, 3, 4]) await anchorer.publish(payloadOf(size));
      expect((await life.stored()).candidates.map(({ fee }) => fee)).toEqual([483n]);
      expect(anchorer.report).toMatchObject({
        starved: { wanted: 644n, limit: 'anchor' },
        rate: 3,
      });
      expect(anchorer.state).toMatchObject({ epochSize: 2, isStarved: true });
    }));

  it('say so too where the chain has too little left', () =>
    withAnchoring(async (life) => {
      const most = 10n ** 12n;
      const policy = { ...POLICY, capRate: 1e9, maxRate: 1e9, budget: most, maxFee: most };
      const source = estimating(life, () => 4e7);
      const anchorer = await life.open({ source, fees: { ...FEES, policy } });
      await anchorer.publish(payloadOf(2));
      expect(anchorer.report.starved).toMatchObject({ limit: 'funds' });
    }));
});

describe('the runway', () => {
  it.each([
    [1, ['runway-7-days']],
    [40, ['runway-30-days']],
    [400, []],
  ])('at an anchor in %d ms', (intervalMillis, alarms) =>
    withAnchoring(async (life) => {
      const anchorer = await life.open({ fees: { ...FEES, intervalMillis } });
      expect(anchorer.report).toMatchObject({ runwayDays: null, alarms: [] });
      await anchorer.publish(payloadOf(2));
      const perDay = 86_400_000 / intervalMillis;
      expect(anchorer.report.runwayDays).toBeCloseTo(5e9 / (161 * perDay));
      expect(anchorer.report.alarms).toEqual(alarms);
    }),
  );
});

describe('a top-up', () => {
  it('waits on disk, is paid in by the next anchor, and is then no more', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open();
      await settle(life, anchorer, 2);
      const { outpoint, value } = await life.chain.fund(SCRIPT);
      const { balance } = anchorer.report;
      expect(await anchorer.topUp(outpoint)).toMatchObject({ outpoint, value });
      const again = await life.open();
      expect(again.report.balance).toBe((balance ?? 0n) + value);
      expect(await refusal(() => again.topUp(outpoint))).toMatch(/^ANCHOR_COIN_REFUSED.*already/);
      await again.publish(payloadOf(3));
      const [candidate] = (await life.stored()).candidates;
      const { inputs } = parseTransaction(candidate?.bytes ?? new Uint8Array());
      expect(inputs.map((input) => input.outpoint)[1]).toEqual(outpoint);
      await life.chain.mine(CONFIRMATIONS);
      await again.poll();
      const { topUps, tip } = await life.stored();
      expect(topUps).toEqual([]);
      expect(tip.value).toBe((balance ?? 0n) + value - (candidate?.fee ?? 0n));
      expect(await refusal(() => again.topUp(outpoint))).toMatch(/^ANCHOR_COIN_REFUSED/);
    }));

  it('waits on where an anchor without it was mined, and comes back with one that was taken back', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open();
      await settle(life, anchorer, 2);
      const { outpoint } = await life.chain.fund(SCRIPT);
      await anchorer.publish(payloadOf(3));
      const [without] = (await life.stored()).candidates;
      await anchorer.topUp(outpoint);
      await anchorer.publish(payloadOf(3));
      expect((await life.stored()).candidates.map(({ topUps }) => topUps.length)).toEqual([0, 1]);
      await life.chain.dropMempool();
      await life.chain.broadcast(without?.bytes ?? new Uint8Array());
      await life.chain.mine(CONFIRMATIONS);
      await anchorer.poll();
      expect((await life.stored()).topUps.map((coin) => coin.outpoint)).toEqual([outpoint]);
      await settle(life, anchorer, 4);
      expect((await life.stored()).topUps).toEqual([]);
      await life.chain.disconnect(CONFIRMATIONS);
      await life.chain.dropMempool();
      await life.chain.mine(CONFIRMATIONS + 1);
      await anchorer.poll();
      expect((await life.stored()).topUps.map((coin) => coin.outpoint)).toEqual([outpoint]);
      await life.chain.mine(CONFIRMATIONS);
      await anchorer.poll();
      expect((await life.stored()).topUps).toEqual([]);
    }));

  it('that is spent by others is left out, and holds up nothing', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open();
      await settle(life, anchorer, 2);
      const coin = await life.chain.fund(SCRIPT);
      await anchorer.topUp(coin.outpoint);
      await anchorer.publish(payloadOf(3));
      await life.chain.dropMempool();
      await life.chain.broadcast((await foreignSpend(coin)).bytes);
      await life.chain.mine();
      await settle(life, anchorer, 4);
      expect(anchorer.settledSize).toBe(4);
      expect(anchorer.report.alarms).toEqual([]);
    }));

  it('must be a confirmed coin of the chain, worth more than it costs to take', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open();
      await settle(life, anchorer, 2);
      const nothing = { txid: parseTxid('ab'.repeat(32)), vout: 0 };
      expect(await refusal(() => anchorer.topUp(nothing))).toMatch(/^ANCHOR_COIN_REFUSED/);
      const { outpoint } = await life.chain.fund(chainScript(OTHER_SIGNER.publicKey));
      expect(await refusal(() => anchorer.topUp(outpoint))).toMatch(/^ANCHOR_COIN_REFUSED/);
      const { tip } = await life.stored();
      expect(await refusal(() => anchorer.topUp(tip.outpoint))).toMatch(/^ANCHOR_COIN_REFUSED/);
      const own = await life.chain.fund(SCRIPT);
      const dear = { ...FEES, policy: { ...POLICY, capRate: 1e9 } };
      const careful = await life.open({ fees: dear });
      expect(await refusal(() => careful.topUp(own.outpoint))).toMatch(/pay more than/);
    }));
});

describe('a chain whose key is another', () => {
  it('settles what is on its way, signs nothing, and is succeeded under the new key', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open();
      await settle(life, anchorer, 2);
      await anchorer.publish(payloadOf(3));
      const old = await life.stored();
      const early = anchorer.planSuccession(old.tip.outpoint, 'key-change');
      expect(await refusal(() => early)).toMatch(/^ANCHOR_CHAIN_OPEN/);
      const other = await life.open({ signer: OTHER_SIGNER });
      expect(other.report).toMatchObject({ closed: { reason: 'key' }, alarms: ['closed'] });
      await other.publish(payloadOf(4));
      await life.chain.mine(CONFIRMATIONS);
      expect(await other.poll()).toMatchObject({ epochSize: 3 });
      const ended = await life.stored();
      const foreign = other.planSuccession(ended.tip.outpoint, 'lost-wallet');
      expect(await refusal(() => foreign)).toMatch(/^ANCHOR_COIN_REFUSED/);
      const script = chainScript(OTHER_SIGNER.publicKey);
      const coin = await life.chain.fund(script);
      expect(await life.log.succeed(other, coin.outpoint, 'lost-wallet')).toMatchObject({
        script,
        statement: { cause: 'lost-wallet', first: formatOutpoint(coin.outpoint) },
      });
      const again = await life.open({ signer: OTHER_SIGNER });
      expect(again.report).toMatchObject({ closed: null, alarms: [] });
      await settle(life, again, 5);
      expect((await life.store()).settledSizes).toEqual([2, 3, 5]);
      const book = await (await life.store()).readBook(script);
      expect(book.ended).toMatchObject([{ script: SCRIPT, tip: ended.tip, end: null }]);
      // Their blocks are behind all that the new chain looks at, and their proofs stay.
      await life.chain.disconnect(CONFIRMATIONS);
      await life.chain.mine(CONFIRMATIONS + 1);
      expect(await again.poll()).toMatchObject({ epochSize: 5 });
    }));
});
