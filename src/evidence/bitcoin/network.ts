/** What a verifier has to know of a chain: where it starts and how much work its headers must show. */
import { parseBlockHash } from './hash256.js';
import type { BlockHash } from './hash256.js';

/**
 * How targets may move from one header to the next. `every-2016`: only at heights that 2,016
 * divides, and there at most four times easier. `min-difficulty`: a test network that lets any
 * block be easy. `constant`: never.
 */
export type DifficultyRule = 'every-2016' | 'min-difficulty' | 'constant';

export type BitcoinNetworkName = 'mainnet' | 'testnet' | 'testnet4' | 'signet' | 'regtest';

export interface BitcoinNetworkParams {
  readonly name: BitcoinNetworkName;
  readonly genesis: BlockHash;
  /** The easiest target accepted: the verifier's difficulty floor, or the network's own limit. */
  readonly maxTarget: bigint;
  readonly difficultyRule: DifficultyRule;
  /** From this height on every coinbase names its height (BIP 34). */
  readonly bip34Height: number;
  /** Blocks cost nothing to make, so that time and order on this chain prove nothing to others. */
  readonly development: boolean;
}

/**
 * Every mainnet block since 2020 has been harder than this. A forger of six blocks at the floor
 * needs 2.6·10²³ hashes, minutes of the whole network's work.
 */
export const MAINNET_DIFFICULTY_FLOOR = 10_000_000_000_000n;

/** Target of difficulty 1, the easiest of mainnet and the public test networks. */
const DIFFICULTY_1 = 0xffffn << 208n;

export function targetOfDifficulty(difficulty: bigint): bigint {
  return DIFFICULTY_1 / difficulty;
}

export const MAINNET: BitcoinNetworkParams = {
  name: 'mainnet',
  genesis: parseBlockHash('000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f'),
  maxTarget: targetOfDifficulty(MAINNET_DIFFICULTY_FLOOR),
  difficultyRule: 'every-2016',
  bip34Height: 227_931,
  development: false,
};

export const TESTNET: BitcoinNetworkParams = {
  name: 'testnet',
  genesis: parseBlockHash('000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943'),
  maxTarget: DIFFICULTY_1,
  difficultyRule: 'min-difficulty',
  bip34Height: 21_111,
  development: true,
};

export const TESTNET4: BitcoinNetworkParams = {
  name: 'testnet4',
  genesis: parseBlockHash('00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043'),
  maxTarget: DIFFICULTY_1,
  difficultyRule: 'min-difficulty',
  bip34Height: 1,
  development: true,
};

/**
 * The public one. Its blocks carry the signature of those who keep it, which no verifier here looks at: the
 * work alone is little, so that it proves nothing to others.
 */
export const SIGNET: BitcoinNetworkParams = {
  name: 'signet',
  genesis: parseBlockHash('00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6'),
  maxTarget: 0x0377aen << 216n,
  difficultyRule: 'every-2016',
  bip34Height: 1,
  development: true,
};

/** Also the development chain, which is a regtest chain of its own making. */
export const REGTEST: BitcoinNetworkParams = {
  name: 'regtest',
  genesis: parseBlockHash('0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206'),
  maxTarget: 0x7fffffn << 232n,
  difficultyRule: 'constant',
  bip34Height: 1,
  development: true,
};
