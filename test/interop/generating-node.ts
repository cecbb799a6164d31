/** What bcoin and Bitcoin Core have in common on regtest: blocks on demand, and blocks taken back. */
import { chainAddress } from '../../src/anchoring/anchor-transaction.js';
import type { BitcoinNetwork } from '../../src/anchoring/bitcoin-network.js';
import type { ChainSource } from '../../src/anchoring/chain-source.js';
import type { FundingCoin } from '../../src/anchoring/funding-coin.js';
import { parseRawBlock } from '../../src/anchoring/internal/raw-block.js';
import { equalBytes } from '../../src/base/bytes.js';
import { parseBlockHeader } from '../../src/evidence/bitcoin/block-header.js';
import { type ConformingNode, elsewhere } from '../anchoring/conformance.js';
import { OTHER_SIGNER, SIGNER } from '../anchoring/fixture.js';

export interface GeneratingNode {
  readonly source: ChainSource;
  generate(count: number, address: string): Promise<unknown>;
  invalidate(blockHash: string): Promise<unknown>;
}

/** Rewards are spendable after 100 blocks, and segwit is voted in by 432 on bcoin's regtest. */
const BLOCKS_FIRST = 440;
const REWARDS_EACH = 4;

/** Mines what the life needs first: the rewards of both keys, and enough on top to spend them. */
export async function conformingNode(
  node: GeneratingNode,
  network: BitcoinNetwork,
  replaces: boolean,
): Promise<ConformingNode> {
  const { source } = node;
  let salt = 0;
  const away = (): string => chainAddress(elsewhere(salt++), network);
  for (const { publicKey } of [SIGNER, OTHER_SIGNER])
    await node.generate(REWARDS_EACH, chainAddress(publicKey, network));
  await node.generate(BLOCKS_FIRST, away());
  const used = new Set<number>();
  return {
    source,
    replaces,
    mine: async (count) => {
      await node.generate(count, away());
    },
    takeBack: async (count) => {
      const { height } = await source.tip();
      await node.invalidate(parseBlockHeader(await source.headerAt(height - count + 1)).hash);
    },
    fund: (script) => unusedReward(source, script, used),
  };
}

async function unusedReward(
  source: ChainSource,
  script: Uint8Array,
  used: Set<number>,
): Promise<FundingCoin> {
  for (let height = 1; height <= 2 * REWARDS_EACH; height++) {
    const { hash } = parseBlockHeader(await source.headerAt(height));
    const [coinbase] = parseRawBlock(await source.rawBlock(hash)).transactions;
    const output = coinbase?.outputs[0];
    if (coinbase === undefined || output === undefined || used.has(height)) continue;
    if (!equalBytes(output.script, script)) continue;
    used.add(height);
    return { outpoint: { txid: coinbase.txid, vout: 0 }, value: output.value, height };
  }
  throw new Error('no reward is left');
}
