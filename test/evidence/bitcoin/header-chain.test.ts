import { describe, expect, it } from '@jest/globals';
import { concat, fromHex } from '../../../src/base/bytes.js';
import { parseBlockHeader } from '../../../src/evidence/bitcoin/block-header.js';
import { parseBlockHash } from '../../../src/evidence/bitcoin/hash256.js';
import { verifyHeaderChain } from '../../../src/evidence/bitcoin/header-chain.js';
import {
  MAINNET,
  REGTEST,
  TESTNET,
  targetOfDifficulty,
} from '../../../src/evidence/bitcoin/network.js';
import type { BitcoinNetworkParams } from '../../../src/evidence/bitcoin/network.js';
import { refusal } from './error-code.js';
import { mineHeader, sha256d } from './synthetic-chain.js';
import { blocks, spv } from './vectors.js';

/** As mainnet, for headers that are older than the default floor. */
const MAINNET_2019: BitcoinNetworkParams = {
  ...MAINNET,
  maxTarget: targetOfDifficulty(5_000_000_000_000n),
};
const SEVEN = fromHex(spv.headerChain);
const FIRST_HEIGHT = 568_000;
const OTHER_HASH = parseBlockHash('11'.repeat(32));

describe('verifyHeaderChain on mainnet headers', () => {
  it('takes seven that follow each other', () => {
    const chain = verifyHeaderChain(SEVEN, FIRST_HEIGHT, MAINNET_2019, []);
    expect(chain.headers).toHaveLength(7);
    expect(chain.pinned).toBe(false);
  });

  it('refuses them under the default floor, which is of a later time', () => {
    expect(refusal(() => verifyHeaderChain(SEVEN, FIRST_HEIGHT, MAINNET, []))).toMatch(
      /^BITCOIN_WORK_INSUFFICIENT: .*floor/,
    );
  });

  it('refuses those that others have broken', () => {
    const anyWork = { ...MAINNET, maxTarget: targetOfDifficulty(1n) };
    for (const { comment, headers } of spv.brokenHeaderChains)
      expect([comment, refusal(() => verifyHeaderChain(fromHex(headers), 1, anyWork, []))]).toEqual(
        [comment, expect.stringMatching(/^BITCOIN_(PROOF|HEADERS|WORK)/)],
      );
  });

  it('takes real retargets at heights that 2,016 divides, and nowhere else', () => {
    for (const { height, last, first } of spv.retargets) {
      const params = { ...MAINNET, maxTarget: targetOfDifficulty(1n) };
      const two = fromHex(last + first);
      expect(verifyHeaderChain(two, height - 1, params, []).headers).toHaveLength(2);
      expect(refusal(() => verifyHeaderChain(two, height, params, []))).toMatch(
        /^BITCOIN_HEADERS_UNLINKED: .*difficulty/,
      );
      expect(
        verifyHeaderChain(two, height, { ...TESTNET, maxTarget: params.maxTarget }, []).from,
      ).toBe(height);
    }
  });

  it('refuses a chain from height 0 that does not start with the genesis block', () => {
    const genesis = fromHex(blocks[0]?.hex ?? '').subarray(0, 80);
    const anyWork = { ...MAINNET, maxTarget: targetOfDifficulty(1n) };
    expect(verifyHeaderChain(genesis, 0, anyWork, []).pinned).toBe(false);
    expect(refusal(() => verifyHeaderChain(SEVEN, 0, MAINNET_2019, []))).toMatch(
      /^BITCOIN_PIN_MISMATCH: .*genesis/,
    );
  });
});

describe('verifyHeaderChain and pins', () => {
  const headers = chainOf(5);
  const hashAt = (at: number): ReturnType<typeof parseBlockHash> =>
    parseBlockHeader(headers[at] ?? new Uint8Array()).hash;
  const verify = (pins: Parameters<typeof verifyHeaderChain>[3]): string | boolean => {
    let pinned = false;
    const refused = refusal(() => {
      pinned = verifyHeaderChain(concat(...headers), 300, REGTEST, pins).pinned;
    });
    return refused === 'none' ? pinned : refused;
  };

  it('says pinned when any header is, and not when pins lie outside', () => {
    for (let at = 0; at < 5; at++)
      expect(verify([{ height: 300 + at, hash: hashAt(at) }])).toBe(true);
    expect(
      verify([
        { height: 299, hash: OTHER_HASH },
        { height: 305, hash: OTHER_HASH },
      ]),
    ).toBe(false);
  });

  it('refuses a header that contradicts one pin, whatever the others say', () => {
    const pins = [
      { height: 300, hash: hashAt(0) },
      { height: 304, hash: OTHER_HASH },
    ];
    expect(verify(pins)).toMatch(/^BITCOIN_PIN_MISMATCH/);
    expect(verify(pins.reverse())).toMatch(/^BITCOIN_PIN_MISMATCH/);
  });
});

describe('verifyHeaderChain on mined headers', () => {
  it.each([
    ['no header', 'PROOF_MALFORMED', []],
    ['half a header', 'PROOF_MALFORMED', [new Uint8Array(40)]],
    ['4,097 headers', 'PROOF_MALFORMED', [new Uint8Array(80 * 4097)]],
    ['headers in the wrong order', 'HEADERS_UNLINKED: .*follow', chainOf(2).reverse()],
    ['a header left out', 'HEADERS_UNLINKED: .*follow', chainOf(3).filter((_, at) => at !== 1)],
    ['a header without work', 'WORK_INSUFFICIENT: .*hash', chainOf(3, { lazyAt: 2 })],
    ['a harder header where none may be', 'UNLINKED: .*difficulty', chainOf(3, { harderAt: 1 })],
    ['an easier header where none may be', 'UNLINKED: .*difficulty', chainOf(3, { harderAt: 0 })],
  ])('refuses %s', (_name, code, headers) => {
    expect(refusal(() => verifyHeaderChain(concat(...headers), 300, REGTEST, []))).toMatch(
      new RegExp(`^BITCOIN_.*${code}`),
    );
  });

  it('refuses a target easier than the floor, though the hash meets it', () => {
    const network = { ...REGTEST, maxTarget: REGTEST.maxTarget >> 1n };
    expect(refusal(() => verifyHeaderChain(concat(...chainOf(1)), 300, network, []))).toMatch(
      /floor/,
    );
  });

  it('lets a target ease four times at a retarget, and no more', () => {
    const network = { ...REGTEST, difficultyRule: 'every-2016' as const };
    for (const [bits, verdict] of [
      [0x20200000, 'none'],
      [0x201fffff, 'BITCOIN_HEADERS_UNLINKED'],
    ] as const) {
      const first = mineHeader({ ...BASE, bits });
      const second = mineHeader({ ...BASE, previous: sha256d(first) });
      const refused = refusal(() => verifyHeaderChain(concat(first, second), 2015, network, []));
      expect(refused).toMatch(new RegExp(`^${verdict}`));
    }
  });
});

const BASE = { previous: sha256d(Buffer.of(7)), merkleRoot: sha256d(Buffer.of(8)) };

function chainOf(
  length: number,
  faults: { lazyAt?: number; harderAt?: number } = {},
): Uint8Array[] {
  const headers: Uint8Array[] = [];
  let previous = sha256d(Buffer.of(7));
  for (let at = 0; at < length; at++) {
    const header = mineHeader({
      previous,
      merkleRoot: sha256d(Buffer.of(at)),
      meetsTarget: at !== faults.lazyAt,
      bits: at === faults.harderAt ? 0x203fffff : 0x207fffff,
    });
    headers.push(header);
    previous = sha256d(header);
  }
  return headers;
}
