/**
 * Blocks of a short chain that verifiers pin: every thousandth. Proofs carry the headers from the last
 * but one before their anchor, so a trust file verifies anchors of the next thousand blocks too.
 */
import { parseBlockHeader } from '../evidence/bitcoin/block-header.js';
import type { ChainSource } from './chain-source.js';

/** Fewer than the headers that one proof may hold. */
const SPACING = 1_000;
/** Block 0 is the same in every chain of a network, and pins nothing. */
const FIRST = 1;

/** Where the headers of a proof must begin to reach a block that is pinned. */
export function linkedFrom(height: number): number {
  return FIRST + Math.max(0, Math.floor((height - FIRST) / SPACING) - 1) * SPACING;
}

export interface PinnedBlock {
  readonly hash: string;
  readonly height: number;
}

/** All that can be pinned now. */
export async function pinnedBlocks(source: ChainSource): Promise<PinnedBlock[]> {
  const { height: tip } = await source.tip();
  const blocks: PinnedBlock[] = [];
  for (let height = FIRST; height <= tip; height += SPACING) {
    const { hash } = parseBlockHeader(await source.headerAt(height));
    blocks.push({ hash, height });
  }
  return blocks;
}
