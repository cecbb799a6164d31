/**
 * A node without a chain of its own: no wallet, no Bitcoin node. Its roots go to another node or to calendars
 * (docs/decisions/0032-upstream-and-calendars.md); what it anchored before, in a chain, stays anchored.
 */
import { anchorFees } from './anchoring/anchor-fee-settings.js';
import { BITCOIN_NETWORKS } from './anchoring/bitcoin-network.js';
import type { ChainSource } from './anchoring/chain-source.js';
import { AnchoringError } from './anchoring/errors.js';
import type { Config } from './config.js';
import { CHAINS } from './evidence/chains.js';
import type { AnchoringOptions } from './node-anchoring.js';
import type { OpenedAnchorSigner } from './open-anchor-signer.js';

/** @param key not signed with: there for the day that the node gets a chain. */
export function openUpstreamAnchoring(
  { bitcoinNetwork, bitcoinMaxFee, bitcoinMaxRate, bitcoinMonthlyBudget }: Config,
  { signer, origin, signatureMillis }: OpenedAnchorSigner,
): AnchoringOptions {
  const chain = `bitcoin:${bitcoinNetwork}` as const;
  return {
    chain,
    sendsAnchors: false,
    source: noChain(BITCOIN_NETWORKS[bitcoinNetwork]),
    ...{ signer, origin, signatureMillis },
    confirmations: CHAINS[chain].confirmations,
    fees: anchorFees({
      maxFee: bitcoinMaxFee,
      maxRate: bitcoinMaxRate,
      monthlyBudget: bitcoinMonthlyBudget,
    }),
    firstCoin: none,
  };
}

function noChain(network: ChainSource['network']): ChainSource {
  return {
    network,
    ...{ tip: none, headerAt: none, rawBlock: none, broadcast: none },
    ...{ transactionStatus: none, coin: none, feeRate: none },
  };
}

function none(): Promise<never> {
  return Promise.reject(
    new AnchoringError(
      'CHAIN_UNAVAILABLE',
      'this node has no chain of its own: its roots go upstream; set anchorChain to bitcoin for one',
    ),
  );
}
