/**
 * One ledger that this node keeps together with others (docs/decisions/0045-shared-ledgers.md): its tail, its member of the
 * group, and the way up into the store. What is shown is carried up; what is carried up may be read by anybody.
 */
import type { UnixMillis } from '../../base/brand.js';
import { hexDigest } from '../../base/hex-digest.js';
import { Rounds } from '../../base/rounds.js';
import type { EntryDraft, Outcome } from '../../ledger/entry-draft.js';
import { LedgerError } from '../../ledger/ledger-error.js';
import type { SharedLog, StagedShared } from '../../ledger/shared-log.js';
import { GroupMember, type MemberDisk } from '../group-member.js';
import { lastTerm } from '../protocol/log-end.js';
import { groupOf, type LogView } from '../protocol/log-view.js';
import { mayAppend, type MemberState, type Remembered } from '../protocol/member-state.js';
import { compareTerms, type NodeId, type Term } from '../protocol/term.js';
import type { LogAnnouncement } from '../replica/announcement.js';
import { electedIn } from '../replica/key-order.js';
import { ReplicaError } from '../replica/replica-error.js';
import type { Tail } from '../replica/tail.js';
import { announcingLinks } from './announcing-links.js';
import { beginTerm } from './begin-term.js';
import { carryUp } from './carry-up.js';
import { Comparing } from './comparing.js';
import type { ErasedMessage } from './erased-message.js';
import { Erasing, recallErasures } from './erasing.js';
import { found } from './found.js';
import { GroupWriter } from './group-writer.js';
import { isBearable, openTail, type TailUser, tellOf } from './open-tail.js';
import { recall } from './promise.js';
import type { SharedLedgerOptions } from './shared-options.js';
import { electedKeysName, ownKeysOf } from './term-keys.js';
import type { VoteClaim } from './vote-claim.js';

export interface SharedEntry {
  /** Handle of the ledger. */
  readonly handle: string;
  readonly ledger: SharedLedger;
}

/** A block of this node's own that the others do not have yet. */
interface UnderWay {
  readonly staged: StagedShared;
  readonly resolve: (outcomes: readonly Outcome[]) => void;
  readonly reject: (cause: unknown) => void;
}

export class SharedLedger implements TailUser {
  readonly #options: SharedLedgerOptions;
  readonly #tail: Tail;
  readonly #member: GroupMember;
  readonly #writer: GroupWriter;
  readonly #erasing: Erasing;
  readonly #comparing: Comparing;
  readonly #carrying = new Rounds(() => this.#carry());
  /** When each member said something last. */
  readonly #lastWords = new Map<NodeId, UnixMillis>();
  #following: { readonly from: NodeId; readonly term: Term } | null = null;
  #underWay: UnderWay | null = null;
  #shown = 0;
  #isClosed = false;

  private constructor(
    options: SharedLedgerOptions,
    tail: Tail,
    remembered: Remembered,
    current: { ledger: SharedLedger | null },
  ) {
    this.#options = options;
    this.#tail = tail;
    this.#writer = new GroupWriter({
      mayWrite: () => this.#mayWrite(),
      write: (drafts) => this.#write(drafts),
    });
    this.#comparing = new Comparing({
      tail,
      heard: (node) => options.heard.get(node, this.origin),
      onFailure: (cause) => {
        this.#fail(cause);
      },
    });
    current.ledger = this;
    const { clock, erasing, links, logger, passOn, receipt, sayErased, store, timers } = options;
    this.#erasing = new Erasing({
      ...{ origin: this.origin, tenant: store.tenant, self: links.self, receipt, passOn },
      erasures: () => store.erasures,
      size: () => store.head.size,
      port: erasing,
      append: () => (mayAppend(this.state) ? (drafts) => this.append(drafts) : null),
      peers: () => this.sources,
      send: sayErased,
      timing: options.erasedTiming,
      ...{ clock, timers, logger },
      onFailure: (cause) => {
        this.#fail(cause);
      },
    });
    this.#member = new GroupMember({
      origin: this.origin,
      start: {
        keepsData: true,
        acquaintances: options.acquaintances,
        remembered,
        log: tail.view,
      },
      disk: this.#disk(),
      links: announcingLinks(options, tail, {
        state: () => this.state,
        onWord: (from) => this.#lastWords.set(from, clock.now()),
      }),
      candidates: options.candidates,
      timers: options.timers,
      random: options.random,
      ...(options.timing && { timing: options.timing }),
      onStep: () => {
        queueMicrotask(() => {
          this.#heed();
        });
      },
      onFailure: (cause) => {
        this.#fail(cause);
      },
    });
  }

  /** @throws what the tail throws, KeysError; then nothing is left open. */
  static async open(options: SharedLedgerOptions): Promise<SharedLedger> {
    const { keyStore, pinned, run, store } = options;
    const current: { ledger: SharedLedger | null } = { ledger: null };
    const tail = await openTail(options, () => current.ledger);
    try {
      const keys = tail.place?.keys ?? [];
      const own = await ownKeysOf(options, keys);
      if (tail.isUnfinished && own !== null) await tail.finish(own.core);
      if (options.founding !== undefined) await found(options, options.founding, tail);
      await tail.keep(store.head.length);
      const remembered = await recall(keyStore, pinned.origin, run, tail);
      await recallErasures(store.erasures);
      return new SharedLedger(options, tail, remembered, current);
    } catch (cause) {
      await tail.close();
      throw cause;
    }
  }

  get origin(): string {
    return this.#options.pinned.origin;
  }

  get state(): MemberState {
    return this.#member.state;
  }

  get tail(): Pick<
    Tail,
    'alarm' | 'announcement' | 'block' | 'group' | 'head' | 'peerForks' | 'view'
  > {
    return this.#tail;
  }

  get store(): SharedLog {
    return this.#options.store;
  }

  /** Why a member that does not read the log is to believe this node; null while it does not write, or no group is named. */
  get claim(): VoteClaim | null {
    const { log, role } = this.state;
    const group = groupOf(log);
    if (role.kind !== 'writing' || group === null) return null;
    const { term } = role;
    const ended = this.#tail.place?.keys.at(-2)?.ended;
    const elected = electedIn(ended);
    const isOfTerm = elected !== null && compareTerms(elected, term) === 0;
    return { group, term, votes: isOfTerm ? (ended?.election?.votes ?? []) : [] };
  }

  get shown(): number {
    return this.#shown;
  }

  /** What shows to anyone that the log's key told two histories; null where there is no such thing. */
  misbehaviour(): Promise<Uint8Array | null> {
    return this.#options.memory.proof(this.origin);
  }

  /** When a member said something last, by this node's clock; null where it has not since the start. */
  heardAt(node: NodeId): UnixMillis | null {
    return this.#lastWords.get(node) ?? null;
  }

  /** See `GroupWriter.append`. */
  append(drafts: readonly EntryDraft[]): Promise<readonly Outcome[]> {
    return this.#writer.append(drafts);
  }

  /** Lets another member write, once it has all. */
  move(to: NodeId): void {
    this.#member.move(to);
  }

  /** A node says what it has of the log. */
  hear(from: NodeId, announcement: LogAnnouncement): void {
    this.#options.heard.put(from, announcement);
    // The very head that was checked last: to check it again, with all keys before it, is most of what many ledgers cost.
    if (announcement.checkpoint === this.#tail.announcement?.checkpoint) return;
    if (this.#following?.from === from) void this.#follow();
    else this.#comparing.hear(from);
  }

  /** What each member said goes to the others, who may have heard one of two histories alone, and see for themselves. */
  alarmed(): void {
    const { announce, heard } = this.#options;
    for (const from of this.sources)
      for (const to of this.sources) {
        const announcement = from === to ? undefined : heard.get(from, this.origin);
        if (announcement !== undefined) announce(to, announcement, false);
      }
  }

  /** A node says what it has destroyed. @param message as it has signed it. */
  hearErased(from: NodeId, message: ErasedMessage): void {
    this.#erasing.hear(from, message);
  }

  /** Looks what erasures there are to go on with. */
  look(): void {
    this.#erasing.look();
  }

  /** Blocks come from and go to whoever is there. */
  replicateWith(stream: object): void {
    this.#tail.replicateWith(stream);
  }

  forget(stream: object): void {
    this.#tail.forget(stream);
  }

  /** Takes no part any more, and refuses what waits for others; what is here is read as ever. */
  callOff(): void {
    this.#isClosed = true;
    this.#member.close();
    this.#options.heard.forget(this.origin);
    this.#options.store.setWriter(null);
    this.#writer.refuse(elsewhere());
    this.#letGo();
  }

  async close(): Promise<void> {
    this.callOff();
    await this.#erasing.close();
    await this.#carrying.stop();
    await this.#tail.close();
  }

  #disk(): MemberDisk {
    const { keyStore, run } = this.#options;
    return {
      save: ({ promised, memory }) =>
        keyStore.putGroupPromise(this.origin, {
          ...{ memory, run },
          promised: promised.number === 0 ? null : { ...promised, node: hexDigest(promised.node) },
        }),
      begin: (hand) => beginTerm(this.#options, this.#tail, hand),
      discard: (length) => this.#tail.discard(length),
      know: () => Promise.reject(new Error('a member with data reads its log')),
      follow: (from, end) => {
        this.#following = { from, term: lastTerm(end) };
        void this.#follow();
      },
      show: (length) => {
        this.#show(length);
      },
    };
  }

  /** Takes what was announced by whom the protocol follows; more of the same term is welcome. */
  async #follow(): Promise<void> {
    if (this.#following === null || this.#isClosed) return;
    const announcement = this.#options.heard.get(this.#following.from, this.origin);
    if (announcement === undefined) return;
    const term = electedIn(announcement.keys.at(-2)?.ended);
    // Later terms are followed when the protocol says so: a promise comes before.
    if (term !== null && compareTerms(term, this.#following.term) > 0) return;
    try {
      await this.#tail.announce(announcement);
    } catch (cause) {
      const { logger } = this.#options;
      if (cause instanceof ReplicaError)
        logger.debug('announcement passed over', { origin: this.origin, code: cause.code });
      else if (isBearable(cause)) tellOf(logger, this.origin, cause);
      else this.#fail(cause);
    }
  }

  #mayWrite(): boolean {
    const { store } = this.#options;
    const { length } = this.#tail.view.end;
    return (
      !this.#isClosed &&
      this.#underWay === null &&
      mayAppend(this.state) &&
      store.isSignedHere &&
      store.head.length === length
    );
  }

  async #write(drafts: readonly EntryDraft[]): Promise<readonly Outcome[]> {
    const { store } = this.#options;
    const { outcomes, staged } = await store.stage(drafts);
    if (staged === null) return outcomes;
    const own = await ownKeysOf(this.#options, this.#tail.place?.keys ?? []);
    // It may have been fenced, or called off, meanwhile: then nothing of this was written.
    if (own === null || this.#isClosed || !mayAppend(this.state)) {
      store.abandon(staged);
      throw elsewhere();
    }
    const shown = new Promise<readonly Outcome[]>((resolve, reject) => {
      this.#underWay = { staged, resolve, reject };
    });
    // A crash in here leaves the block in the tail, or not: what became of it is asked with the idempotency key.
    try {
      const view = await this.#tail.append({
        ...{ block: staged.block, note: staged.note, corePair: own.core },
      });
      this.#member.stored(view);
      this.#comparing.again();
    } catch (cause) {
      this.#letGo();
      if (!(cause instanceof ReplicaError)) this.#fail(cause);
    }
    return shown;
  }

  /** What this node does may have changed. */
  #heed(): void {
    if (this.#isClosed) return;
    // Who follows hears by the way how much may be shown.
    this.#show(this.state.shown);
    const { store } = this.#options;
    const isWriter = this.state.role.kind === 'writing';
    store.setWriter(isWriter ? (drafts) => this.append(drafts) : null);
    if (!isWriter) {
      this.#writer.refuse(elsewhere());
      this.#letGo();
    }
    this.#writer.wake();
  }

  #show(length: number): void {
    if (length <= this.#shown) return;
    this.#shown = length;
    this.#carrying.begin();
  }

  /** Whether the block under way is ever shown is for others to say now. */
  #letGo(): void {
    const underWay = this.#underWay;
    this.#underWay = null;
    if (underWay === null) return;
    this.#options.store.abandon(underWay.staged);
    underWay.reject(
      new LedgerError(
        'LEDGER_UNSETTLED',
        'this node stopped writing the ledger before enough others had it: ask again with the same idempotency key',
      ),
    );
  }

  async #carry(): Promise<void> {
    const { links, store } = this.#options;
    try {
      await carryUp({
        ...{ store, tail: this.#tail, shown: () => this.#shown },
        keysName: (keys) => electedKeysName(this.origin, keys, links.self),
        commitOwn: async (length) => {
          const underWay = this.#underWay;
          if (underWay?.staged.head.length !== length) return false;
          // From here on it is shown: nobody lets it go any more.
          this.#underWay = null;
          underWay.resolve(await store.commit(underWay.staged));
          return true;
        },
      });
    } catch (cause) {
      this.#fail(cause);
    }
    this.#writer.wake();
  }

  #fail(cause: unknown): void {
    if (this.#isClosed) return;
    this.#options.onFailure(cause);
  }

  /** Called by the tail. */
  stored(view: LogView): void {
    this.#member.stored(view);
    this.#carrying.begin();
    this.#comparing.again();
  }

  /** Whom to ask for secrets of blocks that come in: first of all who is followed. */
  get sources(): readonly NodeId[] {
    const { acquaintances, log, self } = this.state;
    const members = log.groups.flatMap(({ group }) => group.members.map(({ node }) => node));
    const first = this.#following === null ? [] : [this.#following.from];
    return [...new Set([...first, ...members, ...acquaintances])].filter((node) => node !== self);
  }
}

function elsewhere(): LedgerError {
  return new LedgerError(
    'LEDGER_ELSEWHERE',
    'another node writes this ledger, or its group is choosing one: ask another member, or later',
  );
}
