/** Coins that an operator names for the chain of anchors: to pay in, or for a successor to start from. */
import type { Succession } from '../anchoring/anchorer.js';
import type { FundingCoin } from '../anchoring/funding-coin.js';
import { formatOutpoint, OUTPOINT_PATTERN, parseOutpoint } from '../anchoring/outpoint-text.js';
import type { Outpoint } from '../evidence/bitcoin/transaction.js';

export interface AnchorFunding {
  readonly topUpAnchors: (outpoint: Outpoint) => Promise<FundingCoin>;
  readonly succeedAnchors: (outpoint: Outpoint) => Promise<Succession>;
}

export interface NamedCoin {
  /** As it was named. */
  readonly outpoint: string;
  /** In satoshi: at most 21·10¹⁴, which a double holds. */
  readonly value: number;
}

/** What `outpoint` is of, here and below. */
export const COIN_PATTERN = OUTPOINT_PATTERN;

/** @throws AnchoringError as `Anchorer.topUp`. */
export async function topUpAnchors(node: AnchorFunding, outpoint: string): Promise<NamedCoin> {
  const { value } = await node.topUpAnchors(parseOutpoint(outpoint));
  return { outpoint, value: Number(value) };
}

/**
 * @returns `before`, the coin that the old chain ended at, besides.
 * @throws AnchoringError as `Anchorer.succeed`.
 */
export async function succeedAnchors(
  node: AnchorFunding,
  outpoint: string,
): Promise<NamedCoin & { readonly before: string }> {
  const { before, coin } = await node.succeedAnchors(parseOutpoint(outpoint));
  return { before: formatOutpoint(before), outpoint, value: Number(coin.value) };
}
