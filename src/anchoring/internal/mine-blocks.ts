/** A run of new blocks on top of the development chain, made but not yet connected. */
import { assert } from '../../base/errors.js';
import { parseBlockHeader } from '../../evidence/bitcoin/block-header.js';
import type { Transaction } from '../../evidence/bitcoin/transaction.js';
import type { DevChainState } from './devchain-state.js';
import { medianTime } from './median-time.js';
import { mineBlock } from './mine-block.js';

export interface MiningOrder {
  readonly count: number;
  /** Script that the rewards go to. */
  readonly payTo: Uint8Array;
  /** For the first block, with what they pay in satoshi. */
  readonly transactions: readonly Transaction[];
  readonly fees: bigint;
  /** When each block should be dated, in seconds since 1970; later where consensus demands it. */
  readonly times: readonly number[];
  /** Different from that of every order before by at least its `count`. */
  readonly extraNonce: number;
}

const HALVING_INTERVAL = 150;
const FIRST_SUBSIDY = 5_000_000_000n;

/** What a block of that height makes, in satoshi: regtest's. */
export function subsidyAt(height: number): bigint {
  return FIRST_SUBSIDY >> BigInt(Math.floor(height / HALVING_INTERVAL));
}

export function mineBlocks(state: DevChainState, order: MiningOrder): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  const recent = state.timesTo(state.height);
  let previous = state.hashAt(state.height);
  assert(previous !== undefined, 'a chain starts with its genesis block');
  for (let at = 0; at < order.count; at++) {
    const height = state.height + 1 + at;
    const time = Math.max(order.times[at] ?? 0, medianTime(recent) + 1);
    const block = mineBlock({
      height,
      previous,
      time,
      transactions: at === 0 ? order.transactions : [],
      payTo: order.payTo,
      reward: subsidyAt(height) + (at === 0 ? order.fees : 0n),
      extraNonce: order.extraNonce + at,
    });
    blocks.push(block);
    recent.push(time);
    previous = parseBlockHeader(block.subarray(0, 80)).hash;
  }
  return blocks;
}
