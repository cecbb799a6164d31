/** A coin that an operator names for the chain of anchors to spend: looked up before it is believed. */
import { equalBytes } from '../base/bytes.js';
import type { Outpoint } from '../evidence/bitcoin/transaction.js';
import type { AnchorCoin } from './anchor-transaction.js';
import type { ChainSource } from './chain-source.js';
import { AnchoringError } from './errors.js';

export interface FundingCoin extends AnchorCoin {
  /** Of the block that made it. */
  readonly height?: number;
}

/**
 * @param script that the coin must pay.
 * @throws AnchoringError ANCHOR_COIN_REFUSED where it is spent, unconfirmed or paid to others; and as
 * the source's own calls.
 */
export async function fundingCoin(
  source: ChainSource,
  outpoint: Outpoint,
  script: Uint8Array,
): Promise<FundingCoin> {
  const coin = await source.coin(outpoint);
  if (coin === undefined || !equalBytes(coin.script, script))
    throw new AnchoringError(
      'ANCHOR_COIN_REFUSED',
      'the coin is no confirmed, unspent output to the anchor address: name one that is',
    );
  return { outpoint, value: coin.value, height: coin.height };
}
