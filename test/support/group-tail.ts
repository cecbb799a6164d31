/**
 * The log of a shared ledger as its group has it on disk, below the stores of its members: in memory, so that a crash of one
 * member takes nothing from it. What is put into it counts as shown.
 */
import { toHex } from '../../src/base/bytes.js';
import type { HexDigest } from '../../src/base/hex-digest.js';
import { appendBlock, treeHash, type TreeRoots } from '../../src/ledger/internal/hypercore-tree.js';
import type { LogKeys } from '../../src/ledger/log-reader.js';
import type { SharedSecret } from '../../src/ledger/log-secrets.js';
import type { SharedLog } from '../../src/ledger/shared-log.js';
import { verifiedHead, vouchedKeys } from '../../src/replication/replica/known-log.js';
import type { TailPlace } from '../../src/replication/replica/tail.js';
import { type Walk, WALK_START, walkBlock } from '../../src/replication/replica/walk.js';
import type { CarryParts } from '../../src/replication/shared/carry-up.js';
import type { WriterTerm } from '../../src/tlog/election.js';
import { parseVerifierKey } from '../../src/tlog/note-key.js';

export class GroupTail {
  readonly blockKey: Uint8Array;
  readonly coreKey: Uint8Array;
  readonly recoveryKey: string;
  readonly blocks: Uint8Array[] = [];
  /** At the end of each block that has one: a signed checkpoint, by number of blocks. */
  readonly notes = new Map<number, string>();
  /** What each block rests on. */
  readonly secrets: (readonly SharedSecret[])[] = [];
  keys: readonly LogKeys[];
  term: WriterTerm;

  constructor(
    { blockKey, coreKey, recoveryKey }: Pick<SharedLog, 'blockKey' | 'coreKey' | 'recoveryKey'>,
    keys: readonly LogKeys[],
    term: WriterTerm,
  ) {
    this.blockKey = blockKey;
    this.coreKey = coreKey;
    this.recoveryKey = recoveryKey;
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
    const firstKey = parseVerifierKey(this.keys[0]?.verifierKey ?? '');
    const origin = firstKey.name;
    const pinned = { origin, firstKey, recoveryKey: parseVerifierKey(this.recoveryKey) };
    const { blockKey, coreKey, keys } = this;
    let [walk, roots]: [Walk, TreeRoots] = [WALK_START, []];
    for (const [number, block] of this.blocks.entries()) {
      roots = appendBlock(roots, number, block);
      walk = walkBlock(walk, block, { pinned, keys, coreKey, blockKey });
    }
    const note = this.notes.get(this.length);
    const head =
      note === undefined ? null : verifiedHead(note, origin, vouchedKeys(pinned, keys), keys);
    return { walk, head, treeHash: treeHash(roots), keys, coreKey };
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
