/**
 * A chain of anchors takes the place of one that has ended. First the epoch log says so, for good; then the
 * book follows what the log says. So a crash in between is made good by reading the log, and a chain
 * that the log does not name is never begun.
 */
import { equalBytes, fromHex, toHex } from '../base/bytes.js';
import { parseTransaction } from '../evidence/bitcoin/transaction.js';
import type { Outpoint } from '../evidence/bitcoin/transaction.js';
import type { SuccessionCause, SuccessionStatement } from '../records/statement.js';
import { type AnchorBook, beginChain, succeedInBook } from './anchor-book.js';
import type { AnchorStore } from './anchor-store.js';
import type { ChainSource } from './chain-source.js';
import { AnchoringError } from './errors.js';
import { type FundingCoin, fundingCoin } from './funding-coin.js';
import type { NamedSuccession } from './named-chain.js';
import { formatOutpoint, parseOutpoint } from './outpoint-text.js';

interface SuccessionRequest {
  readonly book: AnchorBook;
  /** That the log names now. */
  readonly named: Uint8Array;
  /** What the chain's first anchor spent; null where none is final. */
  readonly first: Outpoint | null;
  /** Of the new key. */
  readonly script: Uint8Array;
  readonly coin: FundingCoin;
  readonly cause: SuccessionCause;
}

/** @throws AnchoringError ANCHOR_SUCCESSION_REFUSED. */
function checkSuccession(
  { ended, chain }: AnchorBook,
  script: Uint8Array,
  cause: SuccessionCause,
): void {
  const isSpent = (chain?.end ?? null) !== null;
  if (isSpent !== (cause === 'foreign-spend'))
    throw refused(
      isSpent
        ? 'a stranger spent the coin of the chain of anchors: give foreign-spend as the cause'
        : 'no block has a foreign spend of the chain’s coin: give key-change or lost-wallet as the cause',
    );
  // Whoever had it once may have it still.
  if (ended.some((one) => equalBytes(one.script, script)))
    throw refused('the key is that of a chain of anchors which has ended: take a new one');
}

export interface SuccessionParts {
  readonly source: ChainSource;
  readonly store: AnchorStore;
  /** The coin that a first chain would start from. */
  readonly firstCoin: (script: Uint8Array) => Promise<FundingCoin>;
  readonly book: AnchorBook;
  /** That the log names now. */
  readonly named: Uint8Array;
  /** Of the key that there is now. */
  readonly script: Uint8Array;
}

/**
 * What the epoch log must say for another chain, under the key that there is now, to take the place of the
 * one that it names.
 *
 * @param outpoint null asks for the coin that a first chain would start from.
 * @throws AnchoringError ANCHOR_CHAIN_OPEN, ANCHOR_SUCCESSION_REFUSED, ANCHOR_COIN_REFUSED, and as the source's own calls.
 */
export async function planSuccession(
  { source, store, firstCoin, book, named, script }: SuccessionParts,
  outpoint: Outpoint | null,
  cause: SuccessionCause,
): Promise<NamedSuccession> {
  // Whoever spent the coin has the key: a chain under the same one would end as well.
  if (equalBytes(named, script))
    throw new AnchoringError(
      'ANCHOR_CHAIN_OPEN',
      'the chain of anchors is under the key that there is: only one of another key can succeed it',
    );
  checkSuccession(book, script, cause);
  const coin =
    outpoint === null ? await firstCoin(script) : await fundingCoin(source, outpoint, script);
  const first = await firstCoinOf(store, book);
  return { script, statement: successionStatement({ book, named, first, script, coin, cause }) };
}

/** What the epoch log is to say. */
function successionStatement(request: SuccessionRequest): SuccessionStatement {
  const { book, named, coin, cause } = request;
  const { chain } = book;
  const end = chain?.end ?? null;
  return {
    cause,
    ended: {
      script: toHex(named),
      ...(chain !== null && {
        first: formatOutpoint(request.first ?? chain.tip.outpoint),
        last: formatOutpoint(chain.tip.outpoint),
      }),
      ...(end !== null && { spentAt: end.height, spentBy: end.txid }),
    },
    first: formatOutpoint(coin.outpoint),
    value: Number(coin.value),
  };
}

/**
 * The book after a succession that the log names, or null if it is that already.
 *
 * @throws AnchoringError ANCHOR_STATE_INVALID for a succession of another chain than the book's.
 */
export function bookAfter(book: AnchorBook, succession: NamedSuccession): AnchorBook | null {
  const { script, statement } = succession;
  const { chain } = book;
  if (chain !== null && equalBytes(chain.script, script)) return null;
  const coin = { outpoint: parseOutpoint(statement.first), value: BigInt(statement.value) };
  if (chain === null) return { ...book, chain: beginChain(script, coin) };
  if (!equalBytes(chain.script, fromHex(statement.ended.script)))
    throw new AnchoringError(
      'ANCHOR_STATE_INVALID',
      'the epoch log names the successor of another chain of anchors than the stored one: put back the newest copy of `anchors`',
    );
  return succeedInBook(book, chain, script, coin);
}

/** What the first anchor of the chain that is written spent; null where none is final. */
async function firstCoinOf(store: AnchorStore, { ended }: AnchorBook): Promise<Outpoint | null> {
  const sizes = store.settledSizes;
  // Chains follow one another, so those of the last one are the later ones.
  let low = 0;
  let high = sizes.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const size = sizes[middle];
    if (size !== undefined && (await store.chainOf(size)) >= ended.length) high = middle;
    else low = middle + 1;
  }
  const first = sizes[low];
  if (first === undefined) return null;
  const { proof } = await store.readSettled(first);
  return parseTransaction(proof.transaction).inputs[0]?.outpoint ?? null;
}

function refused(message: string): AnchoringError {
  return new AnchoringError('ANCHOR_SUCCESSION_REFUSED', message);
}
