/**
 * What a writer and its followers say over and over while nothing changes: by the numbers of the messages that would be sent
 * again as they were. Two thousand ledgers at rest would else cost each of their members thousands of signatures a second.
 */
import type { Again } from './group-again.js';
import { MAX_AGAIN } from './group-again.js';
import type { GroupMessage } from './group-message.js';
import { isSameEnd } from './protocol/log-end.js';
import type { Message } from './protocol/messages.js';
import { compareTerms } from './protocol/term.js';

type Repeated = Extract<Message, { kind: 'announce' | 'receipt' }>;

interface Said {
  readonly message: Repeated;
  readonly number: number;
  /** How often it may be said by its number before the peer says anything of the ledger: none before it did once. */
  left: number;
}

/** A peer that is slow to answer must not get more to read for it; one that has forgotten hears it in full soon. */
const UNANSWERED = 8;

/** This side of a channel: what was said last of each ledger. */
export class SaidBefore {
  /** By origin. */
  readonly #last = new Map<string, Said>();
  /** Number of what is to be said again, by origin. */
  #waiting = new Map<string, number>();
  #count = 0;

  /**
   * Whether it was said before as it is, and the peer has answered since: then it waits for `take`. What was never answered,
   * or is not any more, is to be said in full, for the peer may not have been ready to hear it.
   */
  isAgain(origin: string, message: Message): boolean {
    const last = this.#last.get(origin);
    if (last === undefined || last.left === 0 || !isSame(last.message, message)) return false;
    last.left--;
    this.#waiting.set(origin, last.number);
    return true;
  }

  /** It is said in full now; what was to be said before is not said behind it. */
  said(origin: string, message: Message): void {
    const number = this.#count++;
    this.#waiting.delete(origin);
    if (isRepeated(message)) this.#last.set(origin, { message, number, left: 0 });
    else this.#last.delete(origin);
  }

  answered(origin: string): void {
    const last = this.#last.get(origin);
    if (last !== undefined) last.left = UNANSWERED;
  }

  /** What waits, in as many messages as it needs. */
  take(): readonly Again[] {
    const again = [...this.#waiting.values()].sort((a, b) => a - b);
    this.#waiting = new Map();
    return Array.from({ length: Math.ceil(again.length / MAX_AGAIN) }, (_, at) =>
      again.slice(at * MAX_AGAIN, (at + 1) * MAX_AGAIN),
    );
  }
}

/** The other side of a channel: what the peer may say again. */
export class HeardBefore {
  readonly #byNumber = new Map<number, GroupMessage>();
  /** Number of what was heard last, by origin. */
  readonly #last = new Map<string, number>();
  #count = 0;

  /** @param isKept whether the peer keeps the ledger together with this node: of others nothing is remembered. */
  heard(said: GroupMessage, isKept: boolean): void {
    const number = this.#count++;
    const { message, origin } = said;
    this.#byNumber.delete(this.#last.get(origin) ?? -1);
    this.#last.delete(origin);
    if (!isKept || !isRepeated(message)) return;
    this.#byNumber.set(number, said);
    this.#last.set(origin, number);
  }

  /** Those that were the last of their ledgers; the others are passed over. */
  again(numbers: Again): readonly GroupMessage[] {
    return numbers.flatMap((number) => this.#byNumber.get(number) ?? []);
  }
}

function isRepeated(message: Message): message is Repeated {
  return message.kind === 'announce' || message.kind === 'receipt';
}

function isSame(one: Repeated, other: Message): boolean {
  if (!isRepeated(other) || compareTerms(one.term, other.term) !== 0) return false;
  if (one.kind === 'receipt') return other.kind === 'receipt' && one.length === other.length;
  return other.kind === 'announce' && one.shown === other.shown && isSameEnd(one.end, other.end);
}
