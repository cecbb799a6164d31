/**
 * An anchor that was handed out to be signed, and that its signer published himself, as many wallets do. It is one
 * of ours, and its block has the bytes that never came back.
 */
import { Transaction } from 'bitcoinjs-lib';
import { withWitnesses } from './anchor-transaction.js';
import type { ChainSource } from './chain-source.js';
import type { ConfirmedCandidate } from './confirmed-candidate.js';
import { parseRawBlock } from './internal/raw-block.js';

/**
 * Null of one that is signed already, and where the block's witnesses do not spend what it spends: a node may show
 * any, since txids do not cover them.
 *
 * @throws AnchoringError as the source's own calls.
 */
export async function signedInBlock(
  source: ChainSource,
  { candidate, blockHash }: ConfirmedCandidate,
  script: Uint8Array,
): Promise<Uint8Array | null> {
  if (candidate.askedAt === null) return null;
  const { transactions } = parseRawBlock(await source.rawBlock(blockHash));
  const found = transactions.find(({ txid }) => txid === candidate.txid);
  if (found === undefined) return null;
  const witnesses = Transaction.fromBuffer(found.bytes).ins.map(({ witness }) => witness);
  return withWitnesses(candidate, witnesses, script);
}
