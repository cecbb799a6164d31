/**
 * A chain that is opened when it is first asked something, and again after a failure: a Bitcoin node
 * that is down must not keep ours from starting.
 */
import type { BitcoinNetwork } from './bitcoin-network.js';
import type { ChainSource } from './chain-source.js';

export function deferredChain(
  network: BitcoinNetwork,
  open: () => Promise<ChainSource>,
): ChainSource {
  let opening: Promise<ChainSource> | null = null;
  const source = async (): Promise<ChainSource> => {
    opening ??= open();
    try {
      return await opening;
    } catch (cause) {
      opening = null;
      throw cause;
    }
  };
  return {
    network,
    tip: async () => (await source()).tip(),
    headerAt: async (height) => (await source()).headerAt(height),
    rawBlock: async (hash) => (await source()).rawBlock(hash),
    broadcast: async (transaction) => (await source()).broadcast(transaction),
    transactionStatus: async (txid) => (await source()).transactionStatus(txid),
    coin: async (outpoint) => (await source()).coin(outpoint),
    feeRate: async (targetBlocks) => (await source()).feeRate(targetBlocks),
  };
}
