/** The chains that anchors may stand in, and what a verifier asks of a block in each. */
import {
  type BitcoinNetworkParams,
  MAINNET,
  REGTEST,
  SIGNET,
  TESTNET,
  TESTNET4,
} from './bitcoin/network.js';

export const CHAIN_NAMES = [
  'bitcoin:mainnet',
  'bitcoin:testnet',
  'bitcoin:testnet4',
  'bitcoin:signet',
  'bitcoin:regtest',
  'devchain',
] as const;
export type ChainName = (typeof CHAIN_NAMES)[number];

export interface Chain {
  readonly network: BitcoinNetworkParams;
  /** Blocks that a proof must show from the anchor's own on. */
  readonly confirmations: number;
}

/** A chain whose blocks cost nothing can be made again at any length, so one block says as much as six. */
export const CHAINS: Readonly<Record<ChainName, Chain>> = {
  'bitcoin:mainnet': { network: MAINNET, confirmations: 6 },
  'bitcoin:testnet': { network: TESTNET, confirmations: 6 },
  'bitcoin:testnet4': { network: TESTNET4, confirmations: 6 },
  'bitcoin:signet': { network: SIGNET, confirmations: 6 },
  'bitcoin:regtest': { network: REGTEST, confirmations: 1 },
  devchain: { network: REGTEST, confirmations: 1 },
};
