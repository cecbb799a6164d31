/** Blocks with faults: made by hand on a block of a chain, and mined at regtest's difficulty. */
import { Transaction } from 'bitcoinjs-lib';
import {
  RESERVED_VALUE,
  witnessCommitment,
} from '../../../src/anchoring/internal/witness-commitment.js';
import { concat, u64be } from '../../../src/base/bytes.js';
import { parseBlockHeader, meetsTarget } from '../../../src/evidence/bitcoin/block-header.js';
import { coinbaseHeightPush } from '../../../src/evidence/bitcoin/block-inclusion.js';
import { internalOrder } from '../../../src/evidence/bitcoin/hash256.js';
import type { BlockHash } from '../../../src/evidence/bitcoin/hash256.js';
import { merkleRoot } from '../../../src/evidence/bitcoin/merkle-branch.js';
import { parseTransaction } from '../../../src/evidence/bitcoin/transaction.js';

export interface BlockPlan {
  readonly previous: BlockHash;
  readonly height: number;
  readonly time: number;
  readonly transactions?: readonly Uint8Array[];
  readonly payTo?: Uint8Array;
  /** In satoshi; the subsidy of the height unless told. */
  readonly reward?: bigint;
  readonly version?: number;
  readonly bits?: number;
  readonly meetsTarget?: boolean;
  /** The height that the coinbase names. */
  readonly namedHeight?: number;
  readonly commitment?: 'right' | 'wrong' | 'none';
  readonly merkleRoot?: Uint8Array;
  /** What stands in the block, after the header was made for what ought to. */
  readonly listed?: (transactions: readonly Uint8Array[]) => readonly Uint8Array[];
}

export const REGTEST_BITS = 0x207fffff;
const NOWHERE = Uint8Array.of(0x6a);
const HALVING_INTERVAL = 150;

/** Unlike every other block. */
let salt = 0;

export function blockBytes(plan: BlockPlan): Uint8Array {
  const transactions = plan.transactions ?? [];
  const coinbase = coinbaseOf(plan, transactions);
  const root =
    plan.merkleRoot ??
    merkleRoot([coinbase.getHash(), ...transactions.map((one) => parseTransaction(one).hash)]);
  const all = [coinbase.toBuffer(), ...transactions];
  const listed = plan.listed?.(all) ?? all;
  return concat(mined(plan, root), compactSize(listed.length), ...listed);
}

export function subsidyOf(height: number): bigint {
  return 5_000_000_000n >> BigInt(Math.floor(height / HALVING_INTERVAL));
}

function coinbaseOf(plan: BlockPlan, transactions: readonly Uint8Array[]): Transaction {
  const { height, payTo = NOWHERE, commitment = 'right' } = plan;
  const coinbase = new Transaction();
  coinbase.version = 2;
  const script = concat(
    coinbaseHeightPush(plan.namedHeight ?? height),
    Uint8Array.of(8),
    u64be(++salt),
  );
  coinbase.addInput(new Uint8Array(32), 0xffffffff, 0xffffffff, script);
  coinbase.addOutput(payTo, plan.reward ?? subsidyOf(height));
  if (commitment !== 'none') {
    const right = witnessCommitment(transactions.map((bytes) => ({ bytes })));
    const written = commitment === 'right' ? right : right.map((byte, at) => (at < 6 ? byte : 0));
    coinbase.addOutput(written, 0n);
    coinbase.setWitness(0, [RESERVED_VALUE]);
  }
  return coinbase;
}

function mined(plan: BlockPlan, root: Uint8Array): Uint8Array {
  const header = new Uint8Array(80);
  const view = new DataView(header.buffer);
  view.setInt32(0, plan.version ?? 0x20000000, true);
  header.set(internalOrder(plan.previous), 4);
  header.set(root, 36);
  view.setUint32(68, plan.time, true);
  view.setUint32(72, plan.bits ?? REGTEST_BITS, true);
  for (let nonce = 0; ; nonce++) {
    view.setUint32(76, nonce, true);
    if (meetsTarget(parseBlockHeader(header)) === (plan.meetsTarget ?? true)) return header;
  }
}

function compactSize(value: number): Uint8Array {
  return value < 0xfd ? Uint8Array.of(value) : Uint8Array.of(0xfd, value & 0xff, value >> 8);
}
