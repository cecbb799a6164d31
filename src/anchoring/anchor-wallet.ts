/**
 * The one coin that the anchor chain consists of, and the transactions that may spend it next. Pure
 * but for signing; the caller owns storage, and owes it this order: **store the state that
 * `nextAnchor` returns, synced, then broadcast**. After a restart the same bytes are broadcast again.
 * A signed anchor that was broadcast and forgotten could confirm behind our back.
 *
 * While an anchor is unconfirmed, its replacements are kept beside it, oldest first: a miner may take
 * any of them, and exactly one can confirm, since all spend the same coin. No anchor is ever chained
 * to an unconfirmed one.
 */
import type { UnixMillis } from '../base/brand.js';
import { assert } from '../base/errors.js';
import type { AnchorPayload } from '../evidence/bitcoin/anchor-payload.js';
import type { Txid } from '../evidence/bitcoin/hash256.js';
import { parseTransaction } from '../evidence/bitcoin/transaction.js';
import { slidingFee } from './anchor-fee.js';
import type { FeePolicy } from './anchor-fee.js';
import type { AnchorSigner } from './anchor-signer.js';
import { anchorVirtualSize, signAnchor } from './anchor-transaction.js';
import type { AnchorCoin, AnchorFeeLimits } from './anchor-transaction.js';
import type { ChainSource, TransactionStatus } from './chain-source.js';
import { AnchoringError } from './errors.js';

export interface AnchorChain {
  /** Output 0 of the last anchor that is settled; before the first, the coin it is to start from. */
  readonly tip: AnchorCoin;
  /** Every transaction that was signed to spend `tip`, or handed out to be, oldest first. */
  readonly candidates: readonly AnchorCandidate[];
  /** Height at or above which the tip was made; unknown where an earlier version stored it. */
  readonly since?: number;
}

export interface AnchorCandidate {
  readonly spends: AnchorCoin;
  readonly topUps: readonly AnchorCoin[];
  readonly payload: AnchorPayload;
  readonly fee: bigint;
  /** Without witnesses while it is `askedAt`. */
  readonly bytes: Uint8Array;
  readonly txid: Txid;
  /**
   * When it was handed out for a signature that has not come back; null of a signed one. Whoever has the key may
   * sign and publish it at any time: it is one of ours in any case.
   */
  readonly askedAt: UnixMillis | null;
}

export interface AnchorRequest {
  readonly payload: AnchorPayload;
  /** The node's fee estimate in satoshi per virtual byte, if it has one. */
  readonly estimate: number | undefined;
  /** Coins to pay in; without any, a replacement keeps those of the one it replaces. */
  readonly topUps?: readonly AnchorCoin[];
  readonly now: UnixMillis;
}

export type NextAnchor =
  /** A new last candidate: store `chain`, then broadcast it, if it is signed. */
  | { readonly kind: 'made'; readonly chain: AnchorChain }
  /** The last candidate already says as much and pays enough. */
  | { readonly kind: 'unchanged' }
  /** See `FeeDecision`. */
  | { readonly kind: 'starved'; readonly wanted: bigint };

export interface AnchorProgress {
  readonly candidate: AnchorCandidate;
  readonly status: TransactionStatus;
}

/** More replacements than this are not made: all of them have to be kept. */
export const MAX_CANDIDATES = 1024;

/**
 * Signs the anchor of `payload`: the first to spend the chain's tip, or a replacement of the last
 * candidate, which must not be of a larger log.
 *
 * @throws AnchoringError as `signAnchor`
 */
export async function nextAnchor(
  chain: AnchorChain,
  request: AnchorRequest,
  signer: AnchorSigner,
  policy: FeePolicy & AnchorFeeLimits,
): Promise<NextAnchor> {
  const { payload, estimate } = request;
  const last = chain.candidates.at(-1);
  assert(last === undefined || payload.size >= last.payload.size, 'anchors never go back');
  const topUps = request.topUps ?? last?.topUps ?? [];
  const virtualSize = anchorVirtualSize(1 + topUps.length);
  if (last?.payload.size === payload.size && topUps.length === last.topUps.length) {
    const wanted = slidingFee({ estimate, virtualSize }, policy);
    if (wanted.kind === 'pay' && wanted.fee <= last.fee) return { kind: 'unchanged' };
  }
  const replaces = last && { fee: last.fee, virtualSize: virtualSizeOf(last) };
  const decision = slidingFee({ estimate, virtualSize, replaces }, policy);
  if (decision.kind === 'starved') return decision;
  if (chain.candidates.length >= MAX_CANDIDATES) return { kind: 'starved', wanted: decision.fee };
  const draft = { spends: chain.tip, topUps, payload, fee: decision.fee };
  const { bytes, txid, isSigned } = await signAnchor(draft, signer, policy);
  const candidate = { ...draft, bytes, txid, askedAt: isSigned ? null : request.now };
  return { kind: 'made', chain: { ...chain, candidates: [...chain.candidates, candidate] } };
}

/** The newest that can be broadcast. */
export function lastSigned({ candidates }: AnchorChain): AnchorCandidate | undefined {
  return candidates.findLast(({ askedAt }) => askedAt === null);
}

/**
 * Those whose signature is waited for, oldest first: none before the newest that is signed, which pays more and
 * says as much.
 */
export function unsignedAnchors({ candidates }: AnchorChain): readonly AnchorCandidate[] {
  return candidates.slice(1 + candidates.findLastIndex(({ askedAt }) => askedAt === null));
}

/** Broadcasts the last signed candidate, again or for the first time. @throws AnchoringError as `broadcast` */
export async function broadcastAnchor(source: ChainSource, chain: AnchorChain): Promise<void> {
  const last = lastSigned(chain);
  if (last !== undefined) await broadcastCandidate(source, last);
}

/** The same bytes as ever. @throws AnchoringError as `broadcast` */
export async function broadcastCandidate(
  source: ChainSource,
  { bytes }: AnchorCandidate,
): Promise<void> {
  await source.broadcast(bytes);
}

/**
 * How far the tip's spending has come: the confirmed candidate if there is one, else the one in the
 * mempool, else the last signed one with `unknown`: broadcast it again. If the node then rejects it, the
 * tip was spent by a transaction that is none of ours: the chain is closed, which calls for an
 * operator. Undefined while none is signed, and nobody else has published one.
 */
export async function anchorProgress(
  source: ChainSource,
  chain: AnchorChain,
): Promise<AnchorProgress | undefined> {
  // The last one first: older ones confirm only when a miner had not heard of their replacement.
  for (const candidate of chain.candidates.toReversed()) {
    const status = await source.transactionStatus(candidate.txid);
    if (status.state !== 'unknown') return { candidate, status };
  }
  const last = lastSigned(chain);
  return last && { candidate: last, status: { state: 'unknown' } };
}

/**
 * The chain after a candidate has confirmed deep enough to be taken for final; its rivals are dead.
 *
 * @throws AnchoringError ANCHOR_STATE_INVALID if it is none of the candidates
 */
export function settleAnchor(chain: AnchorChain, txid: Txid): AnchorChain {
  const settled = chain.candidates.find((candidate) => candidate.txid === txid);
  if (settled === undefined)
    throw new AnchoringError('ANCHOR_STATE_INVALID', 'no candidate of the chain has this txid');
  return { tip: anchorOutput(settled.bytes), candidates: [] };
}

/** The chain as it was before `settled` settled: for a reorganisation deeper than was waited for. */
export function unsettleAnchor(settled: AnchorCandidate): AnchorChain {
  return { tip: settled.spends, candidates: [settled] };
}

/** Output 0 of an anchor: the coin that the next one spends. */
export function anchorOutput(bytes: Uint8Array): AnchorCoin {
  const { txid, outputs } = parseTransaction(bytes);
  return { outpoint: { txid, vout: 0 }, value: outputs[0]?.value ?? 0n };
}

function virtualSizeOf(candidate: AnchorCandidate): number {
  return anchorVirtualSize(1 + candidate.topUps.length);
}
