/** A chain of anchors is succeeded by what the epoch log names, by nothing else, and once. */
import { describe, expect, it } from '@jest/globals';
import { softwareAnchorSigner } from '../../src/anchoring/anchor-signer.js';
import { chainScript } from '../../src/anchoring/anchor-transaction.js';
import { AnchoringError } from '../../src/anchoring/errors.js';
import type { FundingCoin } from '../../src/anchoring/funding-coin.js';
import { parseRawBlock } from '../../src/anchoring/internal/raw-block.js';
import { formatOutpoint } from '../../src/anchoring/outpoint-text.js';
import { toHex } from '../../src/base/bytes.js';
import { parseBlockHeader } from '../../src/evidence/bitcoin/block-header.js';
import { sameOutpoint } from '../../src/evidence/bitcoin/transaction.js';
import { type Fault, FaultyFiles, PowerCut } from '../support/faulty-files.js';
import {
  type AnchoringLife,
  CONFIRMATIONS,
  foreignSpend,
  provenIn,
  settle,
  withAnchoring,
} from './anchoring-life.js';
import { OTHER_SIGNER, payloadOf, refusal, SCRIPT, SIGNER } from './fixture.js';

const OTHER_SCRIPT = chainScript(OTHER_SIGNER.publicKey);

/** A chain of two final anchors, whose coin a thief of the key then spent. @returns what spent it. */
async function stolen(life: AnchoringLife): Promise<{ txid: string; first: FundingCoin }> {
  const first = await life.chain.fund(SCRIPT);
  const anchorer = await life.open({ firstCoin: () => Promise.resolve(first) });
  await settle(life, anchorer, 2);
  await settle(life, anchorer, 3);
  const thief = await foreignSpend((await life.stored()).tip);
  await life.chain.broadcast(thief.bytes);
  await life.chain.mine();
  await anchorer.poll();
  return { txid: thief.txid, first };
}

/** The same but for some of its members. */
function unlike<T extends object>(original: T, members: PropertyDescriptorMap): T {
  return new Proxy(original, {
    get: (target, name) => {
      const value: unknown = members[String(name)]?.value ?? Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Transactions of the best chain that spend a coin. */
async function spendersOf({ chain }: AnchoringLife, coin: FundingCoin): Promise<string[]> {
  const { height } = await chain.tip();
  const found: string[] = [];
  for (let at = 1; at <= height; at++) {
    const { hash } = parseBlockHeader(await chain.headerAt(at));
    const { transactions } = parseRawBlock(await chain.rawBlock(hash));
    for (const { txid, inputs } of transactions)
      if (inputs.some(({ outpoint }) => sameOutpoint(outpoint, coin.outpoint))) found.push(txid);
  }
  return found;
}

describe('a chain of anchors that ended', () => {
  it('is succeeded with all that the log has to say of it, and stays proven', () =>
    withAnchoring(async (life) => {
      const { txid, first } = await stolen(life);
      const { tip, end } = await life.stored();
      const other = await life.open({ signer: OTHER_SIGNER });
      const coin = await life.chain.fund(OTHER_SCRIPT);
      const { script, statement } = await life.log.succeed(other, coin.outpoint, 'foreign-spend');
      expect(script).toEqual(OTHER_SCRIPT);
      expect(statement).toEqual({
        cause: 'foreign-spend',
        ended: {
          script: toHex(SCRIPT),
          first: formatOutpoint(first.outpoint),
          last: formatOutpoint(tip.outpoint),
          spentAt: end?.height,
          spentBy: txid,
        },
        first: formatOutpoint(coin.outpoint),
        value: Number(coin.value),
      });
      await settle(life, other, 4);
      expect(other.report).toMatchObject({ closed: null, alarms: [] });
      for (const size of [2, 3, 4]) expect(await provenIn(life, size)).toBe('proven');
      // The thief goes on with the old chain: that is nobody's any more, and the new one goes on too.
      const ended = (await (await life.store()).readBook(SCRIPT)).ended.at(-1);
      expect(ended).toMatchObject({ script: SCRIPT, end: { txid } });
      const output = { txid: txid as never, vout: 0 };
      const value = (await life.chain.coin(output))?.value ?? 0n;
      await life.chain.broadcast((await foreignSpend({ outpoint: output, value })).bytes);
      await settle(life, other, 5);
      expect((await life.store()).settledSizes).toEqual([2, 3, 4, 5]);
      expect(await spendersOf(life, coin)).toHaveLength(1);
    }));

  it('says of a second succession where that chain began', () =>
    withAnchoring(async (life) => {
      await settle(life, await life.open(), 2);
      const other = await life.open({ signer: OTHER_SIGNER });
      const coin = await life.chain.fund(OTHER_SCRIPT);
      await life.log.succeed(other, coin.outpoint, 'key-change');
      for (const size of [3, 4, 5]) await settle(life, other, size);
      const back = await life.open();
      expect(await refusal(() => back.planSuccession(null, 'key-change'))).toMatch(
        /^ANCHOR_SUCCESSION_REFUSED: the key is that of a chain of anchors which has ended/,
      );
      const third = await life.open({ signer: softwareAnchorSigner(new Uint8Array(32).fill(6)) });
      const next = await third.planSuccession(null, 'lost-wallet');
      expect(next.statement.ended).toMatchObject({ first: formatOutpoint(coin.outpoint) });
    }));

  it('is not succeeded for a cause that is not what became of it', () =>
    withAnchoring(async (life) => {
      await settle(life, await life.open(), 2);
      const other = await life.open({ signer: OTHER_SIGNER });
      expect(await refusal(() => other.planSuccession(null, 'foreign-spend'))).toMatch(
        /^ANCHOR_SUCCESSION_REFUSED: no block has a foreign spend/,
      );
      const thief = await foreignSpend((await life.stored()).tip);
      await life.chain.broadcast(thief.bytes);
      await life.chain.mine();
      await other.poll();
      for (const cause of ['key-change', 'lost-wallet'] as const)
        expect(await refusal(() => other.planSuccession(null, cause))).toMatch(
          /^ANCHOR_SUCCESSION_REFUSED: a stranger spent the coin/,
        );
    }));
});

describe('a successor that the epoch log does not carry', () => {
  it('is not begun: nothing is signed, whatever was planned', () =>
    withAnchoring(async (life) => {
      await settle(life, await life.open(), 2);
      const other = await life.open({ signer: OTHER_SIGNER });
      const coin = await life.chain.fund(OTHER_SCRIPT);
      await other.planSuccession(coin.outpoint, 'key-change');
      await other.followLog();
      await other.publish(payloadOf(3));
      const again = await life.open({ signer: OTHER_SIGNER });
      await again.publish(payloadOf(3));
      await life.chain.mine(CONFIRMATIONS);
      await again.poll();
      expect(await spendersOf(life, coin)).toEqual([]);
      expect(again.report).toMatchObject({ closed: { reason: 'key' }, alarms: ['closed'] });
      expect((await life.stored()).script).toEqual(SCRIPT);
    }));

  it('is not begun either by a log that names its script and no succession', () =>
    withAnchoring(async (life) => {
      await settle(life, await life.open(), 2);
      const { tip } = await life.stored();
      life.log.name(OTHER_SCRIPT);
      for (const signer of [SIGNER, OTHER_SIGNER]) {
        const anchorer = await life.open({ signer });
        await anchorer.publish(payloadOf(3));
        await life.chain.mine(CONFIRMATIONS);
        await anchorer.poll();
        expect(anchorer.report.closed).toEqual({ reason: 'key' });
      }
      expect(await life.chain.coin(tip.outpoint)).toBeDefined();
    }));

  it('is refused where the log succeeds another chain than the stored one', () =>
    withAnchoring(async (life) => {
      await settle(life, await life.open(), 2);
      const other = await life.open({ signer: OTHER_SIGNER });
      const { script, statement } = await other.planSuccession(null, 'key-change');
      const ended = { ...statement.ended, script: `0014${'ab'.repeat(20)}` };
      life.log.say({ script, statement: { ...statement, ended } });
      expect(await refusal(() => life.open({ signer: OTHER_SIGNER }))).toMatch(
        /^ANCHOR_STATE_INVALID: the epoch log names the successor of another chain/,
      );
    }));

  it('has no first anchor before it, also where no chain was begun', () =>
    withAnchoring(async (life) => {
      life.log.name(SCRIPT);
      const other = await life.open({ signer: OTHER_SIGNER });
      await other.publish(payloadOf(2));
      expect(other.report.closed).toEqual({ reason: 'key' });
      const { statement } = await life.log.succeed(other, null, 'key-change');
      expect(statement.ended).toEqual({ script: toHex(SCRIPT) });
      await settle(life, other, 3);
      expect(other.settledSize).toBe(3);
    }));
});

describe('a crash while a chain is succeeded', () => {
  // The book is written beside the old one, synced, and put in its place, and the directory synced.
  const crashes = [1, 2, 3, 4].flatMap((at) =>
    (['before', 'torn', 'after'] as const).map((fault) => [at, fault] as const),
  );

  it.each(crashes)('at step %i, %s, leaves one chain, paid for once', (at: number, fault: Fault) =>
    withAnchoring(async (life) => {
      await settle(life, await life.open(), 2);
      const coin = await life.chain.fund(OTHER_SCRIPT);
      const other = await life.open({ signer: OTHER_SIGNER });
      life.log.say(await other.planSuccession(coin.outpoint, 'lost-wallet'));
      // The power goes before the book follows the log, while it does, or right after.
      const files = new FaultyFiles(at, fault);
      await expect(life.open({ signer: OTHER_SIGNER, files })).rejects.toThrow(PowerCut);
      const again = await life.open({ signer: OTHER_SIGNER });
      expect(again.report.closed).toBeNull();
      expect(await refusal(() => again.planSuccession(null, 'lost-wallet'))).toMatch(
        /^ANCHOR_CHAIN_OPEN/,
      );
      await settle(life, again, 3);
      const book = await (await life.store()).readBook(OTHER_SCRIPT);
      expect(book.ended).toHaveLength(1);
      expect(await spendersOf(life, coin)).toHaveLength(1);
      expect(await provenIn(life, 3)).toBe('proven');
    }),
  );

  it('after its first anchor was signed broadcasts the same bytes again', () =>
    withAnchoring(async (life) => {
      await settle(life, await life.open(), 2);
      const coin = await life.chain.fund(OTHER_SCRIPT);
      const down = new AnchoringError('CHAIN_UNAVAILABLE', 'it is down');
      const source = unlike(life.chain, { broadcast: { value: () => Promise.reject(down) } });
      const other = await life.open({ signer: OTHER_SIGNER, source });
      await life.log.succeed(other, coin.outpoint, 'key-change');
      expect(await refusal(() => other.publish(payloadOf(3)))).toMatch(/^CHAIN_UNAVAILABLE/);
      const [signed] = (await life.stored()).candidates;
      const again = await life.open({ signer: OTHER_SIGNER });
      await again.poll();
      await life.chain.mine(CONFIRMATIONS);
      await again.poll();
      expect(await spendersOf(life, coin)).toEqual([signed?.txid]);
    }));
});

describe('an anchor of a chain that has ended', () => {
  it('which a reorganisation takes back for good holds up no anchor of the new one', () =>
    withAnchoring(async (life) => {
      const coin = await life.chain.fund(OTHER_SCRIPT);
      const anchorer = await life.open();
      await settle(life, anchorer, 2);
      const { tip: before } = await life.stored();
      await settle(life, anchorer, 3);
      const other = await life.open({ signer: OTHER_SIGNER });
      await life.log.succeed(other, coin.outpoint, 'key-change');
      // Anchor 3 goes, and a thief's transaction takes its place.
      await life.chain.disconnect(CONFIRMATIONS);
      await life.chain.dropMempool();
      await life.chain.broadcast((await foreignSpend(before, 9_000n)).bytes);
      await life.chain.mine(CONFIRMATIONS + 3);
      await other.poll();
      expect(other.settledSize).toBe(2);
      await settle(life, other, 4);
      expect((await life.store()).settledSizes).toEqual([2, 4]);
      expect(await provenIn(life, 4)).toBe('proven');
    }));
});
