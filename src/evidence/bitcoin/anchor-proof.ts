/**
 * The proof that an epoch log head stands in the Bitcoin chain, and its verification: offline, from
 * bytes alone, with nothing but SHA-256. Written for a reader who trusts neither the node that made
 * the proof nor the file that carries it.
 */
import type { UnixMillis } from '../../base/brand.js';
import { readAnchorLink } from './anchor-payload.js';
import type { AnchorPayload } from './anchor-payload.js';
import { verifyBlockInclusion } from './block-inclusion.js';
import type { BlockInclusion } from './block-inclusion.js';
import { BitcoinProofError } from './errors.js';
import type { BlockHash, Txid } from './hash256.js';
import { verifyHeaderChain } from './header-chain.js';
import type { PinnedHeader } from './header-chain.js';
import type { BitcoinNetworkName, BitcoinNetworkParams } from './network.js';
import type { Outpoint } from './transaction.js';

export interface AnchorProof extends BlockInclusion {
  readonly network: BitcoinNetworkName;
  /** Height of the first header: the anchor's own block, or an earlier one that links to a pin. */
  readonly headersFrom: number;
  /** Consecutive headers of 80 bytes each, through the anchor's block and those on top of it. */
  readonly headers: Uint8Array;
}

/** The verifier's own terms; never taken from the proof. */
export interface AnchorPolicy {
  readonly network: BitcoinNetworkParams;
  /** Blocks that must confirm the anchor, its own included; at least 1, usually 6. */
  readonly requiredConfirmations: number;
  readonly pinnedHeaders: readonly PinnedHeader[];
}

export interface VerifiedAnchor {
  readonly payload: AnchorPayload;
  readonly txid: Txid;
  /** The chain link: see `readAnchorLink`. */
  readonly chainInput: Outpoint;
  readonly chainScript: Uint8Array;
  readonly blockHash: BlockHash;
  readonly height: number;
  /** The block's own time; the network keeps it true to about two hours. */
  readonly time: UnixMillis;
  /** Headers from the anchor's block on that the proof itself shows. */
  readonly confirmations: number;
  /** `pinned`: linked to a header that the verifier knows. `self-asserted`: the file's word and its work. */
  readonly attribution: 'pinned' | 'self-asserted';
  /** On this network blocks cost nothing: reports must say so. */
  readonly development: boolean;
}

/** No chain has come near it; keeps heights within what a coinbase can name. */
export const MAX_HEIGHT = 0x7fffffff;

/**
 * Verifies the work, the links and the inclusion, and reads the anchor. Shows that the head existed
 * before the block was mined. Not shown: that no competing chain has more work (pins narrow that
 * down), that this anchor follows the one before it (compare `chainInput`), or that the epoch log
 * behind the root is well-formed.
 *
 * @throws BitcoinProofError with the code of the first check that fails
 */
export function verifyAnchorProof(proof: AnchorProof, policy: AnchorPolicy): VerifiedAnchor {
  const { network, requiredConfirmations } = policy;
  verifyShape(proof, network);
  const chain = verifyHeaderChain(proof.headers, proof.headersFrom, network, policy.pinnedHeaders);
  const header = chain.headers[proof.height - chain.from];
  if (header === undefined)
    throw new BitcoinProofError(
      'BITCOIN_PROOF_MALFORMED',
      'the headers do not reach the anchor’s block',
    );
  const confirmations = chain.headers.length - (proof.height - chain.from);
  if (confirmations < Math.max(1, requiredConfirmations))
    throw new BitcoinProofError(
      'BITCOIN_UNCONFIRMED',
      `the proof shows ${confirmations} of ${requiredConfirmations} confirmations`,
    );
  const transaction = verifyBlockInclusion(proof, header);
  return {
    ...readAnchorLink(transaction),
    txid: transaction.txid,
    blockHash: header.hash,
    height: proof.height,
    time: (header.time * 1000) as UnixMillis,
    confirmations,
    attribution: chain.pinned ? 'pinned' : 'self-asserted',
    development: network.development,
  };
}

function verifyShape(proof: AnchorProof, network: BitcoinNetworkParams): void {
  if (proof.network !== network.name)
    throw new BitcoinProofError(
      'BITCOIN_NETWORK_MISMATCH',
      `the proof is of another network than ${network.name}`,
    );
  if (!isHeight(proof.height) || !isHeight(proof.headersFrom) || proof.headersFrom > proof.height)
    throw new BitcoinProofError('BITCOIN_PROOF_MALFORMED', 'its heights are not in order');
  // Before BIP 34 a coinbase could name any number, so the claimed height would rest on nothing.
  if (proof.height < network.bip34Height)
    throw new BitcoinProofError(
      'BITCOIN_COINBASE_INVALID',
      'its block is older than the rule by which coinbases name their height',
    );
}

function isHeight(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MAX_HEIGHT;
}
