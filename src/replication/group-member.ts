/** One member of one ledger's group as it runs in a node: the protocol over a disk, links and timers. */
import { type RandomSource, randomBytes } from '../base/random.js';
import type { ElectionVote } from '../tlog/election.js';
import type { Candidate, Candidates } from './candidates.js';
import type { GroupLinks } from './group-links.js';
import type { Timers } from './links/timers.js';
import { memberOf } from './protocol/group.js';
import type { LogEnd } from './protocol/log-end.js';
import type { LogView } from './protocol/log-view.js';
import { type MemberPorts, MemberRunner, type MemberStart } from './protocol/member-runner.js';
import type { Effect, MemberState, Remembered } from './protocol/member-state.js';
import { RULES, TIMING, type Timing } from './protocol/rules.js';
import { compareTerms, type NodeId, type Term } from './protocol/term.js';

/** Where a member keeps what it must not forget, and its log. What is written is on disk when a promise resolves. */
export interface MemberDisk {
  save(remembered: Remembered): Promise<void>;
  /** Writes nothing if the log does not end as is said. @returns the log then. */
  begin(hand: BeginOn): Promise<LogView>;
  /** What is being written goes first. @returns the log then. */
  discard(length: number): Promise<LogView>;
  /** Of a member without data: what is known of the log, in place of what was. @returns that. */
  know(log: LogView): Promise<LogView>;
  /** In place of what was followed before; tells how far it is by `GroupMember.stored`. */
  follow(from: NodeId, end: LogEnd): void;
  show(length: number): void;
}

/** What a term begins on, and who has voted for it. */
export interface BeginOn extends Extract<Effect, { kind: 'begin' }> {
  /** Of the voters, for the log; that of this member is not among them. */
  readonly ballots: readonly ElectionVote[];
}

/** What members say to each other. */
export type MemberLinks = Pick<GroupLinks, 'self' | 'join' | 'send'>;

export interface GroupMemberOptions {
  /** Of the ledger's log. */
  readonly origin: string;
  readonly start: Omit<MemberStart, 'self'>;
  readonly disk: MemberDisk;
  readonly links: MemberLinks;
  /** Of this node, all ledgers together. */
  readonly candidates: Candidates;
  readonly timers: Timers;
  readonly random: RandomSource;
  readonly timing?: Timing;
  /** What this member does may have changed. */
  readonly onStep?: () => void;
  /** Called once, when a write to disk has failed: nothing is known of it, and the process should end. */
  readonly onFailure: (cause: unknown) => void;
}

export class GroupMember {
  readonly #runner: MemberRunner;
  readonly #leave: () => void;
  readonly #candidate: Candidate;
  /** The vote for this member that each of the others gave last. */
  readonly #ballots = new Map<NodeId, { readonly term: Term; readonly ballot: ElectionVote }>();
  #cancelWake: () => void = () => undefined;
  #isClosed = false;

  constructor(options: GroupMemberOptions) {
    const { candidates, origin, start, links, timing = TIMING } = options;
    this.#candidate = candidates.join();
    this.#runner = new MemberRunner(
      { ...start, self: links.self },
      this.#ports(options),
      RULES,
      timing,
    );
    this.#leave = links.join(origin, {
      takesPart: (node) =>
        start.acquaintances.includes(node) ||
        this.state.log.groups.some(({ group }) => memberOf(group, node) !== undefined),
      hear: (from, message, ballot) => {
        if (ballot !== null && message.kind === 'vote' && message.term.node === links.self)
          this.#ballots.set(from, { term: message.term, ballot });
        this.#runner.give({ kind: 'message', from, message });
      },
    });
  }

  get state(): MemberState {
    return this.#runner.state;
  }

  /** The log on disk is this now, and synced. */
  stored(log: LogView): void {
    if (!this.#isClosed) this.#runner.give({ kind: 'stored', log });
  }

  /** Lets another member write, once it has all. */
  move(to: NodeId): void {
    if (!this.#isClosed) this.#runner.give({ kind: 'move', to });
  }

  /** Takes no part any more. */
  close(): void {
    this.#isClosed = true;
    this.#leave();
    this.#cancelWake();
    this.#candidate.leave();
  }

  #tick(): void {
    this.#runner.give({ kind: 'tick' });
  }

  /** It stands, if that is what is due, when it is its turn among those of all ledgers. */
  #due(): void {
    if (this.state.role.kind !== 'following') this.#tick();
    else
      this.#candidate.wish(() => {
        this.#tick();
      });
  }

  #ballotsOf({ term, votes }: Extract<Effect, { kind: 'begin' }>): ElectionVote[] {
    return [...this.#ballots].flatMap(([node, one]) =>
      votes.has(node) && compareTerms(one.term, term) === 0 ? [one.ballot] : [],
    );
  }

  #ports({
    disk,
    links,
    origin,
    onFailure,
    onStep = () => undefined,
    random,
    timers,
  }: GroupMemberOptions): MemberPorts {
    const after = (writing: Promise<LogView | undefined>, done: () => void): void => {
      writing.then(
        (log) => {
          if (this.#isClosed) return;
          if (log !== undefined) this.stored(log);
          done();
        },
        (cause: unknown) => {
          this.close();
          onFailure(cause);
        },
      );
    };
    return {
      now: () => timers.now(),
      jitter: () => new DataView(randomBytes(random, 4).buffer).getUint32(0) / 2 ** 32,
      wakeAt: (at, role) => {
        this.#cancelWake();
        onStep();
        if (this.#isClosed) return;
        this.#candidate.heed(role);
        // Whoever waits for its turn keeps its place, unless it need not stand any more.
        const isDue = at <= timers.now();
        if (!isDue) this.#candidate.withdraw();
        if (!Number.isFinite(at) || (isDue && this.#candidate.isWaiting)) return;
        this.#cancelWake = timers.after(Math.max(0, at - timers.now()), () => {
          this.#due();
        });
      },
      save: (remembered, done) => {
        after(
          disk.save(remembered).then(() => undefined),
          done,
        );
      },
      begin: (hand, done) => {
        after(disk.begin({ ...hand, ballots: this.#ballotsOf(hand) }), done);
      },
      discard: (length, done) => {
        after(disk.discard(length), done);
      },
      know: (log, done) => {
        after(disk.know(log), done);
      },
      follow: (from, end) => {
        disk.follow(from, end);
      },
      send: (to, message) => {
        links.send(origin, to, message);
      },
      show: (length) => {
        disk.show(length);
      },
    };
  }
}
