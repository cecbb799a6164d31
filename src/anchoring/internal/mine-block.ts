/** Makes blocks as consensus wants them (BIP 34, BIP 141), at a difficulty of two tries each. */
import { Transaction } from 'bitcoinjs-lib';
import { concat, u64be, utf8 } from '../../base/bytes.js';
import {
  HEADER_BYTES,
  encodeCompactTarget,
  meetsTarget,
  parseBlockHeader,
} from '../../evidence/bitcoin/block-header.js';
import { coinbaseHeightPush } from '../../evidence/bitcoin/block-inclusion.js';
import { internalOrder } from '../../evidence/bitcoin/hash256.js';
import type { BlockHash } from '../../evidence/bitcoin/hash256.js';
import { merkleRoot } from '../../evidence/bitcoin/merkle-branch.js';
import { REGTEST } from '../../evidence/bitcoin/network.js';
import type { Transaction as ReadTransaction } from '../../evidence/bitcoin/transaction.js';
import { RESERVED_VALUE, witnessCommitment } from './witness-commitment.js';

export interface BlockTemplate {
  readonly height: number;
  readonly previous: BlockHash;
  /** Seconds since 1970. */
  readonly time: number;
  readonly transactions: readonly ReadTransaction[];
  /** Script that the subsidy and fees go to, in satoshi. */
  readonly payTo: Uint8Array;
  readonly reward: bigint;
  /** Makes a block unlike every other of this chain, also one that was mined at this height before. */
  readonly extraNonce: number;
}

/**
 * BIP 9 form; bit 1 is the vote for segwit, so that nodes that still count those votes on regtest take
 * these blocks too.
 */
const BLOCK_VERSION = 0x20000002;
const MINER = utf8('/chirograph devchain/');

export function mineBlock(template: BlockTemplate): Uint8Array {
  const { transactions } = template;
  const coinbase = coinbaseOf(template);
  const leaves = [coinbase.getHash(), ...transactions.map(({ hash }) => hash)];
  const header = mineHeader(template, merkleRoot(leaves));
  const count = compactSize(1 + transactions.length);
  return concat(header, count, coinbase.toBuffer(), ...transactions.map(({ bytes }) => bytes));
}

function coinbaseOf(template: BlockTemplate): Transaction {
  const { height, transactions, payTo, reward, extraNonce } = template;
  const coinbase = new Transaction();
  coinbase.version = 2;
  const nonce = u64be(extraNonce);
  const script = concat(
    coinbaseHeightPush(height),
    Uint8Array.of(nonce.length),
    nonce,
    Uint8Array.of(MINER.length),
    MINER,
  );
  coinbase.addInput(new Uint8Array(32), 0xffffffff, 0xffffffff, script);
  coinbase.addOutput(payTo, reward);
  if (transactions.some(({ hasWitness }) => hasWitness)) {
    coinbase.addOutput(witnessCommitment(transactions), 0n);
    coinbase.setWitness(0, [RESERVED_VALUE]);
  }
  return coinbase;
}

function mineHeader(template: BlockTemplate, root: Uint8Array): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setInt32(0, BLOCK_VERSION, true);
  header.set(internalOrder(template.previous), 4);
  header.set(root, 36);
  view.setUint32(68, template.time, true);
  view.setUint32(72, encodeCompactTarget(REGTEST.maxTarget), true);
  for (let nonce = 0; ; nonce++) {
    view.setUint32(76, nonce, true);
    if (meetsTarget(parseBlockHeader(header))) return header;
  }
}

function compactSize(value: number): Uint8Array {
  if (value < 0xfd) return Uint8Array.of(value);
  return Uint8Array.of(0xfd, value & 0xff, value >> 8);
}
