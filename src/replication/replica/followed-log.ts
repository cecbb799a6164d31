/**
 * One log that this node keeps a copy of. It takes what peers announce, fetches blocks up to each signed head, checks them,
 * and says what is stored: checked, on disk, and remembered, in that order. It follows no fork: what contradicts what it has
 * is kept as a proof, and from then on it keeps and gives what it had.
 */
import { Rounds } from '../../base/rounds.js';
import type { Clock } from '../../base/time.js';
import { Turns } from '../../base/turns.js';
import type { PeerFork, ReplicaConflict } from '../../ledger/replica-log.js';
import type { ReplicaAlarm } from './alarm.js';
import { type Announced, announcedBy } from './announced.js';
import type { LogAnnouncement } from './announcement.js';
import { checkFound, checkTo, isWrong } from './check-blocks.js';
import { FOLLOW_LIMITS, type FollowLimits, Fetching, type ToSecure } from './fetching.js';
import { areSameKeys, goesOnFrom, isSameStart, keysAt } from './key-order.js';
import type { SignedHead } from './known-log.js';
import { type CheckedHead, LogCopy, type LogCopyOptions } from './log-copy.js';
import { mayGoOnBy } from './next-keys.js';
import { isBehindItsEnd, placeOf } from './place.js';
import { ReplicaError } from './replica-error.js';
import { BlockFlaw, KeysFlaw } from './walk.js';
import { type Wrong, wrongBeside, wrongCore, wrongSignatures, wrongTree } from './wrong.js';

/** What is told as it happens. Nothing of it may throw. */
export interface FollowObserver {
  /** Checked, on disk and remembered: what a receipt may be given for. */
  readonly onStored: (head: SignedHead) => void;
  /** The log is not followed any more. @param proof where it is kept, if there is one. */
  readonly onAlarm: (alarm: ReplicaAlarm, proof: string | null) => void;
  /** A peer sent what is not of this log; nothing of it was taken. Drop the peer. */
  readonly onInvalidData: (peer: Uint8Array | null) => void;
  /** What was announced names keys that the log was never given; they are forgotten. Drop the peer that announced it. */
  readonly onRefused: (announcement: LogAnnouncement) => void;
  /** This node's own trouble: no room, a disk that fails, a writer of a newer version. */
  readonly onFailure: (cause: unknown) => void;
}

export interface FollowedLogOptions extends LogCopyOptions {
  readonly clock: Clock;
  readonly observer: FollowObserver;
  readonly limits?: Partial<FollowLimits>;
  /** What is stored may be discarded until it is kept: of a member of the group that keeps the log. */
  readonly mayDiscard?: boolean;
  /** What must be here before blocks count as stored, beside them: awaited, and given up when aborted. */
  readonly secure?: (what: ToSecure) => Promise<void>;
}

export class FollowedLog {
  readonly #options: FollowedLogOptions;
  readonly #copy: LogCopy;
  readonly #fetching: Fetching;
  readonly #limits: FollowLimits;
  readonly #rounds = new Rounds(() => this.#round());
  /** Ends what is waited for: by `close`, and with an alarm. */
  readonly #ending = new AbortController();
  /** Ends what is waited for, to see whether something else comes first now. */
  #turning = new AbortController();
  readonly #turns: Turns;
  /** Announced beyond the head, in the order in which it was. */
  #ahead: readonly Announced[] = [];

  private constructor(options: FollowedLogOptions, copy: LogCopy, turns: Turns) {
    this.#options = options;
    this.#copy = copy;
    this.#turns = turns;
    this.#limits = { ...FOLLOW_LIMITS, ...options.limits };
    this.#fetching = new Fetching(copy, this.#limits, options.secure);
  }

  /** @throws ReplicaError REPLICA_MEMORY_DAMAGED, REPLICA_MEMORY_NEWER; LedgerError LEDGER_DAMAGED, LEDGER_REPLICA_LIMIT. */
  static async open(options: FollowedLogOptions): Promise<FollowedLog> {
    return (await FollowedLog.openWith(options)).log;
  }

  /** With what it follows into, and the turns in which it does: for whoever writes there as well. @throws as `open`. */
  static async openWith(
    options: FollowedLogOptions,
  ): Promise<{ log: FollowedLog; copy: LogCopy; turns: Turns }> {
    const turns = new Turns();
    let onConflict: (conflict: ReplicaConflict) => Promise<void> = () => Promise.resolve();
    const copy = await LogCopy.open(options, {
      onNews: () => undefined,
      onInvalidData: options.observer.onInvalidData,
      onConflict: (conflict) => {
        void turns.take(() => onConflict(conflict));
      },
    });
    const log = new FollowedLog(options, copy, turns);
    onConflict = (conflict) => log.#conflicting(conflict);
    if (!copy.isThere) log.#rounds.begin();
    return { log, copy, turns };
  }

  /** The largest head that is verified, on disk and remembered; null if there is none, or its blocks are not there yet. */
  get stored(): SignedHead | null {
    return this.#copy.isThere ? (this.#copy.head?.head ?? null) : null;
  }

  /** Blocks that have come in, from the first on; they may be false, and lost with the next power cut. */
  get written(): number {
    return this.#copy.written;
  }

  /** Why it is not followed any more. */
  get alarm(): ReplicaAlarm | null {
    return this.#copy.alarm;
  }

  /** What peers say of themselves and have not signed: that they cut the log. They are to be dropped. */
  peerForks(): readonly PeerFork[] {
    return this.#copy.keys.length === 0 ? [] : this.#copy.log.peerForks();
  }

  /** A block that was verified. @throws LedgerError LEDGER_DAMAGED if it is not there. */
  async block(number: number): Promise<Uint8Array> {
    if (!this.#copy.isThere || number >= this.#copy.end.length)
      throw new RangeError('a block that was not verified is shown to nobody');
    return this.#copy.log.block(number);
  }

  /** Takes blocks from the other end, and gives them. @param stream a Noise stream, or the Protomux on one. */
  replicateWith(stream: object): void {
    this.#copy.replicateWith(stream);
  }

  /** The stream has ended. */
  forget(stream: object): void {
    this.#copy.forget(stream);
  }

  /**
   * Takes what a peer says of the log, whoever it is: a head counts by its signature.
   *
   * @throws ReplicaError REPLICA_HEAD_UNVERIFIED, REPLICA_KEYS_UNVERIFIED: drop the peer; REPLICA_BUSY: later again;
   * REPLICA_DIVERGED: a group has chosen a writer whose log does not go on from this one; REPLICA_STOPPED;
   * LedgerError LEDGER_DAMAGED, LEDGER_REPLICA_LIMIT.
   */
  announce(announcement: LogAnnouncement): Promise<void> {
    return this.#turns.take(() => this.#take(announcement));
  }

  /**
   * Holds what a peer says of the log against what is here, and takes nothing of it: a writer may show to each another
   * history, and only those who compare find out. One that contradicts ends the following, as what is announced does.
   *
   * @returns whether it could be compared; else once there is more here.
   * @throws ReplicaError REPLICA_HEAD_UNVERIFIED, REPLICA_KEYS_UNVERIFIED.
   */
  compare(announcement: LogAnnouncement): Promise<boolean> {
    return this.#turns.take(async () => {
      const copy = this.#copy;
      if (copy.alarm !== null || announcement.origin !== this.#options.pinned.origin) return true;
      if (!copy.isThere || copy.keys.length === 0) return false;
      const { by, head, keys } = announcedBy(announcement, this.#options.pinned, copy.keys);
      const [own, ended] = [copy.keys[by], copy.keys[by]?.ended ?? null];
      if (own === undefined) return false;
      const isSame =
        keys[by]?.corePublicKey === own.corePublicKey && keys[by].verifierKey === own.verifierKey;
      // Of another writer's term, or behind the end of this one: it may well be another history.
      if (!isSame || (ended !== null && head.size > ended.size)) return true;
      const wrong =
        (await wrongBeside(head, this.#heads())) ??
        (head.binding.length <= copy.end.length
          ? (wrongCore(head, copy.log) ?? (await wrongTree(head, copy.log)))
          : null);
      if (wrong !== null) await this.#stop(wrong);
      return head.binding.length <= copy.end.length;
    });
  }

  /** Resolves when nothing that was announced is under way any more. */
  idle(): Promise<void> {
    return this.#rounds.idle();
  }

  /** Gives up all that was announced and is not stored. Nothing is under way when it returns. */
  async pause(): Promise<void> {
    this.#ahead = [];
    this.#turning.abort();
    this.#fetching.reset();
    await this.#rounds.idle();
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#rounds.stop();
    await this.#turns.take(() => Promise.resolve());
    await this.#copy.close();
  }

  async #take(announcement: LogAnnouncement): Promise<void> {
    const copy = this.#copy;
    const { pinned } = this.#options;
    if (copy.alarm !== null)
      throw new ReplicaError('REPLICA_STOPPED', `the log is not followed: ${copy.alarm.detail}`);
    if (announcement.origin !== pinned.origin)
      throw new ReplicaError('REPLICA_HEAD_UNVERIFIED', 'the announced head is of another log');
    const announced = announcedBy(announcement, pinned, copy.keys);
    if (copy.keys.length === 0) await copy.useFirst(announced.keys);
    if (!(await this.#mayFollow(announced))) return;
    const { head } = announced;
    const wrong = await this.#wrongWith(announced);
    if (wrong !== null) return this.#stop(wrong);
    if (head.binding.length <= (copy.head?.walk.length ?? 0)) return;
    if (this.#ahead.some(({ head: { note } }) => note === head.note)) return;
    if (this.#ahead.length >= this.#limits.headsAhead)
      throw new ReplicaError('REPLICA_BUSY', 'too many heads of the log wait to be compared');
    const before = this.#ahead.at(-1);
    this.#ahead = [...this.#ahead, announced];
    // Whatever the one before said may never come.
    if (before !== undefined && !areSameKeys(before.keys, announced.keys)) this.#turning.abort();
    this.#rounds.begin();
  }

  /** Whether it goes on from what is here; not if it came late. @throws as `placeOf`. */
  async #mayFollow(announced: Announced): Promise<boolean> {
    const copy = this.#copy;
    const place = placeOf(announced, copy.keys, copy.end.length);
    // What nothing was stored of gives way.
    if (place === 'instead') await this.#withoutRound(() => copy.forgetKeys());
    return place !== 'late';
  }

  /** What a signed head says that cannot be, beside what is known. */
  async #wrongWith({ head, keys }: Announced): Promise<Wrong | null> {
    const copy = this.#copy;
    const beside = await wrongBeside(head, this.#heads());
    if (beside !== null || !goesOnFrom(keys, copy.keys)) return beside;
    const { length } = head.binding;
    return (
      wrongCore(head, copy.log) ??
      (copy.isThere && length <= (copy.head?.walk.length ?? 0) ? wrongTree(head, copy.log) : null)
    );
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
    const copy = this.#copy;
    while (copy.alarm === null || !copy.isThere) {
      this.#turning = new AbortController();
      const signal = AbortSignal.any([this.#ending.signal, this.#turning.signal]);
      try {
        if (!copy.isThere && !(await this.#recover(signal))) return;
        const newest = this.#ahead.at(-1);
        if (newest === undefined || copy.alarm !== null) return;
        if (goesOnFrom(newest.keys, copy.keys)) await this.#towards(signal);
        else await this.#learn(newest, signal);
      } catch (cause) {
        if (cause instanceof KeysFlaw)
          await this.#refuse(keysAt(copy.keys, copy.end.length).length);
        else if (!this.#turning.signal.aborted || this.#ending.signal.aborted) throw cause;
        else if (this.#ahead.length === 0) return;
      }
    }
  }

  /** Up to the largest head by the keys that are in use, or some way there. */
  async #towards(signal: AbortSignal): Promise<void> {
    const copy = this.#copy;
    const heads = this.#own();
    const [first, target] = [heads[0], heads.at(-1)];
    if (first === undefined || target === undefined) return;
    if (first.binding.length <= copy.walk.length)
      await copy.walkAgainTo(copy.head?.walk.length ?? 0);
    await this.#advance(target.binding.length, signal);
  }

  /** The log goes on with other keys: once it has come to where they begin. */
  async #learn(newest: Announced, signal: AbortSignal): Promise<void> {
    const copy = this.#copy;
    const at = copy.keys.length - 1;
    const [ended, next] = [newest.keys[at]?.ended ?? null, newest.keys[at + 1]];
    const isNext = goesOnFrom(copy.keys, newest.keys) && (ended?.length ?? 0) >= copy.end.length;
    if (ended === null || next === undefined || !isNext) {
      // Something else was stored meanwhile.
      this.#ahead = this.#ahead.filter((one) => one !== newest);
      return;
    }
    if (copy.walk.length > ended.length) await copy.walkAgainTo(copy.end.length);
    if (!(await this.#advance(ended.length, signal))) return;
    if (await mayGoOnBy(newest.keys, at, copy, this.#options)) {
      await copy.extend(next, ended);
      // What the writer before had announced beyond that never comes.
      this.#ahead = this.#ahead.filter((one) => !isBehindItsEnd(one, copy.keys));
    } else await this.#refuse(at + 1, newest);
  }

  /** @returns whether the walk is there now, without anything wrong. */
  async #advance(target: number, signal: AbortSignal): Promise<boolean> {
    const copy = this.#copy;
    const to = this.#fetching.stepTo(target);
    const { fetched, secured } = this.#fetching.begin(to, to === target, signal);
    try {
      await fetched;
      this.#fetching.ahead(target, signal);
      const reached = await checkTo(to, copy, this.#own(), this.#isReader);
      if (isWrong(reached)) {
        await this.#stop(reached);
        return false;
      }
      if (reached !== null) {
        const { length } = reached.walk;
        await (secured !== null && length === to
          ? secured.done
          : this.#fetching.secure(length, fetched, signal));
        await this.#store(reached);
      }
      return to === target;
    } finally {
      secured?.giveUp();
    }
  }

  /** Of what was remembered: its blocks must be there, and be those. What a power cut took is fetched again. */
  async #recover(signal: AbortSignal): Promise<boolean> {
    const copy = this.#copy;
    if (copy.alarm !== null && copy.log.length < copy.end.length) return false;
    if (copy.log.length < copy.end.length) {
      await copy.log.fetch(copy.end.length, signal);
      await this.#fetching.secure(copy.end.length, Promise.resolve(), signal);
    }
    const found = await checkFound(copy, this.#isReader);
    if (isWrong(found)) {
      await this.#stop(found);
      return false;
    }
    await copy.found(found);
    if (copy.head !== null) this.#options.observer.onStored(copy.head.head);
    return true;
  }

  async #store(checked: CheckedHead): Promise<void> {
    await this.#copy.store(checked, this.#options.mayDiscard !== true);
    this.#ahead = this.#ahead.filter(({ head }) => head.binding.length > checked.walk.length);
    this.#options.observer.onStored(checked.head);
  }

  /** So many keys are the log's; others that were announced behind them are not. @param only of these. */
  async #refuse(count: number, only?: Announced): Promise<void> {
    const isRefused = ({ keys }: Announced): boolean =>
      keys.length > count && (only === undefined || isSameStart(only.keys, keys, count));
    const refused = this.#ahead.filter(isRefused);
    this.#ahead = this.#ahead.filter((one) => !isRefused(one));
    await this.#copy.forgetKeys();
    for (const { announcement } of refused) this.#options.observer.onRefused(announcement);
  }

  async #conflicting(conflict: ReplicaConflict): Promise<void> {
    if (this.#copy.alarm !== null) return;
    await this.#stop(await wrongSignatures(conflict, this.#heads(), this.#copy.log));
  }

  /** Follows the log no more; what was verified stays, and is given. */
  async #stop({ code, detail, proof }: Wrong): Promise<void> {
    if (this.#copy.alarm !== null) return;
    const { clock, observer } = this.#options;
    const alarm = { at: clock.now(), code, detail };
    this.#ahead = [];
    this.#ending.abort();
    observer.onAlarm(alarm, await this.#copy.stop(alarm, proof));
  }

  /** Lets what is under way come to where it can wait, and go on from there. */
  async #withoutRound(act: () => Promise<void>): Promise<void> {
    const ahead = this.#ahead;
    await this.pause();
    await act();
    this.#ahead = ahead;
    this.#rounds.begin();
  }

  get #isReader(): boolean {
    return this.#options.blockKey !== null;
  }

  /** Heads that others are held against. */
  #heads(): readonly SignedHead[] {
    return [...this.#copy.heads, ...this.#ahead].map(({ head }) => head);
  }

  /** Those that are announced by the keys in use, ascending. */
  #own(): readonly SignedHead[] {
    return this.#ahead
      .filter(({ keys }) => goesOnFrom(keys, this.#copy.keys))
      .map(({ head }) => head)
      .sort((a, b) => a.binding.length - b.binding.length);
  }
}
