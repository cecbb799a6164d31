import { describe, expect, it } from '@jest/globals';
import {
  anchorCandidateToJson,
  anchorChainToJson,
  parseAnchorCandidate,
  parseAnchorChain,
} from '../../src/anchoring/anchor-chain-json.js';
import type { AnchorCoin } from '../../src/anchoring/anchor-transaction.js';
import {
  anchorOutput,
  anchorProgress,
  broadcastAnchor,
  MAX_CANDIDATES,
  nextAnchor,
  settleAnchor,
  unsettleAnchor,
} from '../../src/anchoring/anchor-wallet.js';
import type {
  AnchorCandidate,
  AnchorChain,
  AnchorRequest,
  NextAnchor,
} from '../../src/anchoring/anchor-wallet.js';
import type { DevChain } from '../../src/anchoring/devchain.js';
import { canonicalJsonBytes, parseCanonicalJson } from '../../src/base/canonical-json.js';
import type { JsonObject, JsonValue } from '../../src/base/canonical-json.js';
import { parseTxid, txidOf } from '../../src/evidence/bitcoin/hash256.js';
import {
  payloadOf,
  POLICY,
  refusal,
  SCRIPT,
  SIGNER,
  START as NOW,
  withDevChain,
} from './fixture.js';

const START: AnchorChain = { tip: coin(1, 5_000_000_000n), candidates: [] };

function coin(salt: number, value: bigint): AnchorCoin {
  return { outpoint: { txid: txidOf(new Uint8Array(32).fill(salt)), vout: salt }, value };
}

function next(
  chain: AnchorChain,
  size: number,
  request: Partial<AnchorRequest> = {},
): Promise<NextAnchor> {
  const asked = { payload: payloadOf(size), estimate: 1, now: NOW, ...request };
  return nextAnchor(chain, asked, SIGNER, POLICY);
}

async function signed(
  chain: AnchorChain,
  size: number,
  request: Partial<AnchorRequest> = {},
): Promise<AnchorChain> {
  const decision = await next(chain, size, request);
  if (decision.kind !== 'made') throw new Error(`not signed: ${decision.kind}`);
  return decision.chain;
}

function last(chain: AnchorChain): AnchorCandidate {
  const candidate = chain.candidates.at(-1);
  if (candidate === undefined) throw new Error('no candidate');
  return candidate;
}

async function startOn(source: DevChain): Promise<AnchorChain> {
  return { tip: await source.fund(SCRIPT), candidates: [] };
}

describe('nextAnchor', () => {
  it('spends the tip, at the least fee', async () => {
    const chain = await signed(START, 1);
    expect(chain.tip).toBe(START.tip);
    expect(chain.candidates).toHaveLength(1);
    expect(last(chain)).toMatchObject({
      spends: START.tip,
      topUps: [],
      fee: 161n,
      payload: { size: 1 },
    });
    expect(anchorOutput(last(chain).bytes)).toEqual({
      outpoint: { txid: last(chain).txid, vout: 0 },
      value: START.tip.value - 161n,
    });
  });

  it('replaces an unconfirmed anchor by one of a newer root that pays more, and keeps both', async () => {
    const chain = await signed(await signed(START, 1), 2);
    expect(chain.candidates.map(({ payload, fee }) => [payload.size, fee])).toEqual([
      [1, 161n],
      [2, 322n],
    ]);
    expect(new Set(chain.candidates.map(({ spends }) => spends))).toEqual(new Set([START.tip]));
  });

  it('does nothing while the last candidate says as much and pays enough', async () => {
    const chain = await signed(START, 4, { estimate: 10 });
    expect(await next(chain, 4, { estimate: 10 })).toEqual({ kind: 'unchanged' });
    expect(await next(chain, 4, { estimate: undefined })).toEqual({ kind: 'unchanged' });
  });

  it('raises the fee of the same root when the estimate has risen', async () => {
    const chain = await signed(await signed(START, 4, { estimate: 10 }), 4, { estimate: 20 });
    expect(chain.candidates.map(({ fee }) => fee)).toEqual([1610n, 3220n]);
  });

  it('starves at the budget and keeps what it has', async () => {
    const chain = await signed(START, 1, { estimate: 1 });
    const request = { payload: payloadOf(2), estimate: 1, now: NOW };
    const decision = await nextAnchor(chain, request, SIGNER, { ...POLICY, budget: 200n });
    expect(decision).toEqual({ kind: 'starved', wanted: 322n });
    expect(chain.candidates).toHaveLength(1);
  });

  it('keeps no more candidates than it can store', async () => {
    const one = last(await signed(START, 1));
    const full = { ...START, candidates: Array.from({ length: MAX_CANDIDATES }, () => one) };
    expect(await next(full, 2)).toMatchObject({ kind: 'starved' });
  });

  it('pays in top-ups, and keeps them in replacements', async () => {
    const topUps = [coin(2, 50_000n)];
    const chain = await signed(await signed(START, 1, { topUps }), 2);
    expect(last(chain).topUps).toEqual(topUps);
    expect(anchorOutput(last(chain).bytes).value).toBe(5_000_050_000n - last(chain).fee);
    // Paying in is reason enough to replace an anchor of the same root.
    const paidIn = await signed(await signed(START, 1), 1, { topUps });
    expect(paidIn.candidates.map(({ topUps: coins }) => coins.length)).toEqual([0, 1]);
  });

  it('never goes back to a smaller log', async () => {
    await expect(next(await signed(START, 5), 4)).rejects.toThrow('never go back');
  });
});

describe('the chain of anchors on a chain of blocks', () => {
  it('grows by one coin’s life: each anchor spends output 0 of the one before', () =>
    withDevChain(async (source) => {
      let chain = await startOn(source);
      let spent = chain.tip;
      for (let size = 1; size <= 4; size++) {
        chain = await signed(chain, size);
        expect(last(chain).spends).toEqual(spent);
        await broadcastAnchor(source, chain);
        await source.mine();
        const progress = await anchorProgress(source, chain);
        expect(progress).toMatchObject({ status: { state: 'confirmed', confirmations: 1 } });
        chain = settleAnchor(chain, last(chain).txid);
        spent = chain.tip;
      }
      expect(chain.candidates).toEqual([]);
      expect(chain.tip.outpoint.vout).toBe(0);
    }));

  it('broadcasts the same bytes again after a restart, whatever became of them before', () =>
    withDevChain(async (source, reopen) => {
      const chain = await signed(await startOn(source), 1);
      const stored = canonicalJsonBytes(anchorChainToJson(chain));
      await broadcastAnchor(source, chain);
      // The mempool is lost with the process; what was stored before broadcasting is not.
      const again = await reopen();
      const restored = parseAnchorChain(parseCanonicalJson(stored), SCRIPT);
      expect(await anchorProgress(again, restored)).toMatchObject({ status: { state: 'unknown' } });
      await broadcastAnchor(again, restored);
      await broadcastAnchor(again, restored);
      await again.mine();
      await broadcastAnchor(again, restored);
      expect(await anchorProgress(again, restored)).toMatchObject({
        candidate: { txid: last(chain).txid },
        status: { state: 'confirmed' },
      });
    }));

  it('finds that an older candidate was mined, and goes on from that one', () =>
    withDevChain(async (source) => {
      const first = await signed(await startOn(source), 1);
      await broadcastAnchor(source, first);
      await source.mine();
      // Signed and stored, but the block came before the broadcast.
      const chain = await signed(first, 2);
      expect(await refusal(() => broadcastAnchor(source, chain))).toMatch(
        /^CHAIN_TRANSACTION_REJECTED/,
      );
      const progress = await anchorProgress(source, chain);
      expect(progress).toMatchObject({ candidate: { payload: { size: 1 } } });
      const settled = settleAnchor(chain, last(first).txid);
      await broadcastAnchor(source, await signed(settled, 2));
    }));

  it('goes back when a reorganisation takes a settled anchor away, and again when it is replaced', () =>
    withDevChain(async (source) => {
      const chain = await signed(await startOn(source), 1);
      await broadcastAnchor(source, chain);
      await source.mine(6);
      const candidate = last(chain);
      await source.disconnect(6);
      const back = unsettleAnchor(candidate);
      expect(back.tip).toEqual(chain.tip);
      expect(await anchorProgress(source, back)).toMatchObject({ status: { state: 'mempool' } });
      const replaced = await signed(back, 2);
      await broadcastAnchor(source, replaced);
      await source.mine();
      expect(await anchorProgress(source, replaced)).toMatchObject({
        candidate: { payload: { size: 2 } },
        status: { state: 'confirmed' },
      });
    }));

  it('cannot be forked: two anchors that spend one coin never both confirm', () =>
    withDevChain(async (source) => {
      const start = await startOn(source);
      const [one, two] = [await signed(start, 7), await signed(start, 8, { estimate: 5 })];
      await broadcastAnchor(source, one);
      await broadcastAnchor(source, two);
      await source.mine();
      expect(await anchorProgress(source, one)).toMatchObject({ status: { state: 'unknown' } });
      expect(await anchorProgress(source, two)).toMatchObject({ status: { state: 'confirmed' } });
      expect(await refusal(() => broadcastAnchor(source, one))).toMatch(/missingorspent/);
    }));

  it('has nothing to broadcast and no progress before the first anchor', () =>
    withDevChain(async (source) => {
      await broadcastAnchor(source, START);
      expect(await anchorProgress(source, START)).toBeUndefined();
    }));
});

describe('settleAnchor', () => {
  it('refuses a transaction that is none of the candidates', async () => {
    const chain = await signed(START, 1);
    const stranger = parseTxid('11'.repeat(32));
    expect(await refusal(async () => Promise.resolve(settleAnchor(chain, stranger)))).toMatch(
      /^ANCHOR_STATE_INVALID/,
    );
  });
});

describe('the stored chain', () => {
  it('comes back as it was, with and without candidates and top-ups', async () => {
    const one = await signed(START, 1, { topUps: [coin(2, 50_000n)] });
    for (const chain of [START, one, await signed(one, 2)]) {
      const stored = canonicalJsonBytes(anchorChainToJson(chain));
      expect(parseAnchorChain(parseCanonicalJson(stored), SCRIPT)).toEqual(chain);
    }
  });

  it('keeps a settled candidate alone', async () => {
    const candidate = last(await signed(START, 1));
    expect(parseAnchorCandidate(anchorCandidateToJson(candidate), SCRIPT)).toEqual(candidate);
  });

  const broken: readonly [string, (stored: JsonObject, candidate: JsonObject) => JsonValue][] = [
    ['no object', () => null],
    ['another tip', (stored) => withTip(stored, { vout: 9 })],
    ['another value of the tip', (stored) => withTip(stored, { value: 1 })],
    ['a txid of 31 bytes', (stored) => withTip(stored, { txid: 'ab'.repeat(31) })],
    ['an unknown member', (stored) => ({ ...stored, note: 1 })],
    ['an unknown member of the tip', (stored) => withTip(stored, { note: 1 })],
    ['no tip', (_stored, candidate) => ({ candidates: [candidate] })],
    ['no candidates in a list', (stored) => ({ ...stored, candidates: [] })],
    ['a value too many', withCandidate(() => ({ values: [5_000_000_000, 1] }))],
    ['values below what is paid', withCandidate(() => ({ values: [1] }))],
    ['a transaction cut off', withCandidate((hex) => ({ transaction: hex.slice(0, -2) }))],
    ['a transaction of 8 kB', withCandidate(() => ({ transaction: 'ab'.repeat(8193) }))],
    ['upper-case hex', withCandidate((hex) => ({ transaction: hex.toUpperCase() }))],
  ];

  it.each(broken)('is refused with %s', async (_name, change) => {
    const chain = await signed(START, 1);
    const value = change(anchorChainToJson(chain), anchorCandidateToJson(last(chain)));
    expect(await refusal(() => reading(value, SCRIPT))).toMatch(/^ANCHOR_STATE_INVALID/);
  });

  it('is refused to another key’s script', async () => {
    const stored = anchorChainToJson(await signed(START, 1));
    expect(await refusal(() => reading(stored, SCRIPT.toReversed()))).toMatch(/another script/);
  });
});

async function reading(value: JsonValue, script: Uint8Array): Promise<AnchorChain> {
  return Promise.resolve(parseAnchorChain(value, script));
}

function withTip(stored: JsonObject, change: JsonObject): JsonObject {
  return { ...stored, tip: { ...(stored['tip'] as JsonObject), ...change } };
}

function withCandidate(
  change: (hex: string) => JsonObject,
): (stored: JsonObject, candidate: JsonObject) => JsonObject {
  return (stored, candidate) => ({
    ...stored,
    candidates: [{ ...candidate, ...change(candidate['transaction'] as string) }],
  });
}
