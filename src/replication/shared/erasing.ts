/**
 * Erasures of one shared ledger (docs/formats/erasure.md, "Shared ledgers"): what its entries name is destroyed here, signed for
 * and told; and as its writer, who has signed and who is silent goes into the log.
 */
import { ChirographError } from '../../base/errors.js';
import { digestToHex, type HexDigest, hexDigest } from '../../base/hex-digest.js';
import type { Logger } from '../../base/logger.js';
import { Rounds } from '../../base/rounds.js';
import type { Clock } from '../../base/time.js';
import type { NoteKey } from '../../keys/key-store.js';
import { type EntryDraft, type Outcome, plainDraft } from '../../ledger/entry-draft.js';
import type { LogErasures } from '../../ledger/log-erasures.js';
import { type ErasureStatement, formatStatement } from '../../records/statement.js';
import {
  type ErasedUpTo,
  MAX_HOLDERS,
  type SaidWord,
  signErased,
} from '../../tlog/erasure-word.js';
import type { Timers } from '../links/timers.js';
import type { NodeId } from '../protocol/term.js';
import { hasWord, isWhole, nextCertificate } from './certify.js';
import {
  type ErasedMessage,
  formatErasedMessage,
  MAX_COPIES,
  parseErasedMessage,
} from './erased-message.js';

/** What a node does with secrets that shared ledgers have it destroy. */
export interface ErasingPort {
  /**
   * Destroys what entries name. Durable when it returns: no key is left that opens them.
   *
   * @param tenant handle. @param named entries of one ledger, in their order.
   * @throws what keeps it from doing so: it is asked again.
   */
  destroy(tenant: string, named: readonly ErasureStatement[]): Promise<void>;
  /** Copies of the tenant's vault and keys that have not been confirmed to be destroyed, or replaced. */
  silentCopies(tenant: string): Promise<number>;
  /** The log says more than before of who has signed. */
  certified(): Promise<void>;
}

/** In milliseconds. */
export interface ErasedTiming {
  /** How long silent holders are waited for before the first certificate, and whoever says more before the next, unless it is the last. */
  readonly patience: number;
  /** Between tries, after a failure that is not ours to mend, and between looks at silent copies: both ask targets of backups. */
  readonly pause: number;
}

export interface ErasingParts {
  readonly origin: string;
  /** Handle. */
  readonly tenant: string;
  readonly self: NodeId;
  /** Signs for what was destroyed. */
  readonly receipt: NoteKey;
  readonly erasures: () => LogErasures;
  /** Of the log, as far as it is in the store. */
  readonly size: () => number;
  readonly port: ErasingPort;
  /** What these entries name is said in the other shared ledgers that this node writes. */
  readonly passOn: (named: readonly ErasureStatement[]) => Promise<void>;
  /** Null while another node writes. */
  readonly append: () => ((drafts: readonly EntryDraft[]) => Promise<readonly Outcome[]>) | null;
  readonly peers: () => readonly NodeId[];
  readonly send: (to: NodeId, message: ErasedMessage) => void;
  /** ERASED_TIMING unless given. */
  readonly timing?: ErasedTiming | undefined;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly onFailure: (cause: unknown) => void;
}

const ERASED_TIMING: ErasedTiming = { patience: 10_000, pause: 60_000 };

export class Erasing {
  readonly #parts: ErasingParts;
  readonly #timing: ErasedTiming;
  readonly #rounds = new Rounds(() => this.#round());
  /** The newest word of each peer. */
  readonly #heard = new Map<NodeId, ErasedMessage>();
  /** Since when it is waited for more to certify of the newest erasure: a holder may say less and less, without end. */
  #waiting: { readonly erasure: number; readonly since: number } | null = null;
  #certified = '';
  #pausedUntil = 0;
  #copiesKnownUntil = 0;
  /** Size of the log at which nothing was left to do. */
  #settledAt: number | null = null;

  constructor(parts: ErasingParts) {
    this.#parts = parts;
    this.#timing = parts.timing ?? ERASED_TIMING;
  }

  /** Looks what there is to do. */
  look(): void {
    const { size, timers } = this.#parts;
    if (this.#settledAt !== size() && timers.now() >= this.#pausedUntil) this.#rounds.begin();
  }

  /** @param message as the peer has signed it. */
  hear(from: NodeId, message: ErasedMessage): void {
    this.#heard.set(from, message);
    this.look();
  }

  /** To be called when nothing is appended any more. */
  close(): Promise<void> {
    return this.#rounds.stop();
  }

  async #round(): Promise<void> {
    const { logger, onFailure, origin, timers } = this.#parts;
    try {
      await this.#look();
    } catch (error) {
      if (this.#rounds.signal.aborted) return;
      if (!(error instanceof ChirographError) || FATAL.has(String(error.code))) {
        onFailure(error);
        return;
      }
      // Who writes may change at any time; it is looked again soon.
      if (PASSING.has(String(error.code))) return;
      this.#pausedUntil = timers.now() + this.#timing.pause;
      logger.warn('what an erasure names could not be destroyed yet', { origin, error });
    }
  }

  async #look(): Promise<void> {
    const size = this.#parts.size();
    const erasures = this.#parts.erasures();
    const newest = await erasures.newest();
    if (newest === null) {
      this.#settledAt = size;
      return;
    }
    const leafHash = digestToHex(newest.leafHash);
    const upTo = { origin: this.#parts.origin, erasure: newest.index, leafHash };
    const word = await this.#signedFor(erasures, upTo);
    if (word === null) return;
    const known = await erasures.certificate();
    const said = JSON.stringify(known);
    if (this.#certified !== said) {
      await this.#parts.port.certified();
      this.#certified = said;
    }
    if (hasWord(known, upTo, word) && known !== null && isWhole(known)) {
      this.#settledAt = size;
      return;
    }
    if (!hasWord(known, upTo, word))
      for (const peer of this.#parts.peers()) this.#parts.send(peer, { ...upTo, ...word });
    await this.#certify(erasures, upTo, word);
  }

  /** The word of this node, once nothing is left; null where something is. */
  async #signedFor(erasures: LogErasures, upTo: ErasedUpTo): Promise<SaidWord | null> {
    const { clock, passOn, port, receipt, self, tenant, timers } = this.#parts;
    const own = await ownWord(erasures);
    const node = hexDigest(self);
    const isNew = own?.erasure !== upTo.erasure;
    if (isNew) {
      const from = behind(own);
      const named: ErasureStatement[] = [];
      for await (const one of erasures.from(from)) named.push(one);
      // A crash in it leaves the vault as it was, or rotated: either way the next opening goes on here.
      await port.destroy(tenant, named);
      // Nothing is signed for that opens still; what came meanwhile goes the next time.
      if ((await erasures.left(from)).length > 0) return null;
      await passOn(named);
    } else if (own.copies === 0 || timers.now() < this.#copiesKnownUntil) return wordIn(own, node);
    const copies = Math.min(await port.silentCopies(tenant), MAX_COPIES);
    this.#copiesKnownUntil = timers.now() + this.#timing.pause;
    if (!isNew && copies === own.copies) return wordIn(own, node);
    const word = signErased(upTo, { at: clock.now(), copies, node }, receipt.sign);
    // A crash before this leaves what was destroyed unsigned: it is signed for later.
    await erasures.keepWord(formatErasedMessage({ ...upTo, ...word }));
    return word;
  }

  async #certify(erasures: LogErasures, upTo: ErasedUpTo, own: SaidWord): Promise<void> {
    const { append, logger, origin, timers } = this.#parts;
    const appending = append();
    if (appending === null) return;
    const holders = await erasures.holders();
    if (holders.length > MAX_HOLDERS) {
      logger.error('a log has had too many holders to certify an erasure', { origin });
      return;
    }
    if (this.#waiting?.erasure !== upTo.erasure)
      this.#waiting = { erasure: upTo.erasure, since: timers.now() };
    const waitsUntil = this.#waiting.since + this.#timing.patience;
    const next = nextCertificate(upTo, {
      known: await erasures.certificate(),
      holders,
      words: [own, ...this.#wordsFor(upTo)],
      mayWait: timers.now() < waitsUntil,
    });
    if (next === null) return;
    this.#waiting = { erasure: upTo.erasure, since: timers.now() };
    // A crash before it is shown leaves it to whoever writes next, who is told again.
    await appending([
      plainDraft((place) => formatStatement({ kind: 'erased', ...place, ...next })),
    ]);
    this.#rounds.begin();
  }

  #wordsFor({ erasure, leafHash }: ErasedUpTo): SaidWord[] {
    return [...this.#heard].flatMap(([node, said]) =>
      said.erasure === erasure && said.leafHash === leafHash ? [wordIn(said, hexDigest(node))] : [],
    );
  }
}

/** To be called before a ledger is used: nothing new rests on what is still to be destroyed. */
export async function recallErasures(erasures: LogErasures): Promise<void> {
  await erasures.left(behind(await ownWord(erasures)));
}

async function ownWord(erasures: LogErasures): Promise<ErasedMessage | null> {
  const kept = await erasures.word();
  return kept === null ? null : parseErasedMessage(kept);
}

const FATAL: ReadonlySet<string> = new Set(['LEDGER_DAMAGED', 'LEDGER_FAILED', 'KEYS_FAILED']);
const PASSING: ReadonlySet<string> = new Set([
  'LEDGER_CLOSED',
  'LEDGER_ELSEWHERE',
  'LEDGER_PUSHBACK',
  'LEDGER_UNSETTLED',
]);

function wordIn({ at, copies, signature }: ErasedMessage, node: HexDigest): SaidWord {
  return { at, copies, node, signature };
}

/** From which index on nothing has been signed for. */
function behind(own: ErasedMessage | null): number {
  return own === null ? 0 : own.erasure + 1;
}
