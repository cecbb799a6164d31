import { describe, expect, it } from '@jest/globals';
import { sha256 } from '../../src/base/hash.js';
import { FaultyFiles, PowerCut, type Fault } from '../support/faulty-files.js';
import { caseNumbers, timeLimit } from '../support/suite.js';
import {
  type AnchoringLife,
  CONFIRMATIONS,
  provenIn,
  settle,
  withAnchoring,
} from './anchoring-life.js';
import { payloadOf, refusal } from './fixture.js';

describe('a reorganisation deeper than was waited for', () => {
  it('takes a final anchor back, and the same bytes are proved anew once they are deep again', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open();
      await settle(life, anchorer, 2);
      await settle(life, anchorer, 3);
      const before = await life.stored();
      await life.chain.disconnect(CONFIRMATIONS);
      expect(await refusal(() => anchorer.poll())).toMatch(/^CHAIN_BEHIND/);
      await life.chain.mine(CONFIRMATIONS);
      // Mined again, in other blocks, and final at once.
      expect(await anchorer.poll()).toMatchObject({ epochSize: 3 });
      expect(await life.stored()).toEqual(before);
      expect(await provenIn(life, 3)).toBe('proven');
      expect(anchorer.report.paidInAll).toBe(322n);
    }));

  it('shows that it is not final meanwhile, also after a restart', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open();
      await settle(life, anchorer, 2);
      const { txid } = (await life.stored()).tip.outpoint;
      await life.chain.mine(1);
      await life.chain.disconnect(CONFIRMATIONS + 1);
      // What returned to the mempool is lost with it, as where a node was started again.
      const bytes = await life.chain.dropMempool();
      expect(bytes).toHaveLength(1);
      await life.chain.mine(CONFIRMATIONS + 1);
      expect(await anchorer.poll()).toBeNull();
      expect(anchorer.settledSize).toBe(0);
      expect(anchorer.report).toMatchObject({ alarms: ['reorganised'], paidInAll: 0n });
      const again = await life.open();
      expect(again.settledSize).toBe(0);
      expect(again.state).toMatchObject({ state: 'pending', epochSize: 2 });
      expect(await life.chain.transactionStatus(txid)).toEqual({ state: 'mempool' });
      await again.publish(payloadOf(3));
      expect((await life.stored()).candidates).toHaveLength(1);
      await life.chain.mine(CONFIRMATIONS);
      expect(await again.poll()).toMatchObject({ epochSize: 2 });
      expect(again.report).toMatchObject({ alarms: [], paidInAll: 161n });
      await settle(life, again, 3);
      expect(again.settledSize).toBe(3);
    }));

  it('takes back several, and what was on its way above them', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open();
      for (const size of [2, 3, 4]) await settle(life, anchorer, size);
      await anchorer.publish(payloadOf(5));
      await life.chain.mine(1);
      await anchorer.poll();
      const above = await life.stored();
      await life.chain.disconnect(3 * CONFIRMATIONS + 1);
      await life.chain.dropMempool();
      await life.chain.mine(3 * CONFIRMATIONS + 2);
      await anchorer.poll();
      expect(anchorer.settledSize).toBe(0);
      expect((await life.stored()).above).toHaveLength(3);
      for (const size of [2, 3, 4, 5]) {
        await life.chain.mine(CONFIRMATIONS);
        expect(await anchorer.poll()).toMatchObject({ epochSize: size });
        // What is next is broadcast again.
        await anchorer.poll();
      }
      expect((await life.stored()).tip.outpoint.txid).toBe(above.candidates[0]?.txid);
      for (const size of [2, 3, 4, 5]) expect(await provenIn(life, size)).toBe('proven');
    }));

  it('lets the one that it replaced settle in its place, and anchors the next head on top', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open();
      await settle(life, anchorer, 2);
      await anchorer.publish(payloadOf(3));
      const [older] = (await life.stored()).candidates;
      await anchorer.publish(payloadOf(4));
      await life.chain.mine(CONFIRMATIONS);
      await anchorer.poll();
      expect(anchorer.settledSize).toBe(4);
      await life.chain.disconnect(CONFIRMATIONS);
      await life.chain.dropMempool();
      // A miner who never heard of the replacement.
      await life.chain.broadcast(older?.bytes ?? new Uint8Array());
      await life.chain.mine(CONFIRMATIONS);
      expect(await anchorer.poll()).toMatchObject({ epochSize: 3 });
      expect((await life.store()).settledSizes).toEqual([2, 3]);
      expect((await life.stored()).above).toEqual([]);
      await settle(life, anchorer, 5);
      expect((await (await life.open()).poll()) === null).toBe(true);
      expect((await life.store()).settledSizes).toEqual([2, 3, 5]);
      for (const size of [2, 3, 5]) expect(await provenIn(life, size)).toBe('proven');
    }));

  it('is not believed of a header without work', () =>
    withAnchoring(async (life) => {
      await settle(life, await life.open(), 2);
      const source = Object.create(life.chain, {
        network: { value: life.chain.network },
        headerAt: {
          value: async (height: number) => {
            const header = await life.chain.headerAt(height);
            for (let nonce = 0; ; nonce++) {
              header[76] = nonce;
              // Half of all hashes have work enough on regtest: one that has none is soon found.
              const hash = sha256(sha256(header));
              if ((hash[31] ?? 0) >= 0x80) return header;
            }
          },
        },
        coin: { value: life.chain.coin.bind(life.chain) },
        tip: { value: life.chain.tip.bind(life.chain) },
      }) as typeof life.chain;
      const anchorer = await life.open({ source });
      expect(await refusal(() => anchorer.poll())).toMatch(/^CHAIN_RESPONSE_INVALID/);
      expect(anchorer.settledSize).toBe(2);
    }));
});

describe('a power cut', () => {
  /** A life with everything in it that is stored: what it leaves is anchored in the end. */
  async function live(life: AnchoringLife, files: FaultyFiles): Promise<void> {
    const anchorer = await life.open({ files });
    await settle(life, anchorer, 2);
    await anchorer.publish(payloadOf(3));
    const [older] = (await life.stored()).candidates;
    await anchorer.publish(payloadOf(4));
    await life.chain.mine(CONFIRMATIONS);
    await anchorer.poll();
    await life.chain.disconnect(CONFIRMATIONS);
    await life.chain.dropMempool();
    await life.chain.mine(CONFIRMATIONS + 1);
    await anchorer.poll();
    await life.chain.dropMempool();
    await life.chain.broadcast(older?.bytes ?? new Uint8Array());
    await life.chain.mine(CONFIRMATIONS);
    await anchorer.poll();
    await settle(life, anchorer, 5);
  }

  const faults: readonly Fault[] = ['before', 'torn', 'after'];

  it(
    'at any durable step leaves what the next start goes on from',
    async () => {
      const files = new FaultyFiles();
      await withAnchoring((life) => live(life, files));
      const { length } = files.steps;
      expect(length).toBeGreaterThan(30);
      const cases = files.steps.flatMap((_, at) => faults.map((fault) => ({ at, fault })));
      // Each step in turn, however few cases are asked for.
      const share = Math.ceil(cases.length / 7);
      for (const number of caseNumbers(share, cases.length)) {
        const { at, fault } = cases[(number * 7) % cases.length] ?? { at: 0, fault: 'before' };
        await withAnchoring(async (life) => {
          await expect(live(life, new FaultyFiles(at, fault))).rejects.toThrow(PowerCut);
          const again = await life.open();
          await again.publish(payloadOf(6));
          for (let round = 0; round < 6 && again.settledSize < 6; round++) {
            await life.chain.mine(CONFIRMATIONS);
            await again.poll();
            await again.publish(payloadOf(6));
          }
          expect([at, fault, again.settledSize]).toEqual([at, fault, 6]);
          for (const size of (await life.store()).settledSizes)
            expect([at, fault, await provenIn(life, size)]).toEqual([at, fault, 'proven']);
        });
      }
    },
    timeLimit,
  );
});
