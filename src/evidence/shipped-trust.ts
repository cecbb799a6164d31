/**
 * What this version trusts before anyone says anything. No certificates: whom to believe is for the
 * verifier's owner. Blocks only, which anyone can look up: those that Bitcoin Core itself builds on
 * (`m_assumeutxo_data` and `defaultAssumeValid` in its chainparams.cpp, versions 28 to 31).
 */
import { parseBlockHash } from './bitcoin/hash256.js';
import type { PinnedBlock, Trust } from './trust.js';

export const SHIPPED_TRUST: Trust = {
  sources: [{ name: 'Bitcoin blocks known to this version', development: false }],
  certificates: [],
  recoveryKeys: [],
  logs: [],
  witnessPolicies: [],
  blocks: [
    mainnet(840_000, '0000000000000000000320283a032748cef8227873ff4872689bf23f1cda83a5'),
    mainnet(880_000, '000000000000000000010b17283c3c400507969a9c2afd1dcf2082ec5cca2880'),
    mainnet(910_000, '0000000000000000000108970acb9522ffd516eae17acddcb1bd16469194a821'),
    mainnet(935_000, '0000000000000000000147034958af1652b2b91bba607beacc5e72a56f0fb5ee'),
    mainnet(938_343, '00000000000000000000ccebd6d74d9194d8dcdc1d177c478e094bfad51ba5ac'),
  ],
};

function mainnet(height: number, hash: string): PinnedBlock {
  return { chain: 'bitcoin:mainnet', height, hash: parseBlockHash(hash) };
}
