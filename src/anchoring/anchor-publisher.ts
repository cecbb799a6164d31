/** Puts heads of the epoch log on their way: one anchor at a time, replaced where that is worth its fee. */
import type { UnixMillis } from '../base/brand.js';
import type { Clock } from '../base/time.js';
import type { AnchorPayload } from '../evidence/bitcoin/anchor-payload.js';
import type { WrittenChain } from './anchor-book.js';
import { type AnchorFees, decideAnchor, type Starved } from './anchor-decision.js';
import type { AnchorSigner } from './anchor-signer.js';
import {
  type AnchorCandidate,
  anchorProgress,
  broadcastAnchor,
  lastSigned,
} from './anchor-wallet.js';
import type { ChainSource } from './chain-source.js';
import type { KeptBook } from './kept-book.js';
import { unspentOf } from './top-up.js';

export interface PublisherOptions {
  readonly source: ChainSource;
  readonly signer: AnchorSigner;
  readonly clock: Clock;
  readonly fees: AnchorFees;
  /** Blocks within which an anchor should confirm; what the fee is estimated for. */
  readonly targetBlocks: number;
}

export class AnchorPublisher {
  readonly #options: PublisherOptions;
  readonly #kept: KeptBook;
  #starved: Starved | null = null;
  #rate: number | null = null;

  constructor(options: PublisherOptions, kept: KeptBook) {
    this.#options = options;
    this.#kept = kept;
  }

  /** Why no anchor was made although one was due. */
  get starved(): Starved | null {
    return this.#starved;
  }

  /** Satoshi per virtual byte at the last look; null before the first. */
  get rate(): number | null {
    return this.#rate;
  }

  /** @param chain that is written, and has not ended. */
  async publish(chain: WrittenChain, payload: AnchorPayload): Promise<void> {
    const { source, signer, clock, fees, targetBlocks } = this.#options;
    if (signer.failure !== null) await signer.look();
    const progress = await anchorProgress(source, chain);
    if (progress?.status.state === 'confirmed') return;
    // Gone: by one of ours, or by a stranger. `poll` looks for it; nothing can be signed meanwhile.
    if ((await source.coin(chain.tip.outpoint)) === undefined) return;
    const estimate = await source.feeRate(targetBlocks);
    const topUps = await unspentOf(source, chain.topUps);
    const { spending } = this.#kept.book;
    const request = { payload, estimate, topUps, spending, now: clock.now() };
    const decision = await decideAnchor(chain, request, signer, fees);
    this.#rate = decision.rate;
    if (decision.kind !== 'waits') this.#starved = null;
    if (decision.kind === 'starved') this.#starved = decision.starved;
    if (decision.kind === 'made') await this.#begin(chain, decision.candidates, request.now);
    else if (chain.above.length === 0 && isBehind(chain, progress?.candidate))
      // Stored, and then a crash: the one that it replaces may still be all that the node knows.
      await broadcastAnchor(source, chain);
  }

  /** @param candidates the new one last. */
  async #begin(
    chain: WrittenChain,
    candidates: readonly AnchorCandidate[],
    signedAt: UnixMillis,
  ): Promise<void> {
    const made = { ...chain, candidates, signedAt };
    // A crash before this leaves the chain as it was: nothing was broadcast, and nobody was asked to sign.
    await this.#kept.keep({ ...this.#kept.book, chain: made });
    // A crash before this leaves a signed anchor that `poll` broadcasts again, the same bytes.
    if (candidates.at(-1)?.askedAt === null) await broadcastAnchor(this.#options.source, made);
  }
}

/** Whether there is a signed candidate that takes the place of what the node knows. */
function isBehind(chain: WrittenChain, known: AnchorCandidate | undefined): boolean {
  const last = lastSigned(chain);
  if (last === undefined || known === undefined) return false;
  return chain.candidates.indexOf(last) > chain.candidates.indexOf(known);
}
