/**
 * How far the spending of the chain's tip has come: one of ours is in the chain, or waits, or is nowhere,
 * or a stranger's transaction stands where ours should.
 */
import type { BlockHash } from '../evidence/bitcoin/hash256.js';
import type { WrittenChain } from './anchor-book.js';
import { type AnchorCandidate, anchorProgress } from './anchor-wallet.js';
import type { ChainSource } from './chain-source.js';
import { AnchoringError } from './errors.js';
import type { Spender, SpenderSearch } from './spender-search.js';

export interface ConfirmedCandidate {
  readonly candidate: AnchorCandidate;
  readonly height: number;
  readonly blockHash: BlockHash;
  readonly confirmations: number;
}

export type CandidateLook =
  | ({ readonly kind: 'confirmed' } & ConfirmedCandidate)
  /** In the mempool, or there is nothing to look for. */
  | { readonly kind: 'waiting' }
  /** The tip is unspent and the node has never heard of this one: broadcast it again. */
  | { readonly kind: 'absent'; readonly candidate: AnchorCandidate }
  /** By a transaction that is none of the candidates. */
  | { readonly kind: 'spent'; readonly spender: Spender };

/** @throws AnchoringError ANCHOR_COIN_MISSING, and as the source's own calls. */
export async function confirmedIn(
  source: ChainSource,
  search: SpenderSearch,
  chain: WrittenChain,
): Promise<CandidateLook> {
  const progress = await anchorProgress(source, chain);
  if (progress?.status.state === 'confirmed') {
    const { height, blockHash, confirmations } = progress.status;
    return {
      kind: 'confirmed',
      candidate: progress.candidate,
      height,
      blockHash,
      confirmations,
    };
  }
  if (progress?.status.state === 'mempool') return { kind: 'waiting' };
  if ((await source.coin(chain.tip.outpoint)) === undefined) return spentIn(source, search, chain);
  const candidate = goesOnFrom(chain) ?? progress?.candidate;
  // What is not signed cannot be broadcast: it waits for its signature.
  return candidate?.askedAt === null ? { kind: 'absent', candidate } : { kind: 'waiting' };
}

/** Nodes without an index know a confirmed anchor only until its own coin is spent. */
async function spentIn(
  source: ChainSource,
  search: SpenderSearch,
  chain: WrittenChain,
): Promise<CandidateLook> {
  const found = await search.find(chain.tip.outpoint, chain.since);
  if (found.kind === 'unfinished') return { kind: 'waiting' };
  if (found.kind === 'none')
    throw new AnchoringError(
      'ANCHOR_COIN_MISSING',
      'the node has no coin at the end of the anchor chain, and nothing that spent it: it may be behind',
    );
  const { spender } = found;
  const candidate = chain.candidates.find(({ txid }) => txid === spender.txid);
  if (candidate === undefined) return { kind: 'spent', spender };
  const { height, blockHash } = spender;
  const confirmations = (await source.tip()).height - height + 1;
  return { kind: 'confirmed', candidate, height, blockHash, confirmations };
}

/** What was final before a reorganisation, and what the anchors above it hang from. */
function goesOnFrom({ above, candidates }: WrittenChain): AnchorCandidate | undefined {
  return candidates.find(({ txid }) => txid === above[0]?.tip.outpoint.txid);
}
