/** Anchoring in Bitcoin through a node or an Esplora server that the operator names. Untried on mainnet: see README. */
import type { AnchorFees } from './anchoring/anchor-decision.js';
import { anchorFees } from './anchoring/anchor-fee-settings.js';
import { chainAddress } from './anchoring/anchor-transaction.js';
import { BITCOIN_NETWORKS } from './anchoring/bitcoin-network.js';
import { deferredChain } from './anchoring/deferred-chain.js';
import { AnchoringError } from './anchoring/errors.js';
import { fundingCoin } from './anchoring/funding-coin.js';
import { openSource, type SourcePlace } from './anchoring/open-source.js';
import { parseOutpoint } from './anchoring/outpoint-text.js';
import { assert } from './base/errors.js';
import { Secret } from './base/secret.js';
import type { Config, Secrets } from './config.js';
import { CHAINS } from './evidence/chains.js';
import type { AnchoringOptions } from './node-anchoring.js';
import type { OpenedAnchorSigner } from './open-anchor-signer.js';
import { environmentName } from './settings/setting.js';

export interface BitcoinAnchoring {
  readonly anchoring: AnchoringOptions;
  /** What the operator pays to. */
  readonly address: string;
}

const NO_SECRET = new Secret('');
const ANCHORS_A_DAY = 6;

/** Asks the node nothing yet. */
export function openBitcoinAnchoring(
  config: Config,
  secrets: Secrets,
  { signer, origin, signatureMillis }: OpenedAnchorSigner,
): BitcoinAnchoring {
  const { bitcoinNetwork, bitcoinFunding } = config;
  const network = BITCOIN_NETWORKS[bitcoinNetwork];
  const address = chainAddress(signer.publicKey, network);
  const chain = `bitcoin:${bitcoinNetwork}` as const;
  const source = deferredChain(network, () => openSource(placeOf(config, secrets), network));
  return {
    address,
    anchoring: {
      chain,
      ...{ source, signer, origin, signatureMillis },
      confirmations: CHAINS[chain].confirmations,
      fees: feesOf(config),
      firstCoin: async (script) => {
        if (bitcoinFunding === undefined)
          throw new AnchoringError(
            'ANCHOR_FUNDS_EXHAUSTED',
            `pay to ${address} and name the coin in ${environmentName('bitcoinFunding')}`,
          );
        return fundingCoin(source, parseOutpoint(bitcoinFunding), script);
      },
    },
  };
}

function placeOf(
  { bitcoinRpcUrl, esploraUrl }: Config,
  { bitcoinRpcUser, bitcoinRpcPassword }: Secrets,
): SourcePlace {
  if (esploraUrl !== undefined) return { kind: 'esplora', url: esploraUrl };
  assert(bitcoinRpcUrl !== undefined, 'the settings ask for a URL where the chain is bitcoin');
  return {
    kind: 'core',
    url: bitcoinRpcUrl,
    user: bitcoinRpcUser ?? NO_SECRET,
    password: bitcoinRpcPassword ?? NO_SECRET,
  };
}

/** Blocks on regtest are made when they are asked for, and cost nothing. */
function feesOf(config: Config): AnchorFees {
  const { bitcoinNetwork, bitcoinMaxFee, bitcoinMaxRate, bitcoinMonthlyBudget } = config;
  const perDay = config.bitcoinPerDay ?? (bitcoinNetwork === 'regtest' ? undefined : ANCHORS_A_DAY);
  return anchorFees({
    maxFee: bitcoinMaxFee,
    maxRate: bitcoinMaxRate,
    monthlyBudget: bitcoinMonthlyBudget,
    ...(perDay !== undefined && { perDay }),
  });
}
