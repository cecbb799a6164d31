/**
 * Follows the epoch log into a chain. It never holds up a write: when the chain or the key cannot be reached the
 * backlog grows, is visible, and is anchored by the next transaction, which says all of it.
 *
 * Everything is stored before anybody is told of it. Whatever happens in between, the next call takes up
 * what is stored: the same bytes are broadcast again, and no coin is ever spent but the chain's own.
 */
import type { TreeSize } from '../base/brand.js';
import { equalBytes } from '../base/bytes.js';
import type { Clock } from '../base/time.js';
import type { AnchorPayload } from '../evidence/bitcoin/anchor-payload.js';
import type { Outpoint } from '../evidence/bitcoin/transaction.js';
import type { SuccessionCause } from '../records/statement.js';
import { answeredAnchor } from './anchor-answer.js';
import { beginChain, signInChain, topUpInBook, type WrittenChain } from './anchor-book.js';
import type { AnchorFees } from './anchor-decision.js';
import { AnchorFollower } from './anchor-follower.js';
import { anchorPsbt, type KeyOrigin } from './anchor-psbt.js';
import { AnchorPublisher } from './anchor-publisher.js';
import { type AnchorReport, reportOf } from './anchor-report.js';
import type { AnchorSigner } from './anchor-signer.js';
import type { AnchorStore, KeptAnchor } from './anchor-store.js';
import { chainScript } from './anchor-transaction.js';
import { type AnchorCandidate, broadcastAnchor, unsignedAnchors } from './anchor-wallet.js';
import type { ChainSource } from './chain-source.js';
import { AnchoringError } from './errors.js';
import type { FundingCoin } from './funding-coin.js';
import { KeptBook } from './kept-book.js';
import type { NamedChain, NamedSuccession } from './named-chain.js';
import { bookAfter, planSuccession } from './succession.js';
import { checkedTopUp } from './top-up.js';

export interface AnchorerOptions {
  readonly source: ChainSource;
  readonly signer: AnchorSigner;
  readonly store: AnchorStore;
  readonly clock: Clock;
  readonly fees: AnchorFees;
  /** Blocks, the anchor's own included, after which it is taken for final. */
  readonly confirmations: number;
  /** Blocks within which an anchor should confirm; what the fee is estimated for. */
  readonly targetBlocks: number;
  /** Which chain is the log's. */
  readonly named: NamedChain;
  /** The coin that the chain of anchors starts from, asked for once. */
  readonly firstCoin: (script: Uint8Array) => Promise<FundingCoin>;
  /** A signature that is waited for longer is an alarm. */
  readonly signatureMillis: number;
  /** Where a wallet finds the key; null where it is not said. */
  readonly origin: KeyOrigin | null;
}

/** An anchor as it is handed out to be signed. */
export interface UnsignedAnchor {
  readonly candidate: AnchorCandidate;
  /** BIP 174. */
  readonly psbt: Uint8Array;
}

export type AnchorState =
  | { readonly state: 'idle' }
  | {
      readonly state: 'pending';
      readonly epochSize: TreeSize;
      readonly confirmations: number;
      /** The fee wanted is above the budget: the old anchor stays, the epoch waits. */
      readonly isStarved: boolean;
    };

export class Anchorer {
  readonly #options: AnchorerOptions;
  readonly #script: Uint8Array;
  readonly #kept: KeptBook;
  readonly #publisher: AnchorPublisher;
  readonly #follower: AnchorFollower;
  /** The script that the epoch log names; null before its first epoch that does. */
  #named: Uint8Array | null = null;

  private constructor(options: AnchorerOptions, kept: KeptBook, follower: AnchorFollower) {
    this.#options = options;
    this.#script = chainScript(options.signer.publicKey);
    this.#kept = kept;
    this.#follower = follower;
    this.#publisher = new AnchorPublisher(options, kept);
  }

  /** @throws AnchoringError ANCHOR_STATE_INVALID. */
  static async open(options: AnchorerOptions): Promise<Anchorer> {
    const kept = await KeptBook.open(options.store, chainScript(options.signer.publicKey));
    const anchorer = new Anchorer(options, kept, await AnchorFollower.open(options, kept));
    await anchorer.followLog();
    return anchorer;
  }

  /** What signs now. */
  get signer(): Pick<AnchorSigner, 'kind' | 'publicKey' | 'failure'> {
    return this.#options.signer;
  }

  /** What epochs name: the chain that the log has, whatever key there is. */
  get namedScript(): Uint8Array {
    return this.#named ?? this.#kept.book.chain?.script ?? this.#script;
  }

  /**
   * Takes over what the epoch log says of the chain of anchors: after it has named a successor, and
   * after a crash in between.
   *
   * @throws AnchoringError ANCHOR_STATE_INVALID.
   */
  async followLog(): Promise<void> {
    const { named } = this.#options;
    const script = await named.script();
    const { chain } = this.#kept.book;
    if (script !== null && (chain === null || !equalBytes(chain.script, script))) {
      const succession = await named.succession();
      const book = succession && bookAfter(this.#kept.book, succession);
      // A crash before this leaves a log that names the new chain, and the old one here: looked at again.
      if (book !== null) await this.#kept.keep(book);
    }
    this.#named = script;
  }

  get state(): AnchorState {
    const last = this.#kept.book.chain?.candidates.at(-1);
    if (last === undefined) return { state: 'idle' };
    return {
      state: 'pending',
      epochSize: last.payload.size,
      confirmations: this.#follower.confirmations,
      isStarved: this.#publisher.starved !== null,
    };
  }

  /** Size of the epoch log that is anchored for good; 0 before the first. */
  get settledSize(): TreeSize {
    return this.#kept.settledSize;
  }

  /** What an operator wants to know of the chain, as far as it was last looked at. */
  get report(): AnchorReport {
    const { fees, signer, signatureMillis, clock } = this.#options;
    return reportOf({
      book: this.#kept.book,
      fees,
      signer,
      signatureMillis,
      isKeyAnother: this.#isKeyAnother,
      rate: this.#publisher.rate,
      starved: this.#publisher.starved,
      lastSettledAt: this.#follower.lastSettledAt,
      underWaySince: this.#follower.underWaySince,
      now: clock.now(),
    });
  }

  /** Anchors that wait for a signature and could go on with it, oldest first. */
  unsigned(): readonly UnsignedAnchor[] {
    const { chain } = this.#kept.book;
    if (chain === null || this.#isEnded) return [];
    const { signer, origin } = this.#options;
    const key = { publicKey: signer.publicKey, origin };
    return unsignedAnchors(chain).map((candidate) => ({
      candidate,
      psbt: anchorPsbt(candidate, key),
    }));
  }

  /**
   * Puts a head of the epoch log on its way, replacing one that is still unconfirmed where that is worth
   * its fee. While one is confirmed and not yet final, the head waits: what spent its coin cannot be
   * replaced. Does nothing where the chain has ended.
   *
   * @throws AnchoringError, and KeysError of a key in a token, as source and signer do.
   */
  async publish(payload: AnchorPayload): Promise<void> {
    if (payload.size <= this.settledSize || this.#isEnded) return;
    await this.#publisher.publish(await this.#begun(), payload);
  }

  /** Looks how far the pending anchor has come; @returns the newest that has settled. */
  poll(): Promise<KeptAnchor | null> {
    return this.#follower.poll();
  }

  /**
   * Takes the signatures of an anchor that was handed out (`unsigned`); `send` broadcasts it.
   *
   * @param psbt hostile bytes.
   * @throws AnchoringError ANCHOR_CHAIN_CLOSED, and as `answeredAnchor`; then nothing has changed.
   */
  async accept(psbt: Uint8Array): Promise<AnchorCandidate> {
    if (this.#isEnded) throw ended();
    const { signer, fees, clock } = this.#options;
    const { book } = this.#kept;
    const { chain } = book;
    if (chain === null)
      throw new AnchoringError('ANCHOR_PSBT_UNKNOWN', 'no anchor was asked for yet: wait for one');
    const { candidate, bytes } = answeredAnchor(chain, psbt, signer.publicKey, fees.policy);
    if (candidate.askedAt !== null) {
      const signed = signInChain(chain, candidate.txid, bytes, clock.now());
      // A crash before this leaves it unsigned, and nothing was broadcast: the answer is handed in again. A crash
      // after it leaves a signed anchor that `poll` broadcasts, or `publish` where it replaces another.
      await this.#kept.keep({ ...book, chain: signed });
    }
    return candidate;
  }

  /** Broadcasts the newest signed anchor, as often as one likes. @throws AnchoringError as the source's own calls. */
  async send(): Promise<void> {
    const { chain } = this.#kept.book;
    if (chain !== null && !this.#isEnded) await broadcastAnchor(this.#options.source, chain);
  }

  /**
   * Takes a coin that was paid to the chain's script for further input of the next anchor.
   *
   * @throws AnchoringError ANCHOR_COIN_REFUSED, ANCHOR_CHAIN_CLOSED, and as the source's own calls.
   */
  async topUp(outpoint: Outpoint): Promise<FundingCoin> {
    if (this.#isEnded) throw ended();
    const chain = await this.#begun();
    const coin = await checkedTopUp(this.#options.source, chain, outpoint, this.#options.fees);
    // A crash before this leaves the coin unknown, and it is named again.
    await this.#kept.keep(topUpInBook(this.#kept.book, chain, coin));
    return coin;
  }

  /** As `planSuccession`, under the key that there is now. Nothing is changed: `followLog` does, once the log says it. */
  planSuccession(outpoint: Outpoint | null, cause: SuccessionCause): Promise<NamedSuccession> {
    const { source, store, firstCoin } = this.#options;
    return planSuccession(
      {
        ...{ source, store, firstCoin, book: this.#kept.book },
        ...{ named: this.namedScript, script: this.#script },
      },
      outpoint,
      cause,
    );
  }

  /** The key is not that of the chain that the log names, or the log names another than is written. */
  get #isKeyAnother(): boolean {
    const named = this.namedScript;
    const { chain } = this.#kept.book;
    if (!equalBytes(named, this.#script)) return true;
    return chain !== null && !equalBytes(chain.script, named);
  }

  get #isEnded(): boolean {
    return this.#isKeyAnother || (this.#kept.book.chain?.end ?? null) !== null;
  }

  async #begun(): Promise<WrittenChain> {
    const { chain } = this.#kept.book;
    if (chain !== null) return chain;
    const begun = beginChain(this.#script, await this.#options.firstCoin(this.#script));
    this.#kept.begin(begun);
    return begun;
  }
}

function ended(): AnchoringError {
  return new AnchoringError(
    'ANCHOR_CHAIN_CLOSED',
    'the chain of anchors has ended: begin its successor under another key',
  );
}
