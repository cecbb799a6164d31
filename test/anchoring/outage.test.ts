import { describe, expect, it } from '@jest/globals';
import type { ChainSource } from '../../src/anchoring/chain-source.js';
import { AnchoringError } from '../../src/anchoring/errors.js';
import { CONFIRMATIONS, settle, withAnchoring } from './anchoring-life.js';
import { FEES, payloadOf, refusal } from './fixture.js';

const HOUR = 3_600_000;
const OUTAGE_HOURS = 72;

describe('an outage of 72 hours', () => {
  it('is named at each try, costs nothing, and all of it is final after the next anchor', () =>
    withAnchoring(async (life) => {
      let isOut = false;
      const source = new Proxy<ChainSource>(life.chain, {
        get: (chain, name) => {
          if (name === 'network') return chain.network;
          if (isOut)
            return () => Promise.reject(new AnchoringError('CHAIN_UNAVAILABLE', 'it is down'));
          const method = Reflect.get(chain, name) as (...args: unknown[]) => unknown;
          return method.bind(chain);
        },
      });
      const fees = { ...FEES, intervalMillis: 4 * HOUR };
      let anchorer = await life.open({ source, fees });
      await settle(life, anchorer, 2);
      life.clock.advance(4 * HOUR);
      await anchorer.publish(payloadOf(3));
      const before = await life.stored();
      isOut = true;
      for (let hour = 1; hour <= OUTAGE_HOURS; hour++) {
        life.clock.advance(HOUR);
        expect(await refusal(() => anchorer.publish(payloadOf(3 + hour)))).toMatch(
          /^CHAIN_UNAVAILABLE/,
        );
        expect(await refusal(() => anchorer.poll())).toMatch(/^CHAIN_UNAVAILABLE/);
        // A node that is started again meanwhile opens all the same.
        if (hour % 24 === 0) anchorer = await life.open({ source, fees });
      }
      expect(await life.stored()).toEqual(before);
      expect(anchorer.settledSize).toBe(2);
      isOut = false;
      await life.chain.mine(CONFIRMATIONS);
      expect(await anchorer.poll()).toMatchObject({ epochSize: 3 });
      await settle(life, anchorer, 3 + OUTAGE_HOURS);
      expect(anchorer.settledSize).toBe(3 + OUTAGE_HOURS);
      expect(anchorer.report.alarms).toEqual([]);
    }));
});

describe('a source that answers and has no new blocks', () => {
  it('is an alarm after a day and a rhythm, until the anchor is final', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open({ fees: { ...FEES, intervalMillis: HOUR } });
      await settle(life, anchorer, 2);
      // Nothing was on its way for this long: that is no alarm.
      life.clock.advance(100 * HOUR);
      await anchorer.publish(payloadOf(3));
      await anchorer.poll();
      for (let hour = 1; hour <= 25; hour++) {
        life.clock.advance(HOUR);
        // Its fee may rise meanwhile: it is the same coin that waits.
        await anchorer.publish(payloadOf(3 + hour));
        await anchorer.poll();
        expect(anchorer.report.alarms).toEqual([]);
      }
      life.clock.advance(1);
      expect(anchorer.report.alarms).toEqual(['overdue']);
      await life.chain.mine(CONFIRMATIONS);
      await anchorer.poll();
      expect(anchorer.report.alarms).toEqual([]);
    }));
});
