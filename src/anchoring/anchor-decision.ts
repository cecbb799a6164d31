/**
 * Whether an anchor is made now, and at what fee. Three limits hold at once: what one anchor may cost,
 * what a month may cost, and a rhythm, which is what the balance lasts by. None of them loses anything:
 * the epoch log is cumulative, so what waits is said by the next anchor.
 */
import type { UnixMillis } from '../base/brand.js';
import type { AnchorPayload } from '../evidence/bitcoin/anchor-payload.js';
import type { WrittenChain } from './anchor-book.js';
import { type FeePolicy, slidingFee } from './anchor-fee.js';
import type { AnchorSigner } from './anchor-signer.js';
import { type AnchorSpending, paidThisMonth } from './anchor-spending.js';
import { type AnchorCoin, type AnchorFeeLimits, anchorVirtualSize } from './anchor-transaction.js';
import { type AnchorCandidate, nextAnchor } from './anchor-wallet.js';
import { AnchoringError } from './errors.js';

export interface AnchorFees {
  readonly policy: FeePolicy & AnchorFeeLimits;
  /** In satoshi a calendar month of UTC; null is no limit. */
  readonly monthlyBudget: bigint | null;
  /** At least between two anchors; 0 anchors every head at once. */
  readonly intervalMillis: number;
}

export interface DecisionRequest {
  readonly payload: AnchorPayload;
  /** The node's, in satoshi per virtual byte. */
  readonly estimate: number | undefined;
  /** Coins to pay in. */
  readonly topUps: readonly AnchorCoin[];
  readonly spending: AnchorSpending;
  readonly now: UnixMillis;
}

/** Why no anchor is made although one is due. */
export interface Starved {
  /** Fee that it would have, in satoshi. */
  readonly wanted: bigint;
  /** Of one anchor, of the month, or of what the chain has. */
  readonly limit: 'anchor' | 'month' | 'funds';
}

export type AnchorDecision = {
  /** Satoshi per virtual byte that was reckoned with. */
  readonly rate: number;
} & (
  | { readonly kind: 'made'; readonly candidates: readonly AnchorCandidate[] }
  /** Not due, or as good as it was. */
  | { readonly kind: 'waits' }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'starved'; readonly starved: Starved }
);

/** @throws AnchoringError as `signAnchor` but for ANCHOR_FUNDS_EXHAUSTED. */
export async function decideAnchor(
  chain: WrittenChain,
  request: DecisionRequest,
  signer: AnchorSigner,
  { policy, monthlyBudget, intervalMillis }: AnchorFees,
): Promise<AnchorDecision> {
  const { payload, estimate, topUps, spending, now } = request;
  const rate = Math.min(policy.capRate, Math.max(estimate ?? 0, policy.floorRate));
  const isAtOnce = signer.kind !== 'psbt';
  if (!isDue(chain, request, { policy, intervalMillis, isAtOnce })) return { kind: 'waits', rate };
  const monthLeft =
    monthlyBudget === null ? policy.budget : monthlyBudget - paidThisMonth(spending, now);
  // What was taken back is paid for when it settles again.
  const reserved = chain.above.reduce(
    (sum, level) => sum + (level.candidates.at(-1)?.fee ?? 0n),
    0n,
  );
  const left = monthLeft - reserved;
  const budget = left < policy.budget ? left : policy.budget;
  try {
    const asked = { payload, estimate, topUps, now };
    const next = await nextAnchor(chain, asked, signer, { ...policy, budget });
    if (next.kind === 'unchanged') return { kind: 'unchanged', rate };
    if (next.kind === 'made') return { kind: 'made', rate, candidates: next.chain.candidates };
    const limit = next.wanted > policy.budget ? 'anchor' : 'month';
    return { kind: 'starved', rate, starved: { wanted: next.wanted, limit } };
  } catch (cause) {
    if (!(cause instanceof AnchoringError) || cause.code !== 'ANCHOR_FUNDS_EXHAUSTED') throw cause;
    const wanted = BigInt(Math.ceil(rate * anchorVirtualSize(1 + topUps.length)));
    return { kind: 'starved', rate, starved: { wanted, limit: 'funds' } };
  }
}

function isDue(
  { candidates, above, signedAt }: WrittenChain,
  { estimate, topUps, now }: DecisionRequest,
  {
    policy,
    intervalMillis,
    isAtOnce,
  }: Pick<AnchorFees, 'policy' | 'intervalMillis'> & { readonly isAtOnce: boolean },
): boolean {
  const last = candidates.at(-1);
  // A clock that was put back must not hold up anchors until it has caught up.
  const isTime = signedAt === null || signedAt > now || now - signedAt >= intervalMillis;
  if (last === undefined) return isTime;
  // A replacement costs more each time: it is made for a fee that no longer does, or for a new coin.
  const wanted = slidingFee(
    { estimate, virtualSize: anchorVirtualSize(1 + last.topUps.length) },
    policy,
  );
  const isTooCheap = (wanted.kind === 'pay' ? wanted.fee : wanted.wanted) > last.fee;
  // Whoever is to sign it may have it in hand: asked for anew in the rhythm, and for a fee that no longer does.
  // Its signer may have been replaced by one that signs at once.
  if (last.askedAt !== null) return isAtOnce || (isTooCheap && isTime);
  if (isTooCheap) return true;
  // What was final once is left to be mined again as it is.
  if (above.length > 0) return false;
  return isTime || topUps.length > last.topUps.length;
}
