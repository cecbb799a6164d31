import { describe, expect, it } from '@jest/globals';
import { parseBlockHeader } from '../../../src/evidence/bitcoin/block-header.js';
import { verifyHeaderChain } from '../../../src/evidence/bitcoin/header-chain.js';
import {
  MAINNET,
  MAINNET_DIFFICULTY_FLOOR,
  REGTEST,
  SIGNET,
  TESTNET,
  TESTNET4,
  targetOfDifficulty,
} from '../../../src/evidence/bitcoin/network.js';
import { refusal } from './error-code.js';

const SATOSHIS_ROOT = '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b';
const TESTNET4_ROOT = '7aa0a7ae1e223414cb807e40cd57e667b718e42aaf9306db9102fe28912b7b4e';

describe.each([
  [MAINNET, SATOSHIS_ROOT, 1231006505, 0x1d00ffff, 2083236893],
  [TESTNET, SATOSHIS_ROOT, 1296688602, 0x1d00ffff, 414098458],
  [TESTNET4, TESTNET4_ROOT, 1714777860, 0x1d00ffff, 393743547],
  [SIGNET, SATOSHIS_ROOT, 1598918400, 0x1e0377ae, 52613770],
  [REGTEST, SATOSHIS_ROOT, 1296688602, 0x207fffff, 2],
])('the network $name', (network, root, time, bits, nonce) => {
  const header = Buffer.alloc(80);
  header.writeInt32LE(1);
  Buffer.from(root, 'hex').reverse().copy(header, 36);
  header.writeUInt32LE(time, 68);
  header.writeUInt32LE(bits, 72);
  header.writeUInt32LE(nonce, 76);

  it('starts with the genesis block that everyone knows', () => {
    expect(parseBlockHeader(header).hash).toBe(network.genesis);
  });

  it('takes its genesis block at height 0, unless its difficulty floor is of a later time', () => {
    const refused = refusal(() => verifyHeaderChain(header, 0, network, []));
    if (network === MAINNET) expect(refused).toMatch(/^BITCOIN_WORK_INSUFFICIENT: .*floor/);
    else expect(refused).toBe('none');
  });
});

describe('targetOfDifficulty', () => {
  it('divides the target of difficulty 1', () => {
    expect(targetOfDifficulty(1n)).toBe(TESTNET.maxTarget);
    expect(targetOfDifficulty(MAINNET_DIFFICULTY_FLOOR)).toBe(MAINNET.maxTarget);
    expect(MAINNET.development).toBe(false);
  });
});
