/** Coins that keep a chain of anchors funded: what the operator paid to its script, and named. */
import type { Outpoint } from '../evidence/bitcoin/transaction.js';
import { knowsCoin, type WrittenChain } from './anchor-book.js';
import type { AnchorFees } from './anchor-decision.js';
import { type AnchorCoin, MAX_TOP_UPS } from './anchor-transaction.js';
import type { ChainSource } from './chain-source.js';
import { AnchoringError } from './errors.js';
import { type FundingCoin, fundingCoin } from './funding-coin.js';

/** Virtual bytes of one input more. */
const INPUT_BYTES = 68;

/** @throws AnchoringError ANCHOR_COIN_REFUSED, and as the source's own calls. */
export async function checkedTopUp(
  source: ChainSource,
  chain: WrittenChain,
  outpoint: Outpoint,
  { policy }: AnchorFees,
): Promise<FundingCoin> {
  if (chain.topUps.length >= MAX_TOP_UPS)
    throw refused(`${MAX_TOP_UPS} coins wait already: name more once they are paid in`);
  const coin = await fundingCoin(source, outpoint, chain.script);
  if (knowsCoin(chain, coin)) throw refused('the chain of anchors has the coin already');
  const least = Math.ceil(policy.capRate * INPUT_BYTES);
  if (coin.value <= BigInt(least))
    throw refused(`the coin is worth less than paying it in may cost: pay more than ${least} sat`);
  return coin;
}

/**
 * Those that can be spent now. The others stay on record: a reorganisation took them, or a thief of the
 * key, and an anchor that spent them would be refused.
 */
export async function unspentOf(
  source: ChainSource,
  coins: readonly AnchorCoin[],
): Promise<AnchorCoin[]> {
  const unspent: AnchorCoin[] = [];
  for (const coin of coins)
    if ((await source.coin(coin.outpoint)) !== undefined) unspent.push(coin);
  return unspent;
}

function refused(message: string): AnchoringError {
  return new AnchoringError('ANCHOR_COIN_REFUSED', message);
}
