/** Which of many ledgers of one tenant has the longest way through the tenant's map, in operations. */
import { u64be } from '../../../../src/base/bytes.js';
import { mapKey } from './long-path.js';

export interface LedgerInMap {
  readonly handle: Uint8Array;
  /** Of its path. */
  readonly depth: number;
  /** One operation more for a sibling on the right, and none for the leaf. */
  readonly operations: number;
}

/** A double holds 53 bits of a key exactly: no two of a million agree in as many. */
const LOW = 2 ** 21;

/** What `longestOfLedgers` finds among so many; half of them have at most 53 operations, all but 100 at most 86. */
export const LONGEST_OF_A_MILLION: LedgerInMap = {
  handle: u64be(536_660),
  depth: 42,
  operations: 106,
};

/** @param count of ledgers whose handles are the numbers from 0 on. */
export function longestOfLedgers(count: number): LedgerInMap {
  const keys = new Float64Array(count);
  for (let n = 0; n < count; n++) keys[n] = keyOf(n);
  const sorted = keys.toSorted();
  let longest = { key: 0, depth: 0, operations: 0 };
  let before = 0;
  for (let at = 0; at < count; at++) {
    const key = sorted[at] ?? 0;
    const next = sorted[at + 1];
    const after = next === undefined ? 0 : parting(key, next);
    const depth = Math.max(before, after);
    before = after;
    const operations = operationsOf(key, depth);
    if (operations > longest.operations) longest = { key, depth, operations };
  }
  const handle = u64be(keys.indexOf(longest.key));
  return { handle, depth: longest.depth, operations: longest.operations };
}

/** The first 53 bits of its key: 32, and 21. */
function keyOf(n: number): number {
  const key = mapKey(u64be(n));
  return key.readUInt32BE(0) * LOW + (key.readUInt32BE(4) >>> 11);
}

/** How deep the paths of two keys are at least: one below the last bit in which they agree. */
function parting(a: number, b: number): number {
  const high = Math.floor(a / LOW) ^ Math.floor(b / LOW);
  if (high !== 0) return Math.clz32(high) + 1;
  const low = (a % LOW) ^ (b % LOW);
  if (low === 0) throw new Error('two keys agree in all bits that are looked at');
  return 32 + Math.clz32(low << 11) + 1;
}

function operationsOf(key: number, depth: number): number {
  const high = Math.floor(key / LOW);
  const low = key % LOW;
  let operations = 3 * depth;
  for (let bit = 0; bit < depth; bit++)
    operations -= (bit < 32 ? high >>> (31 - bit) : low >>> (52 - bit)) & 1;
  return operations;
}
