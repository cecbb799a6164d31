/**
 * When the members of a node stand, over all its ledgers (docs/decisions/0053-many-shared-ledgers.md). Each of them waits for
 * its own writer, but what keeps them from hearing one, a node that was not run or a link that broke, is the same for all: they
 * go a few at a time, so that those who hear their writer meanwhile need not go at all, and not before the node has listened
 * again. To stand later than it is due is always safe.
 */
import type { Timers } from './links/timers.js';
import type { Role } from './protocol/member-state.js';

/** Durations in milliseconds. */
export interface CandidateLimits {
  /** Members of one node that stand at a time. */
  readonly atOnce: number;
  /** How long one that has not come to write counts among them: nobody may be there to answer it. */
  readonly turn: number;
  /** How often it is looked whether the node is run. */
  readonly beat: number;
  /** A beat that comes so much later than it is due says that the node was not run. */
  readonly late: number;
  /** For which it listens then before anybody stands: a writer says at least once in it that it is there. */
  readonly listen: number;
  /** And when all ledgers are open: links have to come first. */
  readonly opening: number;
  /** However often it is not run, whoever would stand is held up no longer than this. */
  readonly patience: number;
}

export const CANDIDATE_LIMITS: CandidateLimits = {
  ...{ atOnce: 16, turn: 1_000 },
  ...{ beat: 250, late: 500, listen: 1_000, opening: 2_000, patience: 6_000 },
};

interface Wish {
  readonly stand: () => void;
  readonly since: number;
}

export class Candidates {
  readonly #timers: Timers;
  readonly #limits: CandidateLimits;
  /** Those that have not stood since they heard of a writer last go first: the others may have nobody to vote for them. */
  readonly #fresh = new Map<Candidate, Wish>();
  readonly #again = new Map<Candidate, Wish>();
  /** Those that stand, and until when that counts. */
  readonly #standing = new Map<Candidate, number>();
  /** Nobody stands before, but who has waited for too long. */
  #quietUntil = 0;
  /** Nobody stands before at all; Infinity while ledgers are being opened. */
  #heldUntil = 0;
  #cancelLook: () => void = () => undefined;
  #cancelBeat: () => void = () => undefined;
  #isLooking = false;
  #isClosed = false;

  constructor(timers: Timers, limits: CandidateLimits = CANDIDATE_LIMITS) {
    this.#timers = timers;
    this.#limits = limits;
    this.#beat(timers.now());
  }

  /** Members that wait for their turn. */
  get waiting(): number {
    return this.#fresh.size + this.#again.size;
  }

  /** One member of one ledger. */
  join(): Candidate {
    return new Candidate(this);
  }

  /** Nobody stands until `release`: ledgers are being opened, and no links are there. */
  hold(): void {
    this.#heldUntil = Infinity;
  }

  release(): void {
    this.#heldUntil = this.#timers.now() + this.#limits.opening;
    this.#look();
  }

  /** Nobody stands any more. */
  close(): void {
    this.#isClosed = true;
    this.#cancelBeat();
    this.#cancelLook();
    this.#fresh.clear();
    this.#again.clear();
  }

  /** @internal of `Candidate`. */
  wish(candidate: Candidate, stand: () => void): void {
    const queue = candidate.hasStood ? this.#again : this.#fresh;
    // Whoever waits keeps its place.
    if (this.#isClosed || queue.has(candidate)) return;
    queue.set(candidate, { stand, since: this.#timers.now() });
    this.#look();
  }

  /** @internal of `Candidate`. */
  withdraw(candidate: Candidate): void {
    this.#fresh.delete(candidate);
    this.#again.delete(candidate);
  }

  /** @internal of `Candidate`. */
  ended(candidate: Candidate): void {
    if (this.#standing.delete(candidate) && this.waiting > 0) this.#look();
  }

  /** @internal of `Candidate`. */
  isWaiting(candidate: Candidate): boolean {
    return this.#fresh.has(candidate) || this.#again.has(candidate);
  }

  /** Lets stand whose turn it is, and sees when the next one's is. */
  #look(): void {
    // Whoever need not stand after all makes room at once: the loop below goes on with the next, and none within another.
    if (this.#isLooking || this.#isClosed || this.#heldUntil === Infinity) return;
    this.#cancelLook();
    this.#isLooking = true;
    try {
      for (;;) {
        const now = this.#timers.now();
        const [queue, next] = this.#next();
        if (next === undefined) return;
        const at = Math.max(this.#roomAt(now), this.#heldUntil, this.#listensUntil(next[1]));
        if (at > now) {
          this.#cancelLook = this.#timers.after(at - now, () => {
            this.#look();
          });
          return;
        }
        const [candidate, { stand }] = next;
        queue.delete(candidate);
        this.#standing.set(candidate, now + this.#limits.turn);
        candidate.hasStood = true;
        stand();
      }
    } finally {
      this.#isLooking = false;
    }
  }

  #next(): [Map<Candidate, Wish>, [Candidate, Wish] | undefined] {
    const queue = this.#fresh.size > 0 ? this.#fresh : this.#again;
    return [queue, queue.entries().next().value];
  }

  /** When one more may stand. */
  #roomAt(now: number): number {
    for (const [candidate, until] of this.#standing)
      if (until <= now) this.#standing.delete(candidate);
    return this.#standing.size < this.#limits.atOnce ? now : Math.min(...this.#standing.values());
  }

  #listensUntil({ since }: Wish): number {
    return Math.min(this.#quietUntil, since + this.#limits.patience);
  }

  #beat(due: number): void {
    const { beat, late, listen } = this.#limits;
    const now = this.#timers.now();
    // What was said meanwhile lies in the links, unread.
    if (now - due >= late) this.#quietUntil = Math.max(this.#quietUntil, now + listen);
    this.#cancelBeat = this.#timers.after(beat, () => {
      this.#beat(now + beat);
    });
  }
}

/** A member of one ledger: it stands when its turn comes, if it still has to. */
export class Candidate {
  /** Since it heard of a writer last. */
  hasStood = false;
  readonly #all: Candidates;

  constructor(all: Candidates) {
    this.#all = all;
  }

  get isWaiting(): boolean {
    return this.#all.isWaiting(this);
  }

  /** @param stand called once, if it was not withdrawn before. */
  wish(stand: () => void): void {
    this.#all.wish(this, stand);
  }

  /** It need not stand any more. */
  withdraw(): void {
    this.#all.withdraw(this);
  }

  leave(): void {
    this.#all.withdraw(this);
    this.#all.ended(this);
  }

  /** To be told after each step. */
  heed({ kind, ...role }: Role): void {
    if (kind === 'asking' || kind === 'electing' || kind === 'beginning') return;
    const hasWriter = kind === 'writing' || ('announced' in role && role.announced !== null);
    if (hasWriter) this.hasStood = false;
    this.#all.ended(this);
  }
}
