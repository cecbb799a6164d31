/**
 * Blocks of a development chain for a trust file. Anyone can mine on top of one where mining costs
 * nothing, so a verifier believes an anchor only if its own block, or a later one, is pinned: these
 * are the blocks at which the proofs of the newest anchors end.
 */
import { HEADER_BYTES, parseBlockHeader } from '../evidence/bitcoin/block-header.js';
import type { AnchorStore } from './anchor-store.js';

export interface PinnedBlock {
  readonly hash: string;
  readonly height: number;
}

/** Of the newest `limit` anchors of each epoch log that the node has had. */
export async function pinnedBlocks(
  stores: readonly AnchorStore[],
  limit: number,
): Promise<PinnedBlock[]> {
  const blocks = await Promise.all(stores.map((store) => newestBlocks(store, limit)));
  return blocks.flat();
}

async function newestBlocks(anchors: AnchorStore, limit: number): Promise<PinnedBlock[]> {
  const blocks: PinnedBlock[] = [];
  for (const size of anchors.settledSizes.slice(-limit)) {
    const { headers, headersFrom } = (await anchors.readSettled(size)).proof;
    const count = headers.length / HEADER_BYTES;
    const { hash } = parseBlockHeader(headers.subarray(-HEADER_BYTES));
    blocks.push({ hash, height: headersFrom + count - 1 });
  }
  return blocks;
}
