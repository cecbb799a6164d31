/**
 * Anchors in a chain of blocks mined here, with none of our code: one run of headers at regtest
 * difficulty, one anchor transaction in each of some blocks, each spending the one before.
 */
import type { AnchorProof } from '../../../src/evidence/bitcoin/anchor-proof.js';
import {
  branchOf,
  coinbaseBytes,
  mineHeader,
  payloadScript,
  rootOf,
  sha256d,
  transactionBytes,
} from '../bitcoin/synthetic-chain.js';
import { at } from './synthetic-tree.js';

export interface AnchorOrder {
  readonly height: number;
  /** Head of the epoch log. */
  readonly size: number;
  readonly rootHash: Uint8Array;
  /** Of output 0; 22 bytes. */
  readonly chainScript?: Uint8Array;
}

export interface ChainOrder {
  /** Height of the first header. */
  readonly from: number;
  readonly startMillis: number;
  /** Headers to show from an anchor's block on. */
  readonly confirmations: number;
  /** In order of height. */
  readonly anchors: readonly AnchorOrder[];
}

export interface SyntheticChain {
  /** One for each order. */
  readonly proofs: readonly AnchorProof[];
  /** The first block, and the last of each proof: what somebody who knows the chain may pin. */
  readonly pins: readonly { readonly height: number; readonly hash: string }[];
  /** Every block as a node sends it, by height. */
  readonly rawBlocks: ReadonlyMap<number, Uint8Array>;
}

const BLOCK_SECONDS = 600;
export const CHAIN_SCRIPT = Buffer.from(`0014${'77'.repeat(20)}`, 'hex');

export function mineChain(order: ChainOrder): SyntheticChain {
  const { from, anchors, confirmations } = order;
  const blocks = new Map<number, Uint8Array[]>();
  let spends = sha256d(Buffer.from('funding'));
  for (const anchor of anchors) {
    const transaction = anchorTransaction(anchor, spends);
    spends = sha256d(transaction);
    blocks.set(anchor.height, [coinbaseBytes(heightPush(anchor.height)), filler(1), transaction]);
  }
  const last = Math.max(...anchors.map(({ height }) => height)) + confirmations;
  const headers: Buffer[] = [];
  const rawBlocks = new Map<number, Uint8Array>();
  let previous = sha256d(Buffer.from(`before ${from}`));
  for (let height = from; height < last; height++) {
    const transactions = blocks.get(height) ?? [coinbaseBytes(heightPush(height))];
    const header = mineHeader({
      previous,
      merkleRoot: rootOf(transactions.map(sha256d)),
      time: Math.floor(order.startMillis / 1000) + (height - from) * BLOCK_SECONDS,
    });
    headers.push(header);
    rawBlocks.set(height, Buffer.concat([header, Buffer.of(transactions.length), ...transactions]));
    previous = sha256d(header);
  }
  return {
    rawBlocks,
    pins: [from, ...anchors.map(({ height }) => height + confirmations - 1)].map((height) => ({
      height,
      hash: sha256d(at(headers, height - from))
        .reverse()
        .toString('hex'),
    })),
    proofs: anchors.map(({ height }) => {
      const block = blocks.get(height) ?? [];
      const leaves = block.map(sha256d);
      return {
        network: 'regtest',
        transaction: at(block, 2),
        index: 2,
        branch: branchOf(leaves, 2),
        coinbase: at(block, 0),
        coinbaseBranch: branchOf(leaves, 0),
        height,
        headersFrom: from,
        headers: Buffer.concat(headers.slice(0, height - from + confirmations)),
      };
    }),
  };
}

function anchorTransaction(anchor: AnchorOrder, spends: Uint8Array): Buffer {
  return transactionBytes({
    inputs: [{ txid: spends, vout: 0 }],
    outputs: [
      { value: 9000n, script: anchor.chainScript ?? CHAIN_SCRIPT },
      { value: 0n, script: payloadScript(anchor.size, anchor.rootHash) },
    ],
  });
}

function filler(salt: number): Buffer {
  return transactionBytes({
    inputs: [{ txid: sha256d(Buffer.of(salt)), vout: salt }],
    outputs: [{ value: 1n, script: Buffer.of(0x51) }],
  });
}

/** BIP 34, for heights of two bytes. */
function heightPush(height: number): Buffer {
  const push = Buffer.alloc(3);
  push[0] = 2;
  push.writeUInt16LE(height, 1);
  return push;
}
