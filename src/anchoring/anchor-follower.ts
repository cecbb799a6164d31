/** How far the chain of anchors has come: what confirms, what is final, what was and is not any more. */
import type { UnixMillis } from '../base/brand.js';
import type { Clock } from '../base/time.js';
import {
  closeInBook,
  continues,
  settleInBook,
  signInChain,
  takenBackSizes,
  type WrittenChain,
} from './anchor-book.js';
import { proveAnchor } from './anchor-prover.js';
import type { KeptAnchor } from './anchor-store.js';
import { broadcastCandidate } from './anchor-wallet.js';
import type { ChainSource } from './chain-source.js';
import { type ConfirmedCandidate, confirmedIn } from './confirmed-candidate.js';
import type { KeptBook } from './kept-book.js';
import { formatOutpoint } from './outpoint-text.js';
import { signedInBlock } from './published-elsewhere.js';
import { SettledWatch } from './settled-watch.js';
import { SpenderSearch } from './spender-search.js';

export interface FollowerOptions {
  readonly source: ChainSource;
  readonly clock: Clock;
  /** Blocks, the anchor's own included, after which it is taken for final. */
  readonly confirmations: number;
}

export class AnchorFollower {
  readonly #options: FollowerOptions;
  readonly #kept: KeptBook;
  readonly #search: SpenderSearch;
  readonly #watch: SettledWatch;
  #confirmations = 0;
  #underWay: { readonly coin: string; readonly since: UnixMillis } | null = null;

  private constructor(options: FollowerOptions, kept: KeptBook, watch: SettledWatch) {
    this.#options = options;
    this.#kept = kept;
    this.#watch = watch;
    this.#search = new SpenderSearch(options.source);
  }

  static async open(options: FollowerOptions, kept: KeptBook): Promise<AnchorFollower> {
    const watch = await SettledWatch.open({ ...options, store: kept.store });
    return new AnchorFollower(options, kept, watch);
  }

  /** Of the anchor on its way, at the last look. */
  get confirmations(): number {
    return this.#confirmations;
  }

  /** When an anchor last settled; null before the first, and where an earlier version did not say. */
  get lastSettledAt(): UnixMillis | null {
    return this.#watch.lastSettledAt;
  }

  /** Since when this process has seen the chain's coin wait to be spent for good; null where nothing is to spend it. */
  get underWaySince(): UnixMillis | null {
    return this.#underWay?.since ?? null;
  }

  /** @returns the newest that has settled. */
  async poll(): Promise<KeptAnchor | null> {
    await this.#takeBack();
    const settled = await this.#settleAll();
    this.#noteUnderWay();
    return settled;
  }

  async #settleAll(): Promise<KeptAnchor | null> {
    let settled: KeptAnchor | null = null;
    for (;;) {
      const { chain } = this.#kept.book;
      if (chain === null) return settled;
      const confirmed = await this.#confirmed(chain);
      this.#confirmations = confirmed?.confirmations ?? 0;
      if (confirmed === null || confirmed.confirmations < this.#options.confirmations)
        return settled;
      settled = await this.#settle(chain, confirmed);
    }
  }

  #noteUnderWay(): void {
    const { chain } = this.#kept.book;
    if (chain === null || chain.candidates.length === 0) {
      this.#underWay = null;
      return;
    }
    const coin = formatOutpoint(chain.tip.outpoint);
    if (this.#underWay?.coin !== coin) this.#underWay = { coin, since: this.#options.clock.now() };
  }

  /** Anchors that were final and that a reorganisation has taken out of the chain. */
  async #takeBack(): Promise<void> {
    for (;;) {
      const book = await this.#watch.takenBack(this.#kept.book);
      if (book === null) return;
      // A crash before this leaves the anchor counted, and it is looked at again. Its proof stays on
      // disk, uncounted, until one that takes its place is durable.
      await this.#kept.keep(book, this.#kept.store.settledSizes.slice(0, -1));
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
      await this.#kept.keep(closeInBook(this.#kept.book, chain, { txid, height, at: clock.now() }));
    }
    return null;
  }

  async #settle(before: WrittenChain, confirmed: ConfirmedCandidate): Promise<KeptAnchor> {
    const { source, clock, confirmations } = this.#options;
    const { store } = this.#kept;
    const { height, blockHash } = confirmed;
    const found = { state: 'confirmed', ...confirmed } as const;
    const proof = await proveAnchor(source, confirmed.candidate.txid, { confirmations, found });
    // A reorganisation may ask for its bytes again, and whoever published it may be gone.
    const bytes = await signedInBlock(source, confirmed, before.script);
    const chain =
      bytes === null
        ? before
        : signInChain(before, confirmed.candidate.txid, bytes, before.signedAt);
    const candidate =
      bytes === null ? confirmed.candidate : { ...confirmed.candidate, bytes, askedAt: null };
    const { tip, candidates, since } = chain;
    const kept: KeptAnchor = {
      epochSize: candidate.payload.size,
      proof,
      chain: this.#kept.book.ended.length,
      at: clock.now(),
      level: { tip, candidates, ...(since !== undefined && { since }) },
    };
    // What a crash kept from settling, and what then never did.
    await store.removeUncounted([...takenBackSizes(chain), kept.epochSize]);
    // A crash here leaves the proof uncounted and the candidates: the next poll writes it again.
    await store.writeSettled(kept);
    // Nothing will follow what a rival took the place of. A crash here: as above.
    if (!continues(chain, candidate)) await store.removeUncounted([kept.epochSize]);
    const book = settleInBook(this.#kept.book, chain, candidate, { at: kept.at, height });
    await this.#kept.keep(book, [...store.settledSizes, kept.epochSize]);
    this.#watch.note(kept, { txid: candidate.txid, height, hash: blockHash });
    this.#confirmations = 0;
    return kept;
  }
}
