/** Anchoring in Bitcoin through a node or an Esplora server that the operator names. Untried on mainnet: see README. */
import type { AnchorFees } from './anchoring/anchor-decision.js';
import { anchorFees } from './anchoring/anchor-fee-settings.js';
import { chainAddress } from './anchoring/anchor-transaction.js';
import {
  BITCOIN_MAINNET,
  BITCOIN_REGTEST,
  BITCOIN_SIGNET,
  BITCOIN_TESTNET,
  BITCOIN_TESTNET4,
  type BitcoinNetwork,
} from './anchoring/bitcoin-network.js';
import { BitcoinRpc } from './anchoring/bitcoin-rpc.js';
import type { ChainSource } from './anchoring/chain-source.js';
import { deferredChain } from './anchoring/deferred-chain.js';
import { AnchoringError } from './anchoring/errors.js';
import { Esplora } from './anchoring/esplora.js';
import { fundingCoin } from './anchoring/funding-coin.js';
import { parseOutpoint } from './anchoring/outpoint-text.js';
import { assert } from './base/errors.js';
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

export const BITCOIN_NETWORKS: Readonly<Record<Config['bitcoinNetwork'], BitcoinNetwork>> = {
  mainnet: BITCOIN_MAINNET,
  testnet: BITCOIN_TESTNET,
  testnet4: BITCOIN_TESTNET4,
  signet: BITCOIN_SIGNET,
  regtest: BITCOIN_REGTEST,
};

const TRIES = { timeoutMillis: 30_000, retries: 3, retryMillis: 500 } as const;
const ACCEPT_MILLIS = 5_000;
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
  const source = deferredChain(network, () => openSource(config, secrets, network));
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

function openSource(
  { bitcoinRpcUrl, esploraUrl }: Config,
  { bitcoinRpcUser, bitcoinRpcPassword }: Secrets,
  network: BitcoinNetwork,
): Promise<ChainSource> {
  if (esploraUrl !== undefined) return Esplora.open({ ...TRIES, url: esploraUrl, network });
  assert(bitcoinRpcUrl !== undefined, 'the settings ask for a URL where the chain is bitcoin');
  return BitcoinRpc.open({
    ...TRIES,
    url: bitcoinRpcUrl,
    user: bitcoinRpcUser?.reveal() ?? '',
    password: bitcoinRpcPassword?.reveal() ?? '',
    network,
    acceptMillis: ACCEPT_MILLIS,
  });
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
