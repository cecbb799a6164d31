/**
 * What is here of a log that another node writes, or that several do in turn: keys, blocks, the signed heads that were held
 * against them, and what is remembered of it. What is claimed of it is on disk and remembered; all before that is guessing.
 */
import { equalBytes } from '../../base/bytes.js';
import { Turns } from '../../base/turns.js';
import type { KeyPair } from '../../keys/key-pair.js';
import { damaged } from '../../ledger/ledger-error.js';
import type { LogKeys } from '../../ledger/log-reader.js';
import {
  type LogSegment,
  type ReplicaLog,
  type ReplicaObserver,
  segmentsOfKeys,
} from '../../ledger/replica-log.js';
import type { ReplicaLogs } from '../../ledger/replica-logs.js';
import type { ReplicaAlarm } from './alarm.js';
import { keysAt } from './key-order.js';
import { type PinnedLog, type SignedHead, verifiedHead, vouchedKeys } from './known-log.js';
import { MAX_HEADS, type NextBlock, type Remembered } from './remembered.js';
import { ReplicaError } from './replica-error.js';
import type { ReplicaMemory } from './replica-memory.js';
import { type Walk, WALK_START, walkBlock } from './walk.js';

export interface LogCopyOptions {
  readonly pinned: PinnedLog;
  /** Of the tenant, 32 bytes; null of a blind replica. */
  readonly blockKey: Uint8Array | null;
  readonly logs: ReplicaLogs;
  readonly memory: ReplicaMemory;
}

/** A head that the blocks are held against, and the walk there: of a blind replica, only how far it is. */
export interface CheckedHead {
  readonly head: SignedHead;
  readonly walk: Walk;
}

export class LogCopy {
  readonly #options: LogCopyOptions;
  readonly #observer: ReplicaObserver;
  readonly #streams = new Set<object>();
  readonly #remembering = new Turns();
  /** Oldest first; none before the first announcement. */
  #keys: readonly LogKeys[] = [];
  #log: ReplicaLog | null = null;
  /** Nothing below is discarded. */
  #kept: CheckedHead | null = null;
  /** Larger ones, ascending. */
  #heads: readonly CheckedHead[] = [];
  /** Where the log ends; behind the last head only after something was discarded. */
  #end: CheckedEnd = NO_END;
  /** How far the blocks have been looked at, heads or not. */
  #walk: Walk = WALK_START;
  /** Whether the blocks are those that are remembered: after a start they are looked at first. */
  #isThere = true;
  /** A block of this node's own that a crash cut short. */
  #unfinished: NextBlock | null = null;
  #alarm: ReplicaAlarm | null = null;

  private constructor(options: LogCopyOptions, observer: ReplicaObserver) {
    this.#options = options;
    this.#observer = observer;
  }

  /** @throws ReplicaError REPLICA_MEMORY_DAMAGED, REPLICA_MEMORY_NEWER; LedgerError LEDGER_DAMAGED, LEDGER_REPLICA_LIMIT. */
  static async open(options: LogCopyOptions, observer: ReplicaObserver): Promise<LogCopy> {
    const copy = new LogCopy(options, observer);
    await copy.#recall();
    return copy;
  }

  get keys(): readonly LogKeys[] {
    return this.#keys;
  }

  get log(): ReplicaLog {
    if (this.#log === null) throw new Error('a log that nobody has announced');
    return this.#log;
  }

  /** Blocks that have come in; they may be false, and lost with the next power cut. */
  get written(): number {
    return this.#log?.length ?? 0;
  }

  /** The largest head that was checked and is remembered. */
  get head(): CheckedHead | null {
    return this.#heads.at(-1) ?? this.#kept;
  }

  /** Those since the one that is kept, with it, ascending. */
  get heads(): readonly CheckedHead[] {
    return this.#kept === null ? this.#heads : [this.#kept, ...this.#heads];
  }

  get kept(): number {
    return this.#kept?.walk.length ?? 0;
  }

  /** Where it ends that is checked, on disk and remembered; it counts once `isThere`. */
  get end(): Walk {
    return this.#end.walk;
  }

  get walk(): Walk {
    return this.#walk;
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  get unfinished(): NextBlock | null {
    return this.#unfinished;
  }

  get alarm(): ReplicaAlarm | null {
    return this.#alarm;
  }

  replicateWith(stream: object): void {
    this.#streams.add(stream);
    this.#log?.replicateWith(stream);
  }

  forget(stream: object): void {
    this.#streams.delete(stream);
    this.#log?.forget(stream);
  }

  /** The first of the keys that were announced. */
  async useFirst(keys: readonly LogKeys[]): Promise<void> {
    await this.#useKeys(keys.slice(0, 1).map((one) => ({ ...one, ended: null })));
  }

  /** One more pair of keys, vouched for: the log goes on in another Hypercore. Nothing is remembered of it yet. */
  async extend(next: LogKeys, ended: LogKeys['ended']): Promise<void> {
    const before = this.#keys.map((one, at) =>
      at === this.#keys.length - 1 ? { ...one, ended } : one,
    );
    await this.#useKeys([...before, { ...next, ended: null }]);
  }

  /** A head by the keys that are in use. @throws ReplicaError REPLICA_HEAD_UNVERIFIED. */
  verified(note: string, keys = this.#keys): SignedHead {
    const { pinned } = this.#options;
    return verifiedHead(note, pinned.origin, vouchedKeys(pinned, keys, this.#keys), keys);
  }

  /** Looks at the blocks up to a length, which have come in. @throws BlockFlaw, KeysFlaw. */
  async walkTo(length: number): Promise<void> {
    const { blockKey, pinned } = this.#options;
    if (blockKey === null) {
      this.#walk = { ...WALK_START, length: Math.max(length, this.#walk.length) };
      return;
    }
    const { key: coreKey } = this.log;
    const walked = { pinned, keys: this.#keys, coreKey, blockKey };
    while (this.#walk.length < length)
      this.#walk = walkBlock(this.#walk, await this.log.block(this.#walk.length), walked);
  }

  /** Looks again from a place on that was looked at before. */
  async walkAgainTo(length: number): Promise<void> {
    const near = [this.#end.walk, ...this.heads.map(({ walk }) => walk)].filter(
      (walk) => walk.length <= length,
    );
    this.#walk = near.reduce((a, b) => (b.length > a.length ? b : a), WALK_START);
    await this.walkTo(length);
  }

  /** The walk as it would be with one more block of this node's own. @throws BlockFlaw, KeysFlaw. */
  walkedWith(block: Uint8Array, keys: readonly LogKeys[]): Walk {
    const { blockKey, pinned } = this.#options;
    if (blockKey === null) throw new Error('a blind replica writes nothing');
    return walkBlock(this.#end.walk, block, { pinned, keys, coreKey: this.log.key, blockKey });
  }

  /**
   * The blocks make what that head says.
   *
   * @param isKept nothing below is discarded any more.
   */
  async store(checked: CheckedHead, isKept: boolean): Promise<void> {
    // A crash up to here leaves blocks that nothing was said of.
    await this.log.sync();
    const end = checked.walk.length >= this.#end.walk.length ? endAt(checked) : this.#end;
    const heads = isKept ? [] : [...this.#heads, checked].slice(-MAX_HEADS);
    const kept = isKept ? checked : this.#kept;
    // A crash between the two leaves blocks on disk, and the head before: they are checked again.
    await this.#remember({ kept, heads, end });
    // A crash from here on leaves what is about to be said.
    [this.#kept, this.#heads, this.#end] = [kept, heads, end];
    this.#isThere = true;
  }

  /** Nothing below the newest head up to there is discarded any more. Remembered with what is stored next. */
  keep(length: number): void {
    const kept = this.heads.findLast(({ walk }) => walk.length <= length);
    if (kept === undefined) return;
    this.#kept = kept;
    this.#heads = this.#heads.filter(({ walk }) => walk.length > kept.walk.length);
  }

  /** Cuts the log to so many blocks, at most those that are there. Durable when it returns. */
  async discard(length: number): Promise<void> {
    if (length < this.kept) throw new RangeError('what was shown is not discarded');
    await this.walkAgainTo(length);
    const treeHash = length === 0 ? NO_END.treeHash : await this.log.treeHash(length);
    const end = { walk: this.#walk, treeHash };
    const heads = this.#heads.filter(({ walk }) => walk.length <= length);
    const keys = keysAt(this.#keys, length);
    // A crash before this leaves all that was there.
    await this.#remember({ keys, heads, end });
    // A crash from here on leaves blocks behind the end, and Hypercores that nothing names: neither is part of the log.
    [this.#heads, this.#end, this.#unfinished] = [heads, end, null];
    await this.#useKeys(keys);
  }

  /** Gives up keys that nothing was stored of. */
  async forgetKeys(): Promise<void> {
    if (this.#keys.length === 0 || !this.#isThere) return;
    const { length } = this.#end.walk;
    await this.walkAgainTo(length);
    await this.#useKeys(keysAt(this.#keys, length));
  }

  /** One more block of this node's own behind the end, in the newest Hypercore. @param grown with it. */
  async append(next: NextBlock, grown: CheckedHead, keyPair: KeyPair): Promise<void> {
    this.#expectCore(grown);
    // A crash before this leaves the log as it was.
    await this.#remember({ next });
    // A crash from here on leaves a block that is finished before anything else is written: it may have been sent already.
    this.#unfinished = next;
    await this.log.append(next.block, keyPair);
    await this.log.sync();
    // A crash from here on leaves the block, and with what is remembered it counts.
    this.#grow(grown);
  }

  /** The first block of keys of this node's own. @param keys all of them. @param grown with it. */
  async begin(
    keys: readonly LogKeys[],
    block: Uint8Array,
    grown: CheckedHead,
    keyPair: KeyPair,
  ): Promise<void> {
    await this.#useKeys(keys);
    this.#expectCore(grown);
    await this.log.append(block, keyPair);
    await this.log.sync();
    // A crash up to here leaves a Hypercore that nothing names, and whose key nobody was told.
    await this.#remember({ heads: [...this.#heads, grown], end: endAt(grown) });
    // A crash from here on leaves the log with that block.
    this.#grow(grown);
  }

  #expectCore({ head: { binding } }: CheckedHead): void {
    const { length } = this.log;
    const isOver = equalBytes(binding.discoveryKey, this.log.discoveryKeyAt(binding.length));
    if (isOver && length === binding.length - 1) return;
    const what =
      'the head of a block of one’s own: its Hypercore is another, or holds a block there';
    throw new ReplicaError('REPLICA_HEAD_UNVERIFIED', what);
  }

  /** Follows the log no more; what was verified stays, and is given. @returns where the proof is. */
  async stop(alarm: ReplicaAlarm, proof: Uint8Array | null): Promise<string | null> {
    const { memory, pinned } = this.#options;
    this.#alarm = alarm;
    // A crash here leaves no alarm: the log is followed, and what contradicts it is met again.
    const path = proof === null ? null : await memory.keepProof(pinned.origin, proof);
    // A crash here leaves a proof without an alarm; the same again.
    await this.#remember({});
    await this.#log?.stopTaking();
    return path;
  }

  /**
   * What is remembered is there: all of it was looked at.
   *
   * @throws LedgerError LEDGER_DAMAGED for other blocks behind the last head than there were.
   */
  async found(heads: readonly CheckedHead[]): Promise<void> {
    const { treeHash, walk } = this.#end;
    if (!equalBytes(await this.log.treeHash(walk.length), treeHash))
      throw damaged('the blocks of a replica are not those that were there');
    await this.log.sync();
    const [kept, rest] = this.#kept === null ? [null, heads] : [heads[0] ?? null, heads.slice(1)];
    [this.#kept, this.#heads] = [kept, rest];
    this.#end = { ...this.#end, walk: this.#walk };
    this.#isThere = true;
    await this.#finishIfThere();
  }

  /** BLAKE2b tree hash that the log has at its end. */
  get endTreeHash(): Uint8Array {
    return this.#end.treeHash;
  }

  async close(): Promise<void> {
    await this.#log?.close();
  }

  async #recall(): Promise<void> {
    const { blockKey, memory, pinned } = this.#options;
    const remembered = await memory.of(pinned.origin);
    if (remembered === null) return;
    const { keys, checkpoint, walk, heads, end, next, alarm } = remembered;
    this.#alarm = alarm;
    vouchedKeys(pinned, keys);
    this.#keys = keys;
    const all = [...(checkpoint === null ? [] : [checkpoint]), ...heads].map((note, at) => {
      const head = this.verified(note);
      // Without a tree of its own it begins at the first block again; those heads are on its way.
      const place = { ...WALK_START, length: head.binding.length };
      return { head, walk: at === 0 && checkpoint !== null ? (walk ?? place) : place };
    });
    const last = all.at(-1);
    this.#end = last === undefined ? NO_END : endAt(last);
    if (end !== null) this.#end = { ...end, walk: { ...WALK_START, length: end.length } };
    await this.#useKeys(keys);
    [this.#kept, this.#heads] = checkpoint === null ? [null, all] : [all[0] ?? null, all.slice(1)];
    this.#walk = walk ?? WALK_START;
    if (blockKey === null) this.#walk = this.#end.walk;
    this.#unfinished = next;
    this.#isThere = this.#end.walk.length === 0;
  }

  async #useKeys(keys: readonly LogKeys[]): Promise<void> {
    const segments = segmentsOfKeys(keys);
    if (this.#log === null) {
      this.#log = await this.#options.logs.log(segments, this.#observer, this.#end.walk.length);
      for (const stream of this.#streams) this.#log.replicateWith(stream);
    } else {
      const same = commonSegments(this.#log.segments, segments);
      await this.#log.rewind(same);
      for (const segment of segments.slice(same)) await this.#log.extend(segment);
    }
    this.#keys = keys;
  }

  /** The power went while a block of its own was written: it is all there, or `unfinished`. */
  async #finishIfThere(): Promise<void> {
    const next = this.#unfinished;
    if (next === null || this.log.length <= this.#end.walk.length) return;
    const head = this.verified(next.note);
    await this.walkAgainTo(head.binding.length);
    if (!equalBytes(await this.log.treeHash(head.binding.length), head.binding.treeHash)) return;
    this.#grow({ head, walk: this.#walk });
  }

  #grow(checked: CheckedHead): void {
    this.#heads = [...this.#heads, checked].slice(-MAX_HEADS);
    this.#end = endAt(checked);
    this.#walk = checked.walk;
    this.#unfinished = null;
    this.#isThere = true;
  }

  #remember({
    keys = this.#keys,
    kept = this.#kept,
    heads = this.#heads,
    end = this.#end,
    next = null,
  }: Partial<State>): Promise<void> {
    const { blockKey, memory, pinned } = this.#options;
    const last = heads.at(-1) ?? kept;
    const remembered: Remembered = {
      ...{ origin: pinned.origin, keys, next, alarm: this.#alarm },
      checkpoint: kept?.head.note ?? null,
      walk: blockKey === null || kept === null ? null : kept.walk,
      heads: heads.map(({ head }) => head.note),
      end:
        end.walk.length > (last?.walk.length ?? 0)
          ? { length: end.walk.length, treeHash: end.treeHash }
          : null,
    };
    return this.#remembering.take(() => memory.remember(remembered));
  }
}

interface CheckedEnd {
  readonly walk: Walk;
  readonly treeHash: Uint8Array;
}

interface State {
  readonly keys: readonly LogKeys[];
  readonly kept: CheckedHead | null;
  readonly heads: readonly CheckedHead[];
  readonly end: CheckedEnd;
  readonly next: NextBlock | null;
}

const NOTHING = new Uint8Array();
const NO_END: CheckedEnd = { walk: WALK_START, treeHash: NOTHING };

function endAt({ head, walk }: CheckedHead): CheckedEnd {
  return { walk, treeHash: head.binding.treeHash };
}

/** At least one, which is never another. */
function commonSegments(one: readonly LogSegment[], other: readonly LogSegment[]): number {
  const differs = one.findIndex((segment, at) => {
    const same = other[at];
    return same === undefined || !isSameSegment(segment, same);
  });
  return Math.max(1, differs === -1 ? one.length : differs);
}

function isSameSegment(one: LogSegment, other: LogSegment): boolean {
  return (
    equalBytes(one.publicKey, other.publicKey) &&
    one.begins?.length === other.begins?.length &&
    equalBytes(one.begins?.treeHash ?? NOTHING, other.begins?.treeHash ?? NOTHING)
  );
}
