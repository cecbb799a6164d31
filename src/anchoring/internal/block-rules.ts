/**
 * What a block must be before anyone looks at what it spends: Bitcoin Core's CheckBlock and its checks of
 * a header and a block in their place, on regtest. Reasons are Core's.
 */
import { concat, equalBytes } from '../../base/bytes.js';
import { encodeCompactTarget, meetsTarget } from '../../evidence/bitcoin/block-header.js';
import type { BlockHeader } from '../../evidence/bitcoin/block-header.js';
import { coinbaseHeightPush } from '../../evidence/bitcoin/block-inclusion.js';
import { merkleRoot } from '../../evidence/bitcoin/merkle-branch.js';
import { REGTEST } from '../../evidence/bitcoin/network.js';
import { isCoinbase } from '../../evidence/bitcoin/transaction.js';
import type { Transaction } from '../../evidence/bitcoin/transaction.js';
import { isMutated } from './mutated-tree.js';
import type { RawBlock } from './raw-block.js';
import { weightOf } from './relay-policy.js';
import { isFinal } from './time-locks.js';
import type { NextBlock } from './time-locks.js';
import { witnessFault } from './witness-commitment.js';

/** Where the block is to stand, and when it is looked at. */
export interface BlockPlaceInChain extends NextBlock {
  /** In seconds since 1970. */
  readonly now: number;
}

const REGTEST_BITS = encodeCompactTarget(REGTEST.maxTarget);
/** BIP 34, 66 and 65 left none below. */
const LEAST_VERSION = 4;
const MAX_AHEAD_SECONDS = 2 * 60 * 60;
const MAX_WEIGHT = 4_000_000;
const HEADER_AND_COUNT = 81;
const COINBASE_SCRIPT = { least: 2, most: 100 } as const;

/** Nothing but the block itself is needed for these. @returns why it is none, or undefined */
export function blockFault({ header, transactions }: RawBlock): string | undefined {
  if (!meetsTarget(header)) return 'high-hash';
  const leaves = transactions.map(({ hash }) => hash);
  if (!equalBytes(merkleRoot(leaves), header.merkleRoot)) return 'bad-txnmrklroot';
  // The root is right, and some transactions stand there twice: refused, and not remembered as invalid.
  if (isMutated(leaves)) return 'bad-txns-duplicate';
  const [coinbase, ...others] = transactions;
  if (coinbase === undefined || !isCoinbase(coinbase)) return 'bad-cb-missing';
  if (others.some(isCoinbase)) return 'bad-cb-multiple';
  const length = coinbase.inputs[0]?.scriptSig.length ?? 0;
  if (length < COINBASE_SCRIPT.least || length > COINBASE_SCRIPT.most) return 'bad-cb-length';
  const stripped = transactions.reduce((sum, one) => sum + one.stripped.length, HEADER_AND_COUNT);
  return 4 * stripped > MAX_WEIGHT ? 'bad-blk-length' : undefined;
}

/** As `blockFault`, of the block in its place. */
export function placeFault(
  { header, transactions }: RawBlock,
  place: BlockPlaceInChain,
): string | undefined {
  return headerPlaceFault(header, place) ?? contentsFault(transactions, place);
}

function headerPlaceFault(header: BlockHeader, place: BlockPlaceInChain): string | undefined {
  if (header.bits !== REGTEST_BITS) return 'bad-diffbits';
  if (header.time <= place.medianTime) return 'time-too-old';
  if (header.time > place.now + MAX_AHEAD_SECONDS) return 'time-too-new';
  if (header.version >= LEAST_VERSION) return undefined;
  return `bad-version(0x${(header.version >>> 0).toString(16).padStart(8, '0')})`;
}

function contentsFault(
  transactions: readonly Transaction[],
  place: BlockPlaceInChain,
): string | undefined {
  if (!transactions.every((transaction) => isFinal(transaction, place))) return 'bad-txns-nonfinal';
  const script = transactions[0]?.inputs[0]?.scriptSig ?? concat();
  const push = coinbaseHeightPush(place.height);
  if (!equalBytes(script.subarray(0, push.length), push)) return 'bad-cb-height';
  const weight = transactions.reduce((sum, one) => sum + weightOf(one), 4 * HEADER_AND_COUNT);
  return witnessFault(transactions) ?? (weight > MAX_WEIGHT ? 'bad-blk-weight' : undefined);
}
