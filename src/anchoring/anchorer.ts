/**
 * Follows the epoch log into a chain. It never holds up a write: when the chain cannot be reached the
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
import {
  type AnchorBook,
  beginChain,
  closeInBook,
  continues,
  settleInBook,
  takenBackSizes,
  topUpInBook,
  type WrittenChain,
} from './anchor-book.js';
import { type AnchorFees, decideAnchor, type Starved } from './anchor-decision.js';
import { proveAnchor } from './anchor-prover.js';
import { type AnchorReport, reportOf } from './anchor-report.js';
import type { AnchorSigner } from './anchor-signer.js';
import type { AnchorStore, KeptAnchor } from './anchor-store.js';
import { chainScript } from './anchor-transaction.js';
import { anchorProgress, broadcastAnchor, broadcastCandidate } from './anchor-wallet.js';
import type { ChainSource } from './chain-source.js';
import { type ConfirmedCandidate, confirmedIn } from './confirmed-candidate.js';
import { AnchoringError } from './errors.js';
import { type FundingCoin, fundingCoin } from './funding-coin.js';
import type { NamedChain, NamedSuccession } from './named-chain.js';
import { SettledWatch } from './settled-watch.js';
import { SpenderSearch } from './spender-search.js';
import { bookAfter, checkSuccession, firstCoinOf, successionStatement } from './succession.js';
import { checkedTopUp, unspentOf } from './top-up.js';

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
  readonly #search: SpenderSearch;
  readonly #watch: SettledWatch;
  #book: AnchorBook;
  /** The script that the epoch log names; null before its first epoch that does. */
  #named: Uint8Array | null = null;
  #starved: Starved | null = null;
  #rate: number | null = null;
  #confirmations = 0;

  private constructor(
    options: AnchorerOptions,
    script: Uint8Array,
    book: AnchorBook,
    watch: SettledWatch,
  ) {
    this.#options = options;
    this.#script = script;
    this.#book = book;
    this.#watch = watch;
    this.#search = new SpenderSearch(options.source);
  }

  /** @throws AnchoringError ANCHOR_STATE_INVALID. */
  static async open(options: AnchorerOptions): Promise<Anchorer> {
    const script = chainScript(options.signer.publicKey);
    const book = await options.store.readBook(script);
    const anchorer = new Anchorer(options, script, book, await SettledWatch.open(options));
    await anchorer.followLog();
    return anchorer;
  }

  /** What epochs name: the chain that the log has, whatever key there is. */
  get namedScript(): Uint8Array {
    return this.#named ?? this.#book.chain?.script ?? this.#script;
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
    const { chain } = this.#book;
    if (script !== null && (chain === null || !equalBytes(chain.script, script))) {
      const succession = await named.succession();
      const book = succession && bookAfter(this.#book, succession);
      // A crash before this leaves a log that names the new chain, and the old one here: looked at again.
      if (book !== null) await this.#keep(book);
    }
    this.#named = script;
  }

  get state(): AnchorState {
    const last = this.#book.chain?.candidates.at(-1);
    if (last === undefined) return { state: 'idle' };
    return {
      state: 'pending',
      epochSize: last.payload.size,
      confirmations: this.#confirmations,
      isStarved: this.#starved !== null,
    };
  }

  /** Size of the epoch log that is anchored for good; 0 before the first. */
  get settledSize(): TreeSize {
    return this.#options.store.settledSizes.at(-1) ?? (0 as TreeSize);
  }

  /** What an operator wants to know of the chain, as far as it was last looked at. */
  get report(): AnchorReport {
    return reportOf({
      book: this.#book,
      fees: this.#options.fees,
      isKeyAnother: this.#isKeyAnother,
      rate: this.#rate,
      starved: this.#starved,
      lastSettledAt: this.#watch.lastSettledAt,
      now: this.#options.clock.now(),
    });
  }

  /**
   * Puts a head of the epoch log on its way, replacing one that is still unconfirmed where that is worth
   * its fee. While one is confirmed and not yet final, the head waits: what spent its coin cannot be
   * replaced. Does nothing where the chain has ended.
   */
  async publish(payload: AnchorPayload): Promise<void> {
    const { source, signer, clock, fees, targetBlocks } = this.#options;
    if (payload.size <= this.settledSize || this.#isEnded) return;
    const chain = await this.#begun();
    const progress = await anchorProgress(source, chain);
    if (progress?.status.state === 'confirmed') return;
    // Gone: by one of ours, or by a stranger. `poll` looks for it; nothing can be signed meanwhile.
    if ((await source.coin(chain.tip.outpoint)) === undefined) return;
    const estimate = await source.feeRate(targetBlocks);
    const topUps = await unspentOf(source, chain.topUps);
    const { spending } = this.#book;
    const request = { payload, estimate, topUps, spending, now: clock.now() };
    const decision = await decideAnchor(chain, request, signer, fees);
    this.#rate = decision.rate;
    if (decision.kind !== 'waits') this.#starved = null;
    if (decision.kind === 'starved') this.#starved = decision.starved;
    if (decision.kind === 'signed') {
      const signed = { ...chain, candidates: decision.candidates, signedAt: clock.now() };
      // A crash before this leaves the chain as it was: nothing was broadcast.
      await this.#keep({ ...this.#book, chain: signed });
      // A crash before this leaves a signed anchor that `poll` broadcasts again, the same bytes.
      await broadcastAnchor(source, signed);
    } else if (chain.above.length === 0 && progress?.candidate !== chain.candidates.at(-1)) {
      // Stored, and then a crash: the one that it replaces may still be all that the node knows.
      await broadcastAnchor(source, chain);
    }
  }

  /** Looks how far the pending anchor has come; @returns the newest that has settled. */
  async poll(): Promise<KeptAnchor | null> {
    await this.#takeBack();
    let settled: KeptAnchor | null = null;
    for (;;) {
      const { chain } = this.#book;
      if (chain === null) return settled;
      const confirmed = await this.#confirmed(chain);
      this.#confirmations = confirmed?.confirmations ?? 0;
      if (confirmed === null || confirmed.confirmations < this.#options.confirmations)
        return settled;
      settled = await this.#settle(chain, confirmed);
    }
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
    await this.#keep(topUpInBook(this.#book, chain, coin));
    return coin;
  }

  /**
   * What the epoch log must say for another chain, under the key that there is now, to take the place of the
   * one that it names. Nothing is changed: `followLog` does, once the log says it.
   *
   * @param outpoint null asks for the coin that a first chain would start from.
   * @throws AnchoringError ANCHOR_CHAIN_OPEN, ANCHOR_SUCCESSION_REFUSED, ANCHOR_COIN_REFUSED, and as the source's own calls.
   */
  async planSuccession(
    outpoint: Outpoint | null,
    cause: SuccessionCause,
  ): Promise<NamedSuccession> {
    const { source, store, firstCoin } = this.#options;
    const book = this.#book;
    const named = this.namedScript;
    const script = this.#script;
    // Whoever spent the coin has the key: a chain under the same one would end as well.
    if (equalBytes(named, script))
      throw new AnchoringError(
        'ANCHOR_CHAIN_OPEN',
        'the chain of anchors is under the key that there is: only one of another key can succeed it',
      );
    checkSuccession(book, script, cause);
    const coin =
      outpoint === null ? await firstCoin(script) : await fundingCoin(source, outpoint, script);
    const first = await firstCoinOf(store, book);
    return {
      script,
      statement: successionStatement({ book, named, first, script, coin, cause }),
    };
  }

  /** The key is not that of the chain that the log names, or the log names another than is written. */
  get #isKeyAnother(): boolean {
    const named = this.namedScript;
    const { chain } = this.#book;
    if (!equalBytes(named, this.#script)) return true;
    return chain !== null && !equalBytes(chain.script, named);
  }

  get #isEnded(): boolean {
    return this.#isKeyAnother || (this.#book.chain?.end ?? null) !== null;
  }

  /** Stored with the first thing that is signed: until then the coin is just a coin. */
  async #begun(): Promise<WrittenChain> {
    if (this.#book.chain !== null) return this.#book.chain;
    const chain = beginChain(this.#script, await this.#options.firstCoin(this.#script));
    this.#book = { ...this.#book, chain };
    return chain;
  }

  /** Anchors that were final and that a reorganisation has taken out of the chain. */
  async #takeBack(): Promise<void> {
    for (;;) {
      const book = await this.#watch.takenBack(this.#book);
      if (book === null) return;
      // A crash before this leaves the anchor counted, and it is looked at again. Its proof stays on
      // disk, uncounted, until one that takes its place is durable.
      await this.#keep(book, this.#options.store.settledSizes.slice(0, -1));
    }
  }

  /** The candidate that is in the chain; broadcasts again what is nowhere, and ends what is not ours. */
  async #confirmed(chain: WrittenChain): Promise<ConfirmedCandidate | null> {
    if (chain.end !== null && chain.above.length === 0) return null;
    const { source, clock } = this.#options;
    const look = await confirmedIn(source, this.#search, chain);
    if (look.kind === 'confirmed') return look;
    if (look.kind === 'absent') await broadcastCandidate(source, look.candidate);
    if (look.kind === 'spent' && chain.end === null) {
      const { txid, height } = look.spender;
      // A crash before this leaves a chain that nothing is signed for either: its coin is gone.
      await this.#keep(closeInBook(this.#book, chain, { txid, height, at: clock.now() }));
    }
    return null;
  }

  async #settle(chain: WrittenChain, confirmed: ConfirmedCandidate): Promise<KeptAnchor> {
    const { source, store, clock, confirmations } = this.#options;
    const { candidate, height, blockHash } = confirmed;
    const found = { state: 'confirmed', ...confirmed } as const;
    const proof = await proveAnchor(source, candidate.txid, { confirmations, found });
    const { tip, candidates, since } = chain;
    const kept: KeptAnchor = {
      epochSize: candidate.payload.size,
      proof,
      chain: this.#book.ended.length,
      at: clock.now(),
      level: { tip, candidates, ...(since !== undefined && { since }) },
    };
    // What a crash kept from settling, and what then never did.
    await store.removeUncounted([...takenBackSizes(chain), kept.epochSize]);
    // A crash here leaves the proof uncounted and the candidates: the next poll writes it again.
    await store.writeSettled(kept);
    // Nothing will follow what a rival took the place of. A crash here: as above.
    if (!continues(chain, candidate)) await store.removeUncounted([kept.epochSize]);
    const book = settleInBook(this.#book, chain, candidate, { at: kept.at, height });
    await this.#keep(book, [...store.settledSizes, kept.epochSize]);
    this.#watch.note(kept, { txid: candidate.txid, height, hash: blockHash });
    this.#confirmations = 0;
    return kept;
  }

  async #keep(book: AnchorBook, settled = this.#options.store.settledSizes): Promise<void> {
    await this.#options.store.writeBook(book, settled);
    this.#book = book;
  }
}

function ended(): AnchoringError {
  return new AnchoringError(
    'ANCHOR_CHAIN_CLOSED',
    'the chain of anchors has ended: begin its successor under another key',
  );
}
