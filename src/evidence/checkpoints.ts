/**
 * Blocks of the public chains that every verifier of this version knows: those that Bitcoin Core itself
 * builds on (`m_assumeutxo_data` and `defaultAssumeValid` in its chainparams.cpp, versions 27 to 31).
 * Anyone can look them up; whoever would rather not take our word brings headers or blocks of their own.
 */
import { parseBlockHash } from './bitcoin/hash256.js';
import type { BlockHash } from './bitcoin/hash256.js';
import type { ChainName } from './chains.js';

export interface Checkpoint {
  readonly chain: ChainName;
  readonly height: number;
  readonly hash: BlockHash;
}

/** Day of the newest block below, by its own clock. A proof that begins later reaches none of them. */
export const CHECKPOINTS_DATED = '2026-02-25';

export const CHECKPOINTS: readonly Checkpoint[] = [
  at(
    'bitcoin:mainnet',
    824_000,
    '000000000000000000026811d149d4d261995ec5b3f64f439a0a10e1a464af9a',
  ),
  at(
    'bitcoin:mainnet',
    840_000,
    '0000000000000000000320283a032748cef8227873ff4872689bf23f1cda83a5',
  ),
  at(
    'bitcoin:mainnet',
    880_000,
    '000000000000000000010b17283c3c400507969a9c2afd1dcf2082ec5cca2880',
  ),
  at(
    'bitcoin:mainnet',
    910_000,
    '0000000000000000000108970acb9522ffd516eae17acddcb1bd16469194a821',
  ),
  at(
    'bitcoin:mainnet',
    935_000,
    '0000000000000000000147034958af1652b2b91bba607beacc5e72a56f0fb5ee',
  ),
  at(
    'bitcoin:mainnet',
    938_343,
    '00000000000000000000ccebd6d74d9194d8dcdc1d177c478e094bfad51ba5ac',
  ),
  at(
    'bitcoin:testnet4',
    90_000,
    '0000000002ebe8bcda020e0dd6ccfbdfac531d2f6a81457191b99fc2df2dbe3b',
  ),
  at(
    'bitcoin:testnet4',
    120_000,
    '000000000bd2317e51b3c5794981c35ba894ce27d3e772d5c39ecd9cbce01dc8',
  ),
  at(
    'bitcoin:testnet4',
    123_613,
    '0000000002368b1e4ee27e2e85676ae6f9f9e69579b29093e9a82c170bf7cf8a',
  ),
  at('bitcoin:signet', 160_000, '0000003ca3c99aff040f2563c2ad8f8ec88bd0fd6b8f0895cfaf1ef90353a62c'),
  at('bitcoin:signet', 290_000, '0000000577f2741bb30cd9d39d6d71b023afbeb9764f6260786a97969d5c9ac0'),
  at('bitcoin:signet', 293_175, '00000008414aab61092ef93f1aacc54cf9e9f16af29ddad493b908a01ff5c329'),
];

function at(chain: ChainName, height: number, hash: string): Checkpoint {
  return { chain, height, hash: parseBlockHash(hash) };
}
