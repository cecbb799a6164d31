/** Coins that an operator names for the chain of anchors to pay in. */
import type { FundingCoin } from '../anchoring/funding-coin.js';
import { OUTPOINT_PATTERN, parseOutpoint } from '../anchoring/outpoint-text.js';
import type { Outpoint } from '../evidence/bitcoin/transaction.js';

export interface AnchorFunding {
  readonly topUpAnchors: (outpoint: Outpoint) => Promise<FundingCoin>;
}

export interface NamedCoin {
  /** As it was named. */
  readonly outpoint: string;
  /** In satoshi: at most 21·10¹⁴, which a double holds. */
  readonly value: number;
}

/** What `outpoint` is of. */
export const COIN_PATTERN = OUTPOINT_PATTERN;

/** @throws AnchoringError as `Anchorer.topUp`. */
export async function topUpAnchors(node: AnchorFunding, outpoint: string): Promise<NamedCoin> {
  const { value } = await node.topUpAnchors(parseOutpoint(outpoint));
  return { outpoint, value: Number(value) };
}
