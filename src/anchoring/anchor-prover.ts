/** Makes the proof that an anchor stands in the chain, from one block and a run of headers. */
import { concat } from '../base/bytes.js';
import { verifyAnchorProof } from '../evidence/bitcoin/anchor-proof.js';
import type { AnchorProof } from '../evidence/bitcoin/anchor-proof.js';
import { BitcoinProofError } from '../evidence/bitcoin/errors.js';
import type { BlockHash, Txid } from '../evidence/bitcoin/hash256.js';
import { MAX_HEADERS } from '../evidence/bitcoin/header-chain.js';
import { merkleBranch } from '../evidence/bitcoin/merkle-branch.js';
import type { ChainSource, TransactionStatus } from './chain-source.js';
import { AnchoringError } from './errors.js';
import { parseRawBlock } from './internal/raw-block.js';

export interface ProveOptions {
  /** Blocks to show from the anchor's own on; at least 1. Proofs for others: 6 or more. */
  readonly confirmations: number;
  /** Start the headers here, at or below the anchor's block, so that they reach a pinned header. */
  readonly headersFrom?: number;
  /** Where it stands, if that is known: nodes without an index may not know it any more. */
  readonly found?: TransactionStatus;
}

/**
 * The proof of an anchor as the chain stands now; after a reorganisation there is another one to be
 * made, so keep asking until it is as deep as you require. Every proof is verified before it is
 * returned, without pins.
 *
 * @throws AnchoringError ANCHOR_UNCONFIRMED, ANCHOR_MOVED, and as the source's own calls
 */
export async function proveAnchor(
  source: ChainSource,
  txid: Txid,
  options: ProveOptions,
): Promise<AnchorProof> {
  const status = options.found ?? (await source.transactionStatus(txid));
  const confirmations = status.state === 'confirmed' ? status.confirmations : 0;
  if (status.state !== 'confirmed' || confirmations < options.confirmations)
    throw new AnchoringError(
      'ANCHOR_UNCONFIRMED',
      `the anchor has ${confirmations} of ${options.confirmations} confirmations`,
    );
  const { height, blockHash } = status;
  const headersFrom = options.headersFrom ?? height;
  const inclusion = await inclusionOf(source, blockHash, txid);
  const headers = await readHeaders(source, headersFrom, height + options.confirmations);
  const network = source.network.params;
  const proof: AnchorProof = { network: network.name, ...inclusion, height, headersFrom, headers };
  // A proof that our own verifier refuses must never leave the node.
  try {
    verifyAnchorProof(proof, {
      network,
      requiredConfirmations: options.confirmations,
      pinnedHeaders: [{ height, hash: blockHash }],
    });
  } catch (cause) {
    if (cause instanceof BitcoinProofError && movedCodes.has(cause.code)) throw moved(cause);
    throw cause;
  }
  return proof;
}

/** What a proof looks like whose block or headers were read from two chains. */
const movedCodes: ReadonlySet<string> = new Set([
  'BITCOIN_HEADERS_UNLINKED',
  'BITCOIN_PIN_MISMATCH',
]);

async function inclusionOf(
  source: ChainSource,
  blockHash: BlockHash,
  txid: Txid,
): Promise<Omit<AnchorProof, 'network' | 'height' | 'headersFrom' | 'headers'>> {
  const { header, transactions } = parseRawBlock(await source.rawBlock(blockHash));
  const index = transactions.findIndex((transaction) => transaction.txid === txid);
  const transaction = transactions[index];
  const coinbase = transactions[0];
  if (header.hash !== blockHash || transaction === undefined || coinbase === undefined)
    throw new AnchoringError(
      'CHAIN_RESPONSE_INVALID',
      'the block that the node sent is not the one that holds the anchor',
    );
  const leaves = transactions.map(({ hash }) => hash);
  return {
    transaction: transaction.stripped,
    index,
    branch: merkleBranch(leaves, index),
    coinbase: coinbase.stripped,
    coinbaseBranch: merkleBranch(leaves, 0),
  };
}

/** Headers `from`…`end` − 1. */
async function readHeaders(source: ChainSource, from: number, end: number): Promise<Uint8Array> {
  if (from < 0 || end - from > MAX_HEADERS)
    throw new AnchoringError(
      'ANCHOR_UNCONFIRMED',
      `a proof holds at most ${MAX_HEADERS} headers: start it closer to the anchor`,
    );
  const headers: Uint8Array[] = [];
  for (let height = from; height < end; height++) {
    try {
      headers.push(await source.headerAt(height));
    } catch (cause) {
      // The chain was longer a moment ago.
      if (cause instanceof AnchoringError && cause.code === 'CHAIN_BLOCK_UNKNOWN')
        throw moved(cause);
      throw cause;
    }
  }
  return concat(...headers);
}

function moved(cause: unknown): AnchoringError {
  return new AnchoringError(
    'ANCHOR_MOVED',
    'the chain was reorganised while the proof was made: ask again',
    { cause },
  );
}
