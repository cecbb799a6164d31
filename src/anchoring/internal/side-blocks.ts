/**
 * Blocks that are not of the best chain, or not any more, and may become so: kept until a block on top of
 * them makes more work. In memory alone, and so many: what is forgotten can be submitted again.
 */
import type { BlockHash } from '../../evidence/bitcoin/hash256.js';
import type { RawBlock } from './raw-block.js';

export interface SideBlock extends RawBlock {
  readonly bytes: Uint8Array;
  readonly height: number;
}

const MAX_BLOCKS = 1_000;
const MAX_BYTES = 64 * 1024 * 1024;

export class SideBlocks {
  readonly #blocks = new Map<BlockHash, SideBlock>();
  readonly #invalid = new Set<BlockHash>();
  #bytes = 0;

  get(hash: BlockHash): SideBlock | undefined {
    return this.#blocks.get(hash);
  }

  isInvalid(hash: BlockHash): boolean {
    return this.#invalid.has(hash);
  }

  /** The oldest go where there is no room. */
  add(block: SideBlock): void {
    this.remove(block.header.hash);
    this.#blocks.set(block.header.hash, block);
    this.#bytes += block.bytes.length;
    for (const [hash] of this.#blocks) {
      if (this.#blocks.size <= MAX_BLOCKS && this.#bytes <= MAX_BYTES) break;
      this.remove(hash);
    }
  }

  remove(hash: BlockHash): void {
    this.#bytes -= this.#blocks.get(hash)?.bytes.length ?? 0;
    this.#blocks.delete(hash);
  }

  /** Never looked at again, and nothing that builds on it. */
  condemn(hash: BlockHash): void {
    this.remove(hash);
    this.#invalid.add(hash);
    if (this.#invalid.size > MAX_BLOCKS) this.#invalid.delete([...this.#invalid][0] ?? hash);
  }

  /** From the one that follows a block of the chain to `tip`. */
  branchTo(tip: SideBlock): SideBlock[] {
    const branch = [tip];
    for (;;) {
      const below = this.#blocks.get(branch[0]?.header.previousBlock ?? tip.header.hash);
      if (below === undefined) return branch;
      branch.unshift(below);
    }
  }
}
