/**
 * Blocks that somebody else has mined: checked as a Bitcoin node checks them, kept aside, and made the
 * chain once there is more work in them. Answers are those of Bitcoin Core's `submitblock`.
 */
import type { BlockHash } from '../../evidence/bitcoin/hash256.js';
import { AnchoringError } from '../errors.js';
import { blockFault, placeFault } from './block-rules.js';
import { spendsFault } from './block-spends.js';
import { DevChainState } from './devchain-state.js';
import type { DevChainStore } from './devchain-store.js';
import { MEDIAN_SPAN, medianTime } from './median-time.js';
import { parseRawBlock } from './raw-block.js';
import type { RawBlock } from './raw-block.js';
import { SideBlocks } from './side-blocks.js';
import type { SideBlock } from './side-blocks.js';

/** `connected`: it is the tip. `inconclusive`: kept aside. Otherwise why it is refused. */
export type SubmittedBlock =
  | { readonly outcome: 'connected'; readonly disconnected: readonly Uint8Array[] }
  | { readonly outcome: 'inconclusive' }
  | { readonly outcome: 'refused'; readonly reason: string };

const INCONCLUSIVE: SubmittedBlock = { outcome: 'inconclusive' };

export class SubmittedBlocks {
  readonly #store: DevChainStore;
  readonly #side = new SideBlocks();

  constructor(store: DevChainStore) {
    this.#store = store;
  }

  /** @param now in seconds since 1970 @throws as `DevChainStore.append` */
  async submit(bytes: Uint8Array, now: number): Promise<SubmittedBlock> {
    const block = read(bytes);
    if (block === undefined) return refused('Block decode failed');
    const { hash, previousBlock } = block.header;
    if (this.#side.isInvalid(hash)) return refused('duplicate-invalid');
    if (this.#store.state.heightOfBlock(hash) !== undefined || this.#side.get(hash) !== undefined)
      return refused('duplicate');
    const fault = blockFault(block);
    if (fault !== undefined) return refused(fault);
    if (this.#side.isInvalid(previousBlock)) return refused('bad-prevblk');
    const height = this.#heightOf(previousBlock);
    if (height === undefined) return refused('prev-blk-not-found');
    const side = { ...block, bytes: bytes.slice(), height: height + 1 };
    const times = this.#timesTo(previousBlock);
    const misplaced = placeFault(block, {
      height: side.height,
      medianTime: medianTime(times),
      now,
    });
    if (misplaced !== undefined) return refused(misplaced);
    this.#side.add(side);
    // Every block has the same work, so the longest chain has most; of two alike the first one stays.
    return side.height > this.#store.state.height ? this.#activate(side) : INCONCLUSIVE;
  }

  async #activate(tip: SideBlock): Promise<SubmittedBlock> {
    const branch = this.#side.branchTo(tip);
    const { state } = this.#store;
    const fork = (branch[0]?.height ?? 0) - 1;
    const broken = firstFault(state, fork, branch);
    if (broken !== undefined) {
      // All that builds on it is invalid with it, and the chain stays as it was.
      for (const { header } of branch.slice(broken.at)) this.#side.condemn(header.hash);
      return broken.at === branch.length - 1 ? refused(broken.reason) : INCONCLUSIVE;
    }
    const disconnected = await this.#blocksAbove(fork);
    if (fork < state.height) await this.#store.append({ kind: 'disconnect', height: fork });
    // A crash here leaves the chain at the fork: shorter, and the branch can be submitted again.
    await this.#store.append({ kind: 'connect', blocks: branch.map(({ bytes }) => bytes) });
    for (const { header } of branch) this.#side.remove(header.hash);
    disconnected.forEach((bytes, at) => {
      this.#side.add({ ...parseRawBlock(bytes), bytes, height: fork + 1 + at });
    });
    return { outcome: 'connected', disconnected };
  }

  #heightOf(hash: BlockHash): number | undefined {
    return this.#side.get(hash)?.height ?? this.#store.state.heightOfBlock(hash);
  }

  /** Of the eleven blocks that end at `hash`, oldest first. */
  #timesTo(hash: BlockHash): number[] {
    const { state } = this.#store;
    const times: number[] = [];
    let at = hash;
    for (let side = this.#side.get(at); side !== undefined; side = this.#side.get(at)) {
      times.unshift(side.header.time);
      at = side.header.previousBlock;
    }
    const fork = state.heightOfBlock(at) ?? 0;
    return [...state.timesTo(fork), ...times].slice(-MEDIAN_SPAN);
  }

  async #blocksAbove(height: number): Promise<Uint8Array[]> {
    const { state } = this.#store;
    const blocks: Uint8Array[] = [];
    for (let at = height + 1; at <= state.height; at++) {
      const hash = state.hashAt(at);
      if (hash !== undefined) blocks.push(await this.#store.readBlock(hash));
    }
    return blocks;
  }
}

/** Tried on a copy, so that a block which does not hold leaves nothing behind. */
function firstFault(
  state: DevChainState,
  fork: number,
  branch: readonly SideBlock[],
): { readonly at: number; readonly reason: string } | undefined {
  const trial = new DevChainState(state);
  while (trial.height > fork) trial.disconnect();
  for (const [at, { bytes, transactions }] of branch.entries()) {
    const reason = spendsFault(transactions, trial) ?? trial.connect(bytes, 0);
    if (reason !== undefined) return { at, reason };
  }
  return undefined;
}

function read(bytes: Uint8Array): RawBlock | undefined {
  try {
    return parseRawBlock(bytes);
  } catch (cause) {
    if (cause instanceof AnchoringError) return undefined;
    throw cause;
  }
}

function refused(reason: string): SubmittedBlock {
  return { outcome: 'refused', reason };
}
