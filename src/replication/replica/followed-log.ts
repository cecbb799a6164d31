/**
 * One log that this node keeps a copy of. It takes what peers announce, fetches blocks up to each signed head, checks them,
 * and says what is stored: checked, on disk, and remembered, in that order. It follows no fork: what contradicts what it has
 * is kept as a proof, and from then on it keeps and gives what it had.
 */
import { equalBytes } from '../../base/bytes.js';
import { Rounds } from '../../base/rounds.js';
import type { Clock } from '../../base/time.js';
import { Turns } from '../../base/turns.js';
import type { LogKeys } from '../../ledger/log-reader.js';
import {
  type LogSegment,
  type PeerFork,
  type ReplicaConflict,
  type ReplicaLog,
  segmentsOfKeys,
} from '../../ledger/replica-log.js';
import type { ReplicaLogs } from '../../ledger/replica-logs.js';
import { rootHash } from '../../tlog/compact-range.js';
import type { AlarmCode, ReplicaAlarm } from './alarm.js';
import type { LogAnnouncement } from './announcement.js';
import {
  goesOnFrom,
  type PinnedLog,
  type SignedHead,
  verifiedHead,
  vouchedKeys,
} from './known-log.js';
import { proofFromConflict, proofFromHeads, proofFromTree } from './prove.js';
import { ReplicaError } from './replica-error.js';
import type { ReplicaMemory } from './replica-memory.js';
import { BlockFlaw, type Walk, WALK_START, walkBlock } from './walk.js';

/** What is told as it happens. Nothing of it may throw. */
export interface FollowObserver {
  /** Checked, on disk and remembered: what a receipt may be given for. */
  readonly onStored: (head: SignedHead) => void;
  /** The log is not followed any more. @param proof where it is kept, if there is one. */
  readonly onAlarm: (alarm: ReplicaAlarm, proof: string | null) => void;
  /** A peer sent what is not of this log; nothing of it was taken. Drop the peer. */
  readonly onInvalidData: (peer: Uint8Array | null) => void;
  /** This node's own trouble: no room, a disk that fails, a writer of a newer version. */
  readonly onFailure: (cause: unknown) => void;
}

export interface FollowedLogOptions {
  readonly pinned: PinnedLog;
  /** Of the tenant, 32 bytes; null of a blind replica. */
  readonly blockKey: Uint8Array | null;
  readonly logs: ReplicaLogs;
  readonly memory: ReplicaMemory;
  readonly clock: Clock;
  readonly observer: FollowObserver;
  readonly limits?: Partial<FollowLimits>;
}

export interface FollowLimits {
  /** Blocks that are asked for before those in front of them are checked. */
  readonly blocksAhead: number;
  /** Heads that wait to be compared. */
  readonly headsAhead: number;
}

export const FOLLOW_LIMITS: FollowLimits = { blocksAhead: 1_024, headsAhead: 256 };

export class FollowedLog {
  readonly #options: FollowedLogOptions;
  readonly #limits: FollowLimits;
  readonly #rounds = new Rounds(() => this.#round());
  /** Ends what is waited for: by `close`, and with an alarm. */
  readonly #ending = new AbortController();
  readonly #turns = new Turns();
  readonly #streams = new Set<object>();
  /** Oldest first; none before the first announcement. */
  #keys: readonly LogKeys[] = [];
  #log: ReplicaLog | null = null;
  /** The largest that was verified, and is remembered. */
  #head: SignedHead | null = null;
  /** Whether the blocks are those of that head: after a start they are looked at first. */
  #isHeadStored = false;
  /** Of a reader: how far it has come, and where it was at the head. */
  #walk: Walk = WALK_START;
  #walkAtHead: Walk | null = null;
  /** Announced beyond the head, by length. */
  #ahead: readonly SignedHead[] = [];
  #alarm: ReplicaAlarm | null = null;

  private constructor(options: FollowedLogOptions) {
    this.#options = options;
    this.#limits = { ...FOLLOW_LIMITS, ...options.limits };
  }

  /** @throws ReplicaError REPLICA_MEMORY_DAMAGED, REPLICA_MEMORY_NEWER; LedgerError LEDGER_DAMAGED, LEDGER_REPLICA_LIMIT. */
  static async open(options: FollowedLogOptions): Promise<FollowedLog> {
    const followed = new FollowedLog(options);
    await followed.#recall();
    return followed;
  }

  /** The largest head that is verified, on disk and remembered; null if there is none, or its blocks are not there yet. */
  get stored(): SignedHead | null {
    return this.#isHeadStored ? this.#head : null;
  }

  /** Blocks that have come in, from the first on; they may be false, and lost with the next power cut. */
  get written(): number {
    return this.#log?.length ?? 0;
  }

  /** Why it is not followed any more. */
  get alarm(): ReplicaAlarm | null {
    return this.#alarm;
  }

  /** What peers say of themselves and have not signed: that they cut the log. They are to be dropped. */
  peerForks(): readonly PeerFork[] {
    return this.#log?.peerForks() ?? [];
  }

  /** A block that was verified. @throws LedgerError LEDGER_DAMAGED if it is not there. */
  async block(number: number): Promise<Uint8Array> {
    const { stored } = this;
    if (this.#log === null || stored === null || number >= stored.binding.length)
      throw new RangeError('a block that was not verified is shown to nobody');
    return this.#log.block(number);
  }

  /** Takes blocks from the other end, and gives them. @param stream a Noise stream, or the Protomux on one. */
  replicateWith(stream: object): void {
    this.#streams.add(stream);
    this.#log?.replicateWith(stream);
  }

  /** The stream has ended. */
  forget(stream: object): void {
    this.#streams.delete(stream);
    this.#log?.forget(stream);
  }

  /**
   * Takes what a peer says of the log, whoever it is: a head counts by its signature.
   *
   * @throws ReplicaError REPLICA_HEAD_UNVERIFIED, REPLICA_KEYS_UNVERIFIED: drop the peer; REPLICA_BUSY: later again;
   * REPLICA_STOPPED; LedgerError LEDGER_DAMAGED, LEDGER_REPLICA_LIMIT.
   */
  announce(announcement: LogAnnouncement): Promise<void> {
    return this.#turns.take(() => this.#take(announcement));
  }

  /** Resolves when nothing that was announced is under way any more. */
  idle(): Promise<void> {
    return this.#rounds.idle();
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#rounds.stop();
    await this.#turns.take(() => Promise.resolve());
    await this.#log?.close();
  }

  async #recall(): Promise<void> {
    const { pinned, memory, blockKey } = this.#options;
    const remembered = await memory.of(pinned.origin);
    if (remembered === null) return;
    const { keys, checkpoint, walk, alarm } = remembered;
    this.#alarm = alarm;
    await this.#learn(keys);
    if (checkpoint === null) return;
    this.#head = this.#verified(checkpoint);
    // Without a tree of its own it begins at the first block again; that head is on its way.
    if (blockKey !== null) this.#walk = walk ?? WALK_START;
    this.#walkAtHead = walk;
    this.#rounds.begin();
  }

  async #take({ origin, keys, checkpoint }: LogAnnouncement): Promise<void> {
    if (this.#alarm !== null)
      throw new ReplicaError('REPLICA_STOPPED', `the log is not followed: ${this.#alarm.detail}`);
    if (origin !== this.#options.pinned.origin)
      throw new ReplicaError('REPLICA_HEAD_UNVERIFIED', 'the announced head is of another log');
    await this.#learn(keys);
    const head = this.#verified(checkpoint);
    const wrong = await this.#wrongWith(head);
    if (wrong !== null) return this.#stop(wrong);
    if (head.binding.length <= (this.#head?.binding.length ?? 0)) return;
    if (this.#ahead.some(({ note }) => note === head.note)) return;
    if (this.#ahead.length >= this.#limits.headsAhead)
      throw new ReplicaError('REPLICA_BUSY', 'too many heads of the log wait to be compared');
    this.#ahead = [...this.#ahead, head].sort((a, b) => a.binding.length - b.binding.length);
    this.#rounds.begin();
  }

  /** More keys than before: the log goes on in another Hypercore. */
  async #learn(keys: readonly LogKeys[]): Promise<void> {
    const { pinned, logs } = this.#options;
    vouchedKeys(pinned, keys);
    // An older announcement, of fewer keys, is as good.
    if (goesOnFrom(keys, this.#keys)) return;
    if (!goesOnFrom(this.#keys, keys))
      throw new ReplicaError(
        'REPLICA_KEYS_UNVERIFIED',
        'the log was handed over in another way before',
      );
    const segments = segmentsOfKeys(keys);
    if (this.#log === null) {
      const { onInvalidData } = this.#options.observer;
      const observer = {
        onNews: () => undefined,
        onInvalidData,
        onConflict: (conflict: ReplicaConflict) => {
          void this.#turns.take(() => this.#conflicting(conflict));
        },
      };
      this.#log = await logs.log(segments, observer, this.#head?.binding.length ?? 0);
      for (const stream of this.#streams) this.#log.replicateWith(stream);
    } else for (const segment of segments.slice(this.#keys.length)) await this.#log.extend(segment);
    this.#keys = keys;
  }

  #verified(note: string): SignedHead {
    const { pinned } = this.#options;
    return verifiedHead(note, pinned.origin, vouchedKeys(pinned, this.#keys), this.#keys);
  }

  /** What a signed head says that cannot be, beside what is known. */
  async #wrongWith(head: SignedHead): Promise<Wrong | null> {
    const { fork, length, discoveryKey, treeHash } = head.binding;
    for (const other of this.#head === null ? this.#ahead : [this.#head, ...this.#ahead]) {
      const proof = await proofFromHeads(other, head);
      if (proof !== null)
        return {
          code: 'misbehaviour',
          detail: `two heads of ${head.size} and ${other.size}`,
          proof,
        };
    }
    if (fork !== 0)
      return { code: 'cut', detail: `its Hypercore was cut ${fork} times`, proof: null };
    const log = this.#opened();
    if (!equalBytes(discoveryKey, log.discoveryKeyAt(length)))
      return { code: 'head-differs', detail: 'it is over another Hypercore', proof: null };
    if (!this.#isHeadStored || length > (this.#head?.binding.length ?? 0)) return null;
    return equalBytes(await log.treeHash(length), treeHash) ? null : this.#otherTree(head);
  }

  async #round(): Promise<void> {
    try {
      await this.#follow();
    } catch (cause) {
      if (this.#ending.signal.aborted) return;
      // The block is the writer's, by his signature; that it is wrong nobody sees who may not read it.
      if (cause instanceof BlockFlaw)
        await this.#stop({ code: 'block', detail: cause.message, proof: null });
      else this.#options.observer.onFailure(cause);
    }
  }

  /** Fetches and checks up to the newest signed head, and does so again while there are newer ones. */
  async #follow(): Promise<void> {
    if (this.#head !== null && !this.#isHeadStored && !(await this.#recover(this.#head))) return;
    for (let at = this.#start(); this.#alarm === null;) {
      const target = this.#ahead.at(-1);
      if (target === undefined) return;
      const to = Math.min(at + this.#limits.blocksAhead, target.binding.length);
      await this.#opened().fetch(to, this.#ending.signal);
      const reached = await this.#check(at, to);
      if (reached === 'wrong') return;
      if (reached !== null) await this.#store(reached);
      at = to;
    }
  }

  /** Where checking goes on. */
  #start(): number {
    return this.#options.blockKey === null ? (this.#head?.binding.length ?? 0) : this.#walk.length;
  }

  /** Of a head that was remembered: its blocks must be there, and be those. What a power cut took is fetched again. */
  async #recover(head: SignedHead): Promise<boolean> {
    const { length, treeHash } = head.binding;
    const log = this.#opened();
    if (this.#alarm !== null && log.length < length) return false;
    await log.fetch(length, this.#ending.signal);
    if (!equalBytes(await log.treeHash(length), treeHash)) {
      await this.#stop(await this.#otherTree(head));
      return false;
    }
    while (this.#options.blockKey !== null && this.#walk.length < length) {
      const reached = await this.#check(this.#walk.length, length, head);
      if (reached === 'wrong') return false;
    }
    await log.sync();
    this.#isHeadStored = true;
    this.#options.observer.onStored(head);
    return true;
  }

  /** Checks blocks, and each head on the way. @returns the last head that was found right. */
  async #check(from: number, to: number, also?: SignedHead): Promise<SignedHead | 'wrong' | null> {
    let right: SignedHead | null = null;
    for (let at = from; at < to;) {
      const heads = this.#ahead.filter(({ binding }) => binding.length > at);
      const expected = also ?? heads[0];
      const next = Math.min(to, expected?.binding.length ?? to);
      await this.#walkTo(next);
      at = next;
      if (expected?.binding.length !== at) continue;
      const wrong = await this.#wrongAt(expected);
      if (wrong !== null) {
        await this.#stop(wrong);
        return 'wrong';
      }
      right = expected;
    }
    return right;
  }

  async #walkTo(length: number): Promise<void> {
    const { blockKey, pinned } = this.#options;
    if (blockKey === null) return;
    const log = this.#opened();
    const walked = { pinned, keys: this.#keys, coreKey: log.key, blockKey };
    while (this.#walk.length < length)
      this.#walk = walkBlock(this.#walk, await log.block(this.#walk.length), walked);
  }

  /** Whether the blocks make what a head says. */
  async #wrongAt(head: SignedHead): Promise<Wrong | null> {
    const { length, treeHash } = head.binding;
    if (!equalBytes(await this.#opened().treeHash(length), treeHash)) return this.#otherTree(head);
    if (this.#options.blockKey === null) return null;
    const { size } = this.#walk.tree;
    if (size === head.size && equalBytes(rootHash(this.#walk.tree), head.rootHash)) return null;
    const detail = `the signed head of ${head.size} is another than ${length} blocks with ${size} entries make`;
    return { code: 'head-differs', detail, proof: null };
  }

  async #store(head: SignedHead): Promise<void> {
    const { blockKey, memory, observer, pinned } = this.#options;
    // A crash up to here leaves blocks that nothing was said of.
    await this.#opened().sync();
    // A crash between the two leaves blocks on disk, and the head before: they are checked again.
    const walk = blockKey === null ? null : this.#walk;
    const { note: checkpoint } = head;
    const { origin } = pinned;
    await memory.remember({ origin, keys: this.#keys, checkpoint, walk, alarm: null });
    // A crash from here on leaves what is about to be said.
    this.#head = head;
    this.#walkAtHead = walk;
    this.#isHeadStored = true;
    this.#ahead = this.#ahead.filter(({ binding }) => binding.length > head.binding.length);
    observer.onStored(head);
  }

  async #otherTree(head: SignedHead): Promise<Wrong> {
    const detail = `its Hypercore has another tree at ${head.binding.length} than the signed head says`;
    const segment = this.#segmentAt(head.binding.length);
    const proof = await proofFromTree(head, segment, this.#opened());
    return { code: proof === null ? 'head-differs' : 'misbehaviour', detail, proof };
  }

  /** Hypercore has found two signatures: what of it can be shown depends on a head that names that Hypercore. */
  async #conflicting(conflict: ReplicaConflict): Promise<void> {
    if (this.#alarm !== null) return;
    const log = this.#opened();
    const heads = this.#head === null ? this.#ahead : [this.#head, ...this.#ahead];
    const named = heads.find(({ binding }) => this.#segmentAt(binding.length) === conflict.segment);
    const proof = named === undefined ? null : await proofFromConflict(named, conflict, log);
    const detail = `two histories of ${conflict.length} blocks were signed`;
    await this.#stop({ code: proof === null ? 'conflict' : 'misbehaviour', detail, proof });
  }

  #segmentAt(length: number): LogSegment {
    const { segments } = this.#opened();
    const found = segments.findLast(({ begins }) => (begins?.length ?? 0) < length) ?? segments[0];
    if (found === undefined) throw new Error('a log without a Hypercore');
    return found;
  }

  /** Follows the log no more; what was verified stays, and is given. */
  async #stop({ code, detail, proof }: Wrong): Promise<void> {
    if (this.#alarm !== null) return;
    const { clock, memory, observer, pinned } = this.#options;
    const alarm = { at: clock.now(), code, detail };
    this.#alarm = alarm;
    this.#ahead = [];
    this.#ending.abort();
    const { origin } = pinned;
    // A crash here leaves no alarm: the log is followed, and what contradicts it is met again.
    const path = proof === null ? null : await memory.keepProof(origin, proof);
    // A crash here leaves a proof without an alarm; the same again.
    const checkpoint = this.#head?.note ?? null;
    const walk = this.#walkAtHead;
    await memory.remember({ origin, keys: this.#keys, checkpoint, walk, alarm });
    await this.#log?.stopTaking();
    observer.onAlarm(alarm, path);
  }

  #opened(): ReplicaLog {
    if (this.#log === null) throw new Error('a log that nobody has announced');
    return this.#log;
  }
}

interface Wrong {
  readonly code: AlarmCode;
  readonly detail: string;
  readonly proof: Uint8Array | null;
}
