/**
 * A Bitcoin network as this folder needs it: the rules of its headers, and how its addresses are
 * written. The two are apart because nodes disagree about the second on one and the same network:
 * bcoin's regtest has prefixes of its own.
 */
import { networks, type Network } from 'bitcoinjs-lib';
import type { BitcoinNetworkName, BitcoinNetworkParams } from '../evidence/bitcoin/network.js';
import { MAINNET, REGTEST, SIGNET, TESTNET, TESTNET4 } from '../evidence/bitcoin/network.js';

export interface BitcoinNetwork {
  readonly params: BitcoinNetworkParams;
  readonly addresses: Network;
}

export const BITCOIN_MAINNET: BitcoinNetwork = { params: MAINNET, addresses: networks.bitcoin };
export const BITCOIN_TESTNET: BitcoinNetwork = { params: TESTNET, addresses: networks.testnet };
export const BITCOIN_TESTNET4: BitcoinNetwork = { params: TESTNET4, addresses: networks.testnet };
export const BITCOIN_SIGNET: BitcoinNetwork = { params: SIGNET, addresses: networks.testnet };
export const BITCOIN_REGTEST: BitcoinNetwork = { params: REGTEST, addresses: networks.regtest };
export const BCOIN_REGTEST: BitcoinNetwork = {
  params: REGTEST,
  addresses: { ...networks.regtest, bech32: 'rb', pubKeyHash: 0x3c, scriptHash: 0x26 },
};

/** As the nodes of each write their addresses; bcoin’s regtest is told apart by hand. */
export const BITCOIN_NETWORKS: Readonly<Record<BitcoinNetworkName, BitcoinNetwork>> = {
  mainnet: BITCOIN_MAINNET,
  testnet: BITCOIN_TESTNET,
  testnet4: BITCOIN_TESTNET4,
  signet: BITCOIN_SIGNET,
  regtest: BITCOIN_REGTEST,
};
