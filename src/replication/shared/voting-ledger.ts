/**
 * One ledger that this node votes for, and keeps nothing of (docs/decisions/0049-members-without-data.md). It knows who keeps it and
 * how far it goes, as far as it has to; it has none of its keys and secrets, and neither asks for blocks nor gives any.
 */
import type { UnixMillis } from '../../base/brand.js';
import { hexDigest } from '../../base/hex-digest.js';
import type { Logger } from '../../base/logger.js';
import type { RandomSource } from '../../base/random.js';
import type { Clock } from '../../base/time.js';
import { Turns } from '../../base/turns.js';
import type { KeyStore } from '../../keys/key-store.js';
import type { Candidates } from '../candidates.js';
import { GroupMember, type MemberDisk, type MemberLinks } from '../group-member.js';
import type { Timers } from '../links/timers.js';
import { lastTerm } from '../protocol/log-end.js';
import { groupOf } from '../protocol/log-view.js';
import type { MemberState, Remembered } from '../protocol/member-state.js';
import type { Announce, Message } from '../protocol/messages.js';
import type { Timing } from '../protocol/rules.js';
import { compareTerms, type NodeId, type Term } from '../protocol/term.js';
import { recallVotes } from './promise.js';
import { isProved, type VoteClaim } from './vote-claim.js';
import type { VotingMemory, VotingRecord } from './voting-memory.js';

export interface VotingOptions {
  readonly memory: VotingMemory;
  readonly keyStore: Pick<KeyStore, 'groupPromise' | 'putGroupPromise'>;
  /** Of this node, as `Mark.run` counts. */
  readonly run: number;
  readonly links: MemberLinks;
  readonly candidates: Candidates;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly timers: Timers;
  readonly timing?: Timing;
  readonly logger: Logger;
  /** Called once, when nothing is known any more of what is on disk: the process should end. */
  readonly onFailure: (cause: unknown) => void;
}

/** Whoever says that it writes, and has not shown why it should be believed. */
export interface Doubted {
  readonly node: NodeId;
  readonly term: Term;
}

export class VotingLedger {
  readonly #options: VotingOptions;
  readonly #member: GroupMember;
  readonly #saving = new Turns();
  readonly #lastWords = new Map<NodeId, UnixMillis>();
  #record: VotingRecord;
  #doubted: Doubted | null = null;

  private constructor(options: VotingOptions, record: VotingRecord, remembered: Remembered) {
    this.#options = options;
    this.#record = record;
    const { candidates, onFailure, random, timers, timing } = options;
    this.#member = new GroupMember({
      origin: record.origin,
      start: { keepsData: false, acquaintances: [], remembered, log: record.known },
      disk: this.#disk(),
      links: this.#listening(),
      ...{ candidates, timers, random, onFailure },
      ...(timing && { timing }),
    });
  }

  /** @param record as it lies on disk. @throws KeysError; then nothing is left open. */
  static async open(options: VotingOptions, record: VotingRecord): Promise<VotingLedger> {
    const { keyStore, run } = options;
    const { length } = record.known.end;
    const remembered = await recallVotes(keyStore, record.origin, run, length);
    return new VotingLedger(options, record, remembered);
  }

  /** Of a ledger that is offered to it: whoever offers it is believed, this one time. */
  static async begin(options: VotingOptions, record: VotingRecord): Promise<VotingLedger> {
    const { keyStore, memory, run } = options;
    // A crash from here on leaves what is true: it has promised nothing, or has forgotten what.
    const remembered = await recallVotes(keyStore, record.origin, run, null);
    await memory.remember(record);
    return new VotingLedger(options, record, remembered);
  }

  get origin(): string {
    return this.#record.origin;
  }

  get state(): MemberState {
    return this.#member.state;
  }

  /** Whose word it takes for what it cannot read. */
  get believed(): Term {
    return this.#record.believed;
  }

  /** Who says that it writes in a later term than the believed one, and is not believed; null if nobody does. */
  get doubted(): Doubted | null {
    return this.#doubted;
  }

  /** When a member said something last, by this node's clock; null where it has not since the start. */
  heardAt(node: NodeId): UnixMillis | null {
    return this.#lastWords.get(node) ?? null;
  }

  /** Whether it believes a writer now. What that one announces it learns from here on. */
  claim(from: NodeId, claim: VoteClaim): Promise<boolean> {
    return this.#saving.take(async () => {
      const { believed, known, origin } = this.#record;
      const { node, number } = claim.term;
      const order = compareTerms(claim.term, believed);
      if (order <= 0) return order === 0 && node === from;
      const group = groupOf(known);
      if (node !== from || group === null || !isProved(origin, claim, group)) {
        if (this.#doubted?.node !== from)
          this.#options.logger.warn('a writer shows no votes of the group that is known here', {
            ...{ origin, node: from, term: number },
          });
        this.#doubted = { node: from, term: claim.term };
        return false;
      }
      await this.#remember({ believed: claim.term });
      this.#doubted = null;
      return true;
    });
  }

  async close(): Promise<void> {
    this.#member.close();
    await this.#saving.take(() => Promise.resolve());
  }

  #disk(): MemberDisk {
    const { keyStore, run } = this.#options;
    const never = (): Promise<never> => Promise.reject(new Error('it has no log'));
    return {
      save: ({ promised, memory }) =>
        keyStore.putGroupPromise(this.origin, {
          ...{ memory, run },
          promised: promised.number === 0 ? null : { ...promised, node: hexDigest(promised.node) },
        }),
      know: (known) =>
        this.#saving.take(async () => {
          await this.#remember({ known });
          return known;
        }),
      begin: never,
      discard: never,
      follow: () => undefined,
      show: () => undefined,
    };
  }

  #listening(): MemberLinks {
    const { clock, links } = this.#options;
    return {
      ...{ self: links.self, send: links.send.bind(links) },
      join: (origin, { takesPart, hear }) =>
        links.join(origin, {
          takesPart: (node) => node === this.believed.node || takesPart(node),
          hear: (from, message, ballot) => {
            this.#lastWords.set(from, clock.now());
            if (this.#mayHeed(message)) hear(from, message, ballot);
          },
        }),
    };
  }

  /** What a member says of a term that it was elected for counts once it has shown the votes. */
  #mayHeed(message: Message): boolean {
    switch (message.kind) {
      case 'announce':
        return compareTerms(message.term, this.believed) === 0 && isSound(message);
      case 'ask':
      case 'elect':
        return true;
      case 'willing':
      case 'vote':
      case 'refuse':
        // It stands for nothing else.
        return this.state.memory === 'behind';
      case 'receipt':
      case 'yield':
        return false;
    }
  }

  async #remember(news: Partial<VotingRecord>): Promise<void> {
    const record = { ...this.#record, ...news };
    await this.#options.memory.remember(record);
    // A crash from here on leaves what was believed, and has not been said to anybody.
    this.#record = record;
  }
}

/** No log goes on in a later term than its writer's, and groups lie in it. */
function isSound({ end, groups = [], term }: Announce): boolean {
  return compareTerms(lastTerm(end), term) <= 0 && groups.every(({ block }) => block < end.length);
}
