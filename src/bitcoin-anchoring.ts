/** Anchoring in Bitcoin through a node of the operator's. Untried on mainnet: see README. */
import { anchorSecret } from './anchor-key.js';
import type { AnchorFees } from './anchoring/anchor-decision.js';
import { anchorFees } from './anchoring/anchor-fee-settings.js';
import { softwareAnchorSigner } from './anchoring/anchor-signer.js';
import { chainAddress } from './anchoring/anchor-transaction.js';
import {
  BITCOIN_MAINNET,
  BITCOIN_REGTEST,
  BITCOIN_TESTNET,
  BITCOIN_TESTNET4,
  type BitcoinNetwork,
} from './anchoring/bitcoin-network.js';
import { BitcoinRpc } from './anchoring/bitcoin-rpc.js';
import { deferredChain } from './anchoring/deferred-chain.js';
import { AnchoringError } from './anchoring/errors.js';
import { fundingCoin } from './anchoring/funding-coin.js';
import { parseOutpoint } from './anchoring/outpoint-text.js';
import { assert } from './base/errors.js';
import type { RandomSource } from './base/random.js';
import type { Config, Secrets } from './config.js';
import { CHAINS } from './evidence/chains.js';
import type { KeyStore } from './keys/key-store.js';
import type { AnchoringOptions } from './node-anchoring.js';
import { environmentName } from './settings/setting.js';

export interface BitcoinAnchoring {
  readonly anchoring: AnchoringOptions;
  /** What the operator pays to. */
  readonly address: string;
}

const NETWORKS: Readonly<Record<Config['bitcoinNetwork'], BitcoinNetwork>> = {
  mainnet: BITCOIN_MAINNET,
  testnet: BITCOIN_TESTNET,
  testnet4: BITCOIN_TESTNET4,
  regtest: BITCOIN_REGTEST,
};

const RPC = { timeoutMillis: 30_000, retries: 3, retryMillis: 500 } as const;
const ACCEPT_MILLIS = 5_000;
const ANCHORS_A_DAY = 6;

/** Asks the node nothing yet. @throws ConfigError CONFIG_MALFORMED as `anchorSecret`. */
export async function openBitcoinAnchoring(
  config: Config,
  secrets: Secrets,
  { keyStore, random }: { readonly keyStore: KeyStore; readonly random: RandomSource },
): Promise<BitcoinAnchoring> {
  const { bitcoinNetwork, bitcoinRpcUrl: url, bitcoinFunding } = config;
  assert(url !== undefined, 'the settings ask for a URL where the chain is bitcoin');
  const rpc = {
    ...RPC,
    url,
    user: secrets.bitcoinRpcUser?.reveal() ?? '',
    password: secrets.bitcoinRpcPassword?.reveal() ?? '',
  };
  const secret = await anchorSecret({ keyStore, random, isDevelopment: false });
  const network = NETWORKS[bitcoinNetwork];
  const address = chainAddress(softwareAnchorSigner(secret).publicKey, network);
  const chain = `bitcoin:${bitcoinNetwork}` as const;
  const source = deferredChain(network, () =>
    BitcoinRpc.open({ ...rpc, network, acceptMillis: ACCEPT_MILLIS }),
  );
  return {
    address,
    anchoring: {
      chain,
      source,
      secret,
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
