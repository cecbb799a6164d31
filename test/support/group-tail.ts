/**
 * The log of a shared ledger as its group has it on disk, below the stores of its members: in memory, so that a crash of one
 * member takes nothing from it. What is put into it counts as shown.
 */
import type { UnixMillis } from '../../src/base/brand.js';
import { toHex } from '../../src/base/bytes.js';
import type { HexDigest } from '../../src/base/hex-digest.js';
import { appendBlock, treeHash, type TreeRoots } from '../../src/ledger/internal/hypercore-tree.js';
import type { LogKeys } from '../../src/ledger/log-reader.js';
import type { SharedSecret } from '../../src/ledger/shared-log.js';
import { openBlock } from '../../src/records/block.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import type { TailPlace } from '../../src/replication/replica/tail.js';
import type { CarryParts } from '../../src/replication/shared/carry-up.js';
import { appendLeaves, type CompactRange, EMPTY_RANGE } from '../../src/tlog/compact-range.js';
import type { WriterTerm } from '../../src/tlog/election.js';
import { leafHash } from '../../src/tlog/merkle-hash.js';

export class GroupTail {
  readonly blockKey: Uint8Array;
  readonly coreKey: Uint8Array;
  readonly blocks: Uint8Array[] = [];
  /** At the end of each block that has one: a signed checkpoint, by number of blocks. */
  readonly notes = new Map<number, string>();
  /** What each block rests on. */
  readonly secrets: (readonly SharedSecret[])[] = [];
  keys: readonly LogKeys[];
  term: WriterTerm;

  constructor(
    { blockKey, coreKey }: { readonly blockKey: Uint8Array; readonly coreKey: Uint8Array },
    keys: readonly LogKeys[],
    term: WriterTerm,
  ) {
    this.blockKey = blockKey;
    this.coreKey = coreKey;
    this.keys = keys;
    this.term = term;
  }

  get length(): number {
    return this.blocks.length;
  }

  push(block: Uint8Array, note: string, secrets: readonly SharedSecret[] = []): void {
    this.blocks.push(block);
    this.secrets.push(secrets);
    this.notes.set(this.length, note);
  }

  /** The very end, as an elected writer weighs it. */
  place(): TailPlace {
    let [tree, roots]: [CompactRange, TreeRoots] = [EMPTY_RANGE, []];
    let recordedAt = 0 as UnixMillis;
    for (const [number, block] of this.blocks.entries()) {
      roots = appendBlock(roots, number, block);
      const place = { coreKey: this.coreKey, blockNumber: number };
      const { entries } = openBlock(block, this.blockKey, place);
      const statements = entries.map(({ statement }) => statement);
      tree = appendLeaves(tree, statements.map(leafHash));
      for (const statement of statements) recordedAt = parseStatement(statement).recordedAt;
    }
    const walk = { length: this.length, tree, recordedAt, keeping: null };
    return { walk, treeHash: treeHash(roots), keys: this.keys, coreKey: this.coreKey };
  }

  treeHashWith(block: Uint8Array): Uint8Array {
    const all = [...this.blocks, block];
    return treeHash(all.reduce<TreeRoots>((roots, one, at) => appendBlock(roots, at, one), []));
  }

  /** As a member's own tail shows it to what carries it up. */
  get tail(): CarryParts['tail'] {
    const headAt = (limit: number) => {
      const length = Math.max(0, ...[...this.notes.keys()].filter((one) => one <= limit));
      const note = this.notes.get(length);
      return note === undefined ? null : { binding: { length }, note };
    };
    const shown = {
      ...{ headAt, keep: () => Promise.resolve(), place: { keys: this.keys } },
      block: (number: number) => Promise.resolve(this.blocks[number]),
      view: { end: { length: this.length, segments: [] }, groups: [] },
    };
    return shown as unknown as CarryParts['tail'];
  }
}

export function nodeIdOf(publicKey: Uint8Array): HexDigest {
  return toHex(publicKey) as HexDigest;
}
