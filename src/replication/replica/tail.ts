/**
 * The log of a ledger as one member of its group has it: received from who writes, or written by this node, and cut where
 * the group goes on from an earlier place (docs/decisions/0045-shared-ledgers.md). What it says of itself is on disk.
 */
import { equalBytes, fromHex } from '../../base/bytes.js';
import { digestToHex } from '../../base/hex-digest.js';
import type { Turns } from '../../base/turns.js';
import type { KeyPair } from '../../keys/key-pair.js';
import type { LogKeys } from '../../ledger/log-reader.js';
import type { PeerFork } from '../../ledger/replica-log.js';
import type { GroupStatement } from '../../records/statement.js';
import { rootHash } from '../../tlog/compact-range.js';
import { isElected } from '../../tlog/election.js';
import { EMPTY_VIEW, type LogView } from '../protocol/log-view.js';
import type { ReplicaAlarm } from './alarm.js';
import type { LogAnnouncement } from './announcement.js';
import { type FollowObserver, FollowedLog, type FollowedLogOptions } from './followed-log.js';
import { viewOf } from './keeping.js';
import { goesOnFrom, isSameStart, keysAt } from './key-order.js';
import { isSameKey, type SignedHead, termsOf, vouchedKeys } from './known-log.js';
import type { CheckedHead, LogCopy } from './log-copy.js';
import type { NextBlock } from './remembered.js';
import { ReplicaError } from './replica-error.js';
import type { Walk } from './walk.js';

export interface TailOptions extends Omit<FollowedLogOptions, 'mayDiscard' | 'observer'> {
  /** Of the tenant, 32 bytes: who cannot read the log cannot know who keeps it. */
  readonly blockKey: Uint8Array;
  readonly observer: TailObserver;
}

export interface TailObserver extends Omit<FollowObserver, 'onStored'> {
  /** By following: checked, on disk and remembered. */
  readonly onStored: (view: LogView, head: SignedHead) => void;
}

/** A block of this node's own, sealed, with the head over it. */
export interface OwnBlock extends NextBlock {
  /** Of the Hypercore that it belongs to. */
  readonly corePair: KeyPair;
}

/** The very end of the log. */
export interface TailPlace {
  readonly walk: Walk;
  /** The newest up to there; null if nothing was signed yet. */
  readonly head: SignedHead | null;
  readonly treeHash: Uint8Array;
  /** All of the log, oldest first. */
  readonly keys: readonly LogKeys[];
  /** Of the first Hypercore. */
  readonly coreKey: Uint8Array;
}

export class Tail {
  readonly #options: TailOptions;
  readonly #log: FollowedLog;
  readonly #copy: LogCopy;
  readonly #turns: Turns;
  #announced: {
    readonly head: CheckedHead;
    readonly keys: readonly LogKeys[];
    readonly announcement: LogAnnouncement;
  } | null = null;

  private constructor(
    options: TailOptions,
    { log, copy, turns }: Awaited<ReturnType<typeof FollowedLog.openWith>>,
  ) {
    this.#options = options;
    this.#log = log;
    this.#copy = copy;
    this.#turns = turns;
  }

  /** @throws ReplicaError REPLICA_MEMORY_DAMAGED, REPLICA_MEMORY_NEWER; LedgerError LEDGER_DAMAGED, LEDGER_REPLICA_LIMIT. */
  static async open(options: TailOptions): Promise<Tail> {
    const { observer } = options;
    const opened: { tail: Tail | null } = { tail: null };
    const onStored = (head: SignedHead): void => {
      if (opened.tail !== null) observer.onStored(opened.tail.view, head);
    };
    const parts = await FollowedLog.openWith({
      ...options,
      mayDiscard: true,
      observer: { ...observer, onStored },
    });
    const tail = new Tail(options, parts);
    // What is there is looked at before anybody asks; what is not there is fetched, for as long as that takes.
    if (parts.copy.written >= parts.copy.end.length) await parts.log.idle();
    opened.tail = tail;
    return tail;
  }

  /** Whether all that was ever told of is here; not after the disk was lost: this member has forgotten what it had. */
  get isWhole(): boolean {
    return this.#copy.isThere;
  }

  /** On disk, checked and remembered. Nothing before the log names a group, nor while `isWhole` is false. */
  get view(): LogView {
    const { end, isThere, keys } = this.#copy;
    return isThere ? viewOf(end.keeping, keys, end.length) : EMPTY_VIEW;
  }

  /** The newest entry that says who keeps the log; null before the first. */
  get group(): GroupStatement | null {
    const { end, isThere } = this.#copy;
    return isThere ? (end.keeping?.groups.at(-1)?.statement ?? null) : null;
  }

  /** Over the very end; null where what came behind it was discarded. */
  get head(): SignedHead | null {
    const { end, head, isThere } = this.#copy;
    return isThere && head?.walk.length === end.length ? head.head : null;
  }

  /** What others may be told: the newest head, and the keys up to there. */
  get announcement(): LogAnnouncement | null {
    const { head, isThere, keys } = this.#copy;
    if (!isThere || head === null) return null;
    // Asked for with each heartbeat, and seldom another one.
    if (this.#announced?.head !== head || this.#announced.keys !== keys) {
      const { origin } = this.#options.pinned;
      const { note: checkpoint } = head.head;
      const announcement = { origin, keys: keysAt(keys, head.walk.length), checkpoint };
      this.#announced = { head, keys, announcement };
    }
    return this.#announced.announcement;
  }

  /** What a block of this node's own would go on from; null while `isWhole` is false, or nothing was announced yet. */
  get place(): TailPlace | null {
    const { end, endTreeHash, head, isThere, keys } = this.#copy;
    if (!isThere || keys.length === 0) return null;
    return {
      ...{ walk: end, head: head?.head ?? null, treeHash: endTreeHash },
      ...{ keys, coreKey: this.#copy.log.key },
    };
  }

  /** BLAKE2b tree hash that the log would have with one more block. */
  treeHashWith(block: Uint8Array): Promise<Uint8Array> {
    return this.#copy.log.treeHashWith(this.#copy.end.length, block);
  }

  /** The newest head over at most so many blocks, and more than are kept; null if there is none. */
  headAt(length: number): SignedHead | null {
    const { heads, isThere, kept } = this.#copy;
    const found = heads.findLast(({ walk }) => walk.length <= length && walk.length > kept);
    return isThere ? (found?.head ?? null) : null;
  }

  /** A block of this node's own that a crash cut short; nothing else is written before `finish`. */
  get isUnfinished(): boolean {
    return this.#copy.unfinished !== null;
  }

  get alarm(): ReplicaAlarm | null {
    return this.#log.alarm;
  }

  /**
   * Follows what is announced, and only ever appends.
   *
   * @throws ReplicaError REPLICA_DIVERGED for a log that does not go on from this one: `discard` what it does not have first;
   * else as `FollowedLog.announce`.
   */
  announce(announcement: LogAnnouncement): Promise<void> {
    return this.#log.announce(announcement);
  }

  /** See `FollowedLog.compare`. */
  compare(announcement: LogAnnouncement): Promise<boolean> {
    return this.#log.compare(announcement);
  }

  /**
   * Cuts the log to so many blocks; what is being fetched is given up. Durable when it returns.
   *
   * @throws RangeError below what is kept.
   */
  discard(length: number): Promise<LogView> {
    return this.#alone(async () => {
      if (this.#copy.isThere && length < this.#copy.end.length) await this.#copy.discard(length);
    });
  }

  /**
   * This node writes from here on, by keys of its own and with this block.
   *
   * @param keys all of the log; the last are new, and the pair before ended on the very end of the log. Else nothing is written.
   * @throws ReplicaError REPLICA_KEYS_UNVERIFIED for keys that the newest group has not elected, REPLICA_HEAD_UNVERIFIED.
   */
  begin({
    keys,
    block,
    note,
    corePair,
  }: OwnBlock & { keys: readonly LogKeys[] }): Promise<LogView> {
    return this.#alone(async () => {
      const copy = this.#copy;
      if (!copy.isThere || !this.#endsHere(keys)) return;
      this.#expectElected(keys);
      const grown = await this.#weighed({ block, note }, keys);
      if (!equalBytes(corePair.publicKey, fromHex(keys.at(-1)?.corePublicKey ?? '')))
        throw unverified('it is not of the keys that begin');
      await copy.begin(keys, block, grown, corePair);
    });
  }

  /**
   * The writer's next block. Durable when it returns.
   *
   * @throws ReplicaError REPLICA_HEAD_UNVERIFIED; REPLICA_DIVERGED where the newest Hypercore already holds a block there:
   * one that a crash cut short (`finish` it), or that was discarded (`begin` with new keys).
   */
  append({ block, note, corePair }: OwnBlock): Promise<LogView> {
    return this.#alone(async () => {
      const copy = this.#copy;
      if (!copy.isThere || this.isUnfinished || copy.written !== copy.end.length)
        throw new ReplicaError(
          'REPLICA_DIVERGED',
          'the Hypercore holds another block there already',
        );
      await copy.append({ block, note }, await this.#weighed({ block, note }, copy.keys), corePair);
    });
  }

  /** Writes the block that a crash cut short, as it was. @param corePair of the newest Hypercore. */
  finish(corePair: KeyPair): Promise<LogView> {
    return this.#alone(async () => {
      const next = this.#copy.unfinished;
      if (next === null) return;
      await this.#copy.append(next, await this.#weighed(next, this.#copy.keys), corePair);
    });
  }

  /** So many blocks are shown: nothing below is discarded any more. */
  keep(length: number): Promise<void> {
    return this.#turns.take(() => {
      if (this.#copy.isThere) this.#copy.keep(Math.min(length, this.#copy.end.length));
      return Promise.resolve();
    });
  }

  /** A block that was verified. @throws LedgerError LEDGER_DAMAGED if it is not there. */
  block(number: number): Promise<Uint8Array> {
    return this.#log.block(number);
  }

  /** Takes blocks from the other end, and gives them. @param stream a Noise stream, or the Protomux on one. */
  replicateWith(stream: object): void {
    this.#log.replicateWith(stream);
  }

  /** The stream has ended. */
  forget(stream: object): void {
    this.#log.forget(stream);
  }

  peerForks(): readonly PeerFork[] {
    return this.#log.peerForks();
  }

  idle(): Promise<void> {
    return this.#log.idle();
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  /** With nothing else under way. */
  #alone(act: () => Promise<void>): Promise<LogView> {
    return this.#turns.take(async () => {
      await this.#log.pause();
      await this.#copy.forgetKeys();
      await act();
      return this.view;
    });
  }

  #endsHere(keys: readonly LogKeys[]): boolean {
    const { end, endTreeHash, keys: known } = this.#copy;
    const ended = keys.at(-2)?.ended ?? null;
    return (
      keys.length === known.length + 1 &&
      goesOnFrom(known, keys) &&
      isSameStart(known.slice(0, -1), keys, known.length - 1) &&
      ended?.length === end.length &&
      ended.size === end.tree.size &&
      ended.rootHash === digestToHex(rootHash(end.tree)) &&
      equalBytes(fromHex(ended.treeHash), endTreeHash)
    );
  }

  #expectElected(keys: readonly LogKeys[]): void {
    const { end, keys: known } = this.#copy;
    const { origin } = this.#options.pinned;
    vouchedKeys(this.#options.pinned, keys, known);
    const at = keys.length - 2;
    const ended = keys[at]?.ended ?? null;
    const group = end.keeping?.groups.at(-1)?.statement;
    if (
      ended?.election === undefined ||
      group === undefined ||
      !isElected(origin, termsOf(keys, at, ended), ended.election, group)
    )
      throw new ReplicaError('REPLICA_KEYS_UNVERIFIED', 'the group has not elected who begins');
  }

  /** The log as it would be with that block. @throws ReplicaError REPLICA_HEAD_UNVERIFIED; BlockFlaw. */
  async #weighed({ block, note }: NextBlock, keys: readonly LogKeys[]): Promise<CheckedHead> {
    const copy = this.#copy;
    const head = copy.verified(note, keys);
    const walk = copy.walkedWith(block, keys);
    const { length, treeHash } = head.binding;
    const [newest] = vouchedKeys(this.#options.pinned, keys, keys).slice(-1);
    const isOver =
      length === walk.length &&
      head.size === walk.tree.size &&
      equalBytes(head.rootHash, rootHash(walk.tree)) &&
      equalBytes(treeHash, await copy.log.treeHashWith(copy.end.length, block));
    if (!isOver || newest === undefined || !isSameKey(newest, head.key))
      throw unverified('it is not the newest key’s over the log with that block');
    return { head, walk };
  }
}

function unverified(reason: string): ReplicaError {
  return new ReplicaError('REPLICA_HEAD_UNVERIFIED', `the head of a block of one’s own: ${reason}`);
}
