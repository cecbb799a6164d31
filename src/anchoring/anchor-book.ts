/**
 * What the anchorer must not forget, as one value that is stored whole: the chain that is written, those
 * that ended before it, and what was paid. Each step of a chain's life is a function from one book to the
 * next; the caller stores it before anybody is told.
 */
import type { TreeSize, UnixMillis } from '../base/brand.js';
import type { Txid } from '../evidence/bitcoin/hash256.js';
import { sameOutpoint } from '../evidence/bitcoin/transaction.js';
import { type AnchorSpending, NOTHING_SPENT, spend, unspend } from './anchor-spending.js';
import type { AnchorCoin } from './anchor-transaction.js';
import { type AnchorCandidate, type AnchorChain, settleAnchor } from './anchor-wallet.js';
import type { FundingCoin } from './funding-coin.js';

export interface AnchorBook {
  /** Oldest first; none of them is spent again. */
  readonly ended: readonly EndedChain[];
  /** Null before the first anchor. */
  readonly chain: WrittenChain | null;
  readonly spending: AnchorSpending;
}

export interface WrittenChain extends AnchorChain {
  /** That every anchor of the chain pays. */
  readonly script: Uint8Array;
  /**
   * What followed an anchor that a reorganisation took back, oldest first: the first of them spends
   * output 0 of a candidate, and is gone on with once that one is final again.
   */
  readonly above: readonly AnchorChain[];
  /** Coins paid to the script that no final anchor has paid in yet. */
  readonly topUps: readonly AnchorCoin[];
  /** When the last candidate was made, or its signature came in; null where an earlier version did, or before the first. */
  readonly signedAt: UnixMillis | null;
  /** Set once the tip was spent by a stranger: nothing is signed any more. */
  readonly end: ChainEnd | null;
}

/** The transaction that spent a tip and was none of ours. */
export interface ChainEnd {
  readonly txid: Txid;
  readonly height: number;
  /** When it was found. */
  readonly at: UnixMillis;
}

export interface EndedChain {
  readonly script: Uint8Array;
  readonly tip: AnchorCoin;
  /** Null where its key was lost. */
  readonly end: ChainEnd | null;
}

export const EMPTY_BOOK: AnchorBook = { ended: [], chain: null, spending: NOTHING_SPENT };

export function beginChain(script: Uint8Array, { height, ...tip }: FundingCoin): WrittenChain {
  return {
    script,
    tip,
    candidates: [],
    ...(height !== undefined && { since: height }),
    above: [],
    topUps: [],
    signedAt: null,
    end: null,
  };
}

/** The chain with the signed bytes of a candidate that was asked for. @param signedAt of the chain from then on. */
export function signInChain(
  chain: WrittenChain,
  txid: Txid,
  bytes: Uint8Array,
  signedAt: UnixMillis | null,
): WrittenChain {
  const candidates = chain.candidates.map((one) =>
    one.txid === txid ? { ...one, bytes, askedAt: null } : one,
  );
  return { ...chain, candidates, signedAt };
}

/** @param at when, @param height of the anchor's block. */
export function settleInBook(
  book: AnchorBook,
  chain: WrittenChain,
  settled: AnchorCandidate,
  { at, height }: { readonly at: UnixMillis; readonly height: number },
): AnchorBook {
  const { above } = chain;
  const goesOn = continues(chain, settled);
  const next = goesOn ? above[0] : settleAnchor(chain, settled.txid);
  const paidIn = settled.topUps;
  return {
    ...book,
    chain: {
      ...chain,
      ...(next ?? settleAnchor(chain, settled.txid)),
      // The block may be lower than the one that the anchor stood in before.
      since: height,
      above: goesOn ? above.slice(1) : [],
      topUps: chain.topUps.filter((coin) => !isAmong(coin, paidIn)),
    },
    spending: spend(book.spending, settled.fee, at),
  };
}

/** Whether what was above the level before hangs from this candidate. */
export function continues({ above }: WrittenChain, { txid }: AnchorCandidate): boolean {
  return above[0]?.tip.outpoint.txid === txid;
}

/**
 * The newest settled anchor, `txid`, has left the chain.
 *
 * @param level as it was before the anchor settled, at `at`.
 */
export function unsettleInBook(
  book: AnchorBook,
  chain: WrittenChain,
  { level, at }: { readonly level: AnchorChain; readonly at: UnixMillis },
  txid: Txid,
): AnchorBook {
  const { tip, candidates, since, above, topUps } = chain;
  const settled = level.candidates.find((candidate) => candidate.txid === txid);
  const returned = (settled?.topUps ?? []).filter((coin) => !isAmong(coin, topUps));
  const left = { tip, candidates, ...(since !== undefined && { since }) };
  return {
    ...book,
    chain: { ...chain, ...level, above: [left, ...above], topUps: [...returned, ...topUps] },
    spending: settled === undefined ? book.spending : unspend(book.spending, settled.fee, at),
  };
}

export function closeInBook(book: AnchorBook, chain: WrittenChain, end: ChainEnd): AnchorBook {
  return { ...book, chain: { ...chain, end } };
}

export function topUpInBook(book: AnchorBook, chain: WrittenChain, coin: AnchorCoin): AnchorBook {
  return { ...book, chain: { ...chain, topUps: [...chain.topUps, coin] } };
}

/** Another chain, under another key, takes the place of the one that is written. */
export function succeedInBook(
  book: AnchorBook,
  before: WrittenChain,
  script: Uint8Array,
  coin: FundingCoin,
): AnchorBook {
  const { script: old, tip, end } = before;
  return {
    ...book,
    ended: [...book.ended, { script: old, tip, end }],
    chain: beginChain(script, coin),
  };
}

/** Sizes of the anchors that a reorganisation took back and that may come again. */
export function takenBackSizes({ candidates, above }: WrittenChain): TreeSize[] {
  const levels = [candidates, ...above.map((level) => level.candidates)];
  return above.flatMap(({ tip }, at) => {
    const settled = levels[at]?.find(({ txid }) => txid === tip.outpoint.txid);
    return settled === undefined ? [] : [settled.payload.size];
  });
}

/** Whether the chain already knows of a coin: as its tip, as a top-up, or as paid in by a candidate. */
export function knowsCoin(chain: WrittenChain, coin: AnchorCoin): boolean {
  const levels = [chain, ...chain.above];
  return isAmong(coin, [
    ...chain.topUps,
    ...levels.flatMap(({ tip, candidates }) => [tip, ...candidates.flatMap((one) => one.topUps)]),
  ]);
}

function isAmong({ outpoint }: AnchorCoin, coins: readonly AnchorCoin[]): boolean {
  return coins.some((other) => sameOutpoint(other.outpoint, outpoint));
}
