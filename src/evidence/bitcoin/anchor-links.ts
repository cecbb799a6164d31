/**
 * Whether one anchor follows another (docs/formats/bitcoin-anchor.md, "Chain rule"). A coin is spent once, so
 * whoever holds two anchors that both follow a third holds blocks of two chains, of which one is not the best.
 */
import { equalBytes } from '../../base/bytes.js';
import type { AnchorLink } from './anchor-payload.js';
import { BitcoinProofError } from './errors.js';
import type { Txid } from './hash256.js';
import { sameOutpoint } from './transaction.js';

/** An anchor that others may follow. */
export interface FollowedAnchor extends Pick<AnchorLink, 'chainScript'> {
  readonly txid: Txid;
}

/** Where an anchor pays what the next one spends. */
export const CHAIN_OUTPUT = 0;

/**
 * That `next` comes directly behind `previous` in one chain, and in the epoch log not before it. A chain under
 * another key begins anew: whether the log says so is for the caller to look up.
 *
 * @throws BitcoinProofError BITCOIN_CHAIN_BROKEN
 */
export function verifyFollows(
  previous: FollowedAnchor & Pick<AnchorLink, 'payload'>,
  next: AnchorLink,
): void {
  if (!sameOutpoint(next.chainInput, { txid: previous.txid, vout: CHAIN_OUTPUT }))
    throw broken('its input 0 is not output 0 of the anchor before it');
  if (!equalBytes(next.chainScript, previous.chainScript))
    throw broken('it pays another script than the anchor before it');
  if (next.payload.size < previous.payload.size)
    throw broken('its epoch log is shorter than that of the anchor before it');
}

function broken(reason: string): BitcoinProofError {
  return new BitcoinProofError('BITCOIN_CHAIN_BROKEN', `the anchor does not follow: ${reason}`);
}
