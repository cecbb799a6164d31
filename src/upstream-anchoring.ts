/**
 * A node without a chain of its own: no wallet, no Bitcoin node. Its roots go to another node or to calendars
 * (docs/decisions/0032-upstream-and-calendars.md); what it anchored before, in a chain, stays anchored.
 */
import { anchorSecret } from './anchor-key.js';
import { anchorFees } from './anchoring/anchor-fee-settings.js';
import type { ChainSource } from './anchoring/chain-source.js';
import { AnchoringError } from './anchoring/errors.js';
import type { RandomSource } from './base/random.js';
import { BITCOIN_NETWORKS } from './anchoring/bitcoin-network.js';
import type { Config } from './config.js';
import { CHAINS } from './evidence/chains.js';
import type { KeyStore } from './keys/key-store.js';
import type { AnchoringOptions } from './node-anchoring.js';

/** @throws ConfigError CONFIG_MALFORMED as `anchorSecret`. */
export async function openUpstreamAnchoring(
  { bitcoinNetwork, bitcoinMaxFee, bitcoinMaxRate, bitcoinMonthlyBudget }: Config,
  { keyStore, random }: { readonly keyStore: KeyStore; readonly random: RandomSource },
): Promise<AnchoringOptions> {
  const chain = `bitcoin:${bitcoinNetwork}` as const;
  return {
    chain,
    sendsAnchors: false,
    source: noChain(BITCOIN_NETWORKS[bitcoinNetwork]),
    // Not signed with: there for the day that the node gets a chain.
    secret: await anchorSecret({ keyStore, random, isDevelopment: false }),
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
