/**
 * A development chain is a file of the node's, and one that was lost begins anew without a word: its
 * anchors would then hang on blocks that nobody has. And it tells whether the stored anchors are old.
 */
import { parseBlockHeader } from '../evidence/bitcoin/block-header.js';
import type { Txid } from '../evidence/bitcoin/hash256.js';
import { type Outpoint, sameOutpoint } from '../evidence/bitcoin/transaction.js';
import type { AnchorStore } from './anchor-store.js';
import type { ChainSource } from './chain-source.js';
import { AnchoringError } from './errors.js';
import { parseRawBlock } from './internal/raw-block.js';

/**
 * @param script of the chain of anchors.
 * @throws AnchoringError ANCHOR_STATE_INVALID unless the chain has the coin that the anchors are at, and
 * nothing has spent it but what they know of.
 */
export async function checkOwnChain(
  chain: ChainSource,
  anchors: AnchorStore,
  script: Uint8Array,
): Promise<void> {
  const { chain: stored } = await anchors.readBook(script);
  if (stored === null) return;
  const { outpoint } = stored.tip;
  const status = await chain.transactionStatus(outpoint.txid);
  if (status.state !== 'confirmed')
    throw invalid(
      'the development chain does not hold what was anchored in it: put back the newest copy of `devchain`',
    );
  const spender = await spenderOf(chain, outpoint, status.height + 1);
  const isKnown =
    spender === null ||
    spender === stored.end?.txid ||
    stored.candidates.some(({ txid }) => txid === spender);
  if (!isKnown)
    throw invalid(
      'the development chain holds an anchor that is not among the stored ones: put back the newest copy of `anchors`',
    );
}

/** Looks through the blocks from a height on: above the newest anchor there are hardly any. */
async function spenderOf(
  chain: ChainSource,
  outpoint: Outpoint,
  from: number,
): Promise<Txid | null> {
  const { height: to } = await chain.tip();
  for (let height = from; height <= to; height++) {
    const { hash } = parseBlockHeader(await chain.headerAt(height));
    const { transactions } = parseRawBlock(await chain.rawBlock(hash));
    const spender = transactions.find(({ inputs }) =>
      inputs.some((input) => sameOutpoint(input.outpoint, outpoint)),
    );
    if (spender !== undefined) return spender.txid;
  }
  return null;
}

function invalid(message: string): AnchoringError {
  return new AnchoringError('ANCHOR_STATE_INVALID', message);
}
