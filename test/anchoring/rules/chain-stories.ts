/** Which chain is the best, told as stories: each on a chain as it is, and none minds the ones before. */
import { expect } from '@jest/globals';
import { parseBlockHeader } from '../../../src/evidence/bitcoin/block-header.js';
import type { BlockHash } from '../../../src/evidence/bitcoin/hash256.js';
import { parseTransaction } from '../../../src/evidence/bitcoin/transaction.js';
import type { RuleKit } from './rule-kit.js';

export interface Story {
  readonly name: string;
  readonly tell: (kit: RuleKit) => Promise<void>;
}

const NONE = new Uint8Array();

/** Blocks on `from`, each on the one before; the first with what it is given. */
async function branch(
  kit: RuleKit,
  count: number,
  from: { readonly hash: BlockHash; readonly height: number },
  first: Parameters<RuleKit['block']>[0] = {},
): Promise<Uint8Array[]> {
  const blocks: Uint8Array[] = [];
  let { hash, height } = from;
  for (let at = 0; at < count; at++) {
    height += 1;
    const time = Math.max(kit.chain.now(), (await kit.medianTime(from.height)) + 1) + at;
    const block = await kit.block({ previous: hash, height, time, ...(at === 0 && first) });
    hash = hashOf(block);
    blocks.push(block);
  }
  return blocks;
}

function hashOf(block: Uint8Array): BlockHash {
  return parseBlockHeader(block.subarray(0, 80)).hash;
}

async function answers(kit: RuleKit, blocks: readonly Uint8Array[]): Promise<(string | null)[]> {
  const all: (string | null)[] = [];
  for (const block of blocks) all.push(await kit.chain.submit(block));
  return all;
}

export const CHAIN_STORIES: readonly Story[] = [
  {
    name: 'of two blocks of the same work the first one seen stays, until a block on the other one',
    tell: async (kit: RuleKit): Promise<void> => {
      const { source } = kit.chain;
      const from = await source.tip();
      const [a = NONE] = await branch(kit, 1, from);
      const [b = NONE, c = NONE] = await branch(kit, 2, from);
      expect(await answers(kit, [a, b])).toEqual([null, 'inconclusive']);
      expect((await source.tip()).hash).toBe(hashOf(a));
      expect(await answers(kit, [b, c])).toEqual([expect.stringMatching(/^duplicate/), null]);
      expect(await source.tip()).toEqual({ hash: hashOf(c), height: from.height + 2 });
    },
  },
  {
    name: 'a longer chain whose targets are too easy is none, however long',
    tell: async (kit: RuleKit): Promise<void> => {
      const { source } = kit.chain;
      const from = await source.tip();
      const [own = NONE] = await branch(kit, 1, from);
      await kit.taken(kit.chain.submit(own));
      // Less work for each block is what only another target can bring.
      const [easy = NONE, next = NONE] = await branch(kit, 2, from, {
        bits: 0x207ffffe,
      });
      expect(await answers(kit, [easy, next])).toEqual(['bad-diffbits', expect.anything()]);
      expect((await source.tip()).hash).toBe(hashOf(own));
    },
  },
  {
    name: 'an invalid block deep in a longer chain: the shorter one stays, and nothing builds on it again',
    tell: async (kit: RuleKit): Promise<void> => {
      const { source } = kit.chain;
      const from = await source.tip();
      const own = await branch(kit, 2, from);
      expect(await answers(kit, own)).toEqual([null, null]);
      const broken = await branch(kit, 4, from, { reward: 100_000_000_000n });
      const [one, two, three, four] = await answers(kit, broken);
      expect([one, two]).toEqual(['inconclusive', 'inconclusive']);
      // The third would be the tip: only now is looked at what the first one pays itself.
      expect(three).not.toBeNull();
      const stays = kit.chain.quirks?.includes('stays') === true;
      expect(four).toMatch(stays ? /bad-prevblk|prev-blk-not-found/ : /^bad-prevblk$/);
      const again = await answers(kit, broken.slice(0, 1));
      expect(again).toEqual([stays ? expect.stringMatching(/^duplicate/) : 'duplicate-invalid']);
      expect((await source.tip()).hash).toBe(stays ? from.hash : hashOf(own[1] ?? NONE));
    },
  },
  {
    name: 'a reorganisation takes transactions back into the mempool, parents before children',
    tell: async (kit: RuleKit): Promise<void> => {
      const { chain } = kit;
      const from = await chain.source.tip();
      const parent = await kit.spend();
      const { txid } = parseTransaction(parent);
      const [own = NONE] = await branch(kit, 1, from, { transactions: [parent] });
      await kit.taken(chain.submit(own));
      expect((await chain.source.transactionStatus(txid)).state).toBe('confirmed');
      expect(await answers(kit, await branch(kit, 2, from))).toEqual(['inconclusive', null]);
      const forgets = chain.quirks?.includes('forgets') === true;
      const state = forgets ? 'unknown' : 'mempool';
      expect(await chain.source.transactionStatus(txid)).toEqual({ state });
      if (forgets) await kit.sent(parent);
      await chain.mine(1);
      expect((await chain.source.transactionStatus(txid)).state).toBe('confirmed');
    },
  },
  {
    name: 'a reorganisation drops what the new chain spends otherwise',
    tell: async (kit: RuleKit): Promise<void> => {
      const { chain } = kit;
      const from = await chain.source.tip();
      const coin = kit.coin();
      const one = await kit.spendOf(coin, 1_000n);
      const other = await kit.spendOf(coin, 3_000n);
      const [own = NONE] = await branch(kit, 1, from, { transactions: [one] });
      await kit.taken(chain.submit(own));
      const better = await branch(kit, 2, from, { transactions: [other] });
      expect(await answers(kit, better)).toEqual(['inconclusive', null]);
      const status = await chain.source.transactionStatus(parseTransaction(one).txid);
      expect(status).toEqual({ state: 'unknown' });
    },
  },
];
