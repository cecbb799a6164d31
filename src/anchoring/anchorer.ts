/**
 * Follows the epoch log into a chain. It never holds up a write: when the chain cannot be reached the
 * backlog grows, is visible, and is anchored by the next transaction, which says all of it.
 */
import type { TreeSize } from '../base/brand.js';
import type { AnchorPayload } from '../evidence/bitcoin/anchor-payload.js';
import type { FeePolicy } from './anchor-fee.js';
import { proveAnchor } from './anchor-prover.js';
import type { AnchorSigner } from './anchor-signer.js';
import type { AnchorStore, SettledAnchor } from './anchor-store.js';
import type { AnchorFeeLimits, AnchorCoin } from './anchor-transaction.js';
import { chainScript } from './anchor-transaction.js';
import {
  anchorProgress,
  broadcastAnchor,
  type AnchorChain,
  nextAnchor,
  settleAnchor,
} from './anchor-wallet.js';
import type { ChainSource } from './chain-source.js';

export interface AnchorerOptions {
  readonly source: ChainSource;
  readonly signer: AnchorSigner;
  readonly store: AnchorStore;
  readonly policy: FeePolicy & AnchorFeeLimits;
  /** Blocks, the anchor's own included, after which it is taken for final. */
  readonly confirmations: number;
  /** Blocks within which an anchor should confirm; what the fee is estimated for. */
  readonly targetBlocks: number;
  /** The coin that the chain of anchors starts from, asked for once. */
  readonly firstCoin: (script: Uint8Array) => Promise<AnchorCoin>;
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
  #chain: AnchorChain | null;
  #isStarved = false;
  #confirmations = 0;

  private constructor(options: AnchorerOptions, script: Uint8Array, chain: AnchorChain | null) {
    this.#options = options;
    this.#script = script;
    this.#chain = chain;
  }

  /** @throws AnchoringError ANCHOR_STATE_INVALID. */
  static async open(options: AnchorerOptions): Promise<Anchorer> {
    const script = chainScript(options.signer.publicKey);
    return new Anchorer(options, script, await options.store.readChain(script));
  }

  get state(): AnchorState {
    const last = this.#chain?.candidates.at(-1);
    if (last === undefined) return { state: 'idle' };
    return {
      state: 'pending',
      epochSize: last.payload.size,
      confirmations: this.#confirmations,
      isStarved: this.#isStarved,
    };
  }

  /** Size of the epoch log that is anchored for good; 0 before the first. */
  get settledSize(): TreeSize {
    return this.#options.store.settledSizes.at(-1) ?? (0 as TreeSize);
  }

  /**
   * Puts a head of the epoch log on its way, replacing one that is still unconfirmed. While one is
   * confirmed and not yet final, the head waits: what spent its coin cannot be replaced.
   */
  async publish(payload: AnchorPayload): Promise<void> {
    const { source, signer, store, policy, targetBlocks } = this.#options;
    if (payload.size <= this.settledSize) return;
    this.#chain ??= { tip: await this.#options.firstCoin(this.#script), candidates: [] };
    const progress = await anchorProgress(source, this.#chain);
    if (progress?.status.state === 'confirmed') return;
    const estimate = await source.feeRate(targetBlocks);
    const next = await nextAnchor(this.#chain, { payload, estimate }, signer, policy);
    this.#isStarved = next.kind === 'starved';
    if (next.kind === 'signed') {
      // A crash before this leaves the chain as it was: nothing was broadcast.
      await store.writeChain(next.chain);
      this.#chain = next.chain;
    }
    // A crash before this leaves a signed anchor that `poll` broadcasts again, the same bytes.
    await broadcastAnchor(source, this.#chain);
  }

  /** Looks how far the pending anchor has come; @returns it once it has settled. */
  async poll(): Promise<SettledAnchor | null> {
    const { source, store, confirmations } = this.#options;
    if (this.#chain === null) return null;
    const progress = await anchorProgress(source, this.#chain);
    if (progress === undefined) return null;
    const { candidate, status } = progress;
    this.#confirmations = status.state === 'confirmed' ? status.confirmations : 0;
    if (status.state === 'unknown') await broadcastAnchor(source, this.#chain);
    if (this.#confirmations < confirmations) return null;
    const proof = await proveAnchor(source, candidate.txid, { confirmations });
    const settled = { epochSize: candidate.payload.size, proof };
    // A crash here leaves the proof and the candidates: the next poll writes the same proof again.
    await store.writeSettled(settled);
    const chain = settleAnchor(this.#chain, candidate.txid);
    await store.writeChain(chain);
    this.#chain = chain;
    this.#confirmations = 0;
    return settled;
  }
}
