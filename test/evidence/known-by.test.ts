/** By what a block is known, and headers of the verifier's own choice. */
import { describe, expect, it } from '@jest/globals';
import { parseBlockHash } from '../../src/evidence/bitcoin/hash256.js';
import {
  MAX_HEADERS_BYTES,
  parseHeadersOption,
  trustInHeaders,
} from '../../src/evidence/chosen-headers.js';
import { anchorPassCode, knownBy } from '../../src/evidence/internal/known-by.js';
import { SHIPPED_TRUST } from '../../src/evidence/shipped-trust.js';
import { NO_TRUST, type PinnedBlock } from '../../src/evidence/trust.js';
import { mineHeader, sha256d } from './bitcoin/synthetic-chain.js';

/** Heights 100 to 105. */
const SHOWN = { headersFrom: 100, headers: new Uint8Array(6 * 80) };

function block(height: number, by?: PinnedBlock['by']): PinnedBlock {
  const hash = parseBlockHash('11'.repeat(32));
  return { chain: 'bitcoin:mainnet', height, hash, ...(by && { by }) };
}

describe('a block of a chain that costs something', () => {
  it.each([
    [
      'headers that the verifier chose',
      [block(100, 'checkpoint'), block(103, 'headers')],
      'headers',
      'anchor.pass-headers',
    ],
    [
      'a block that the verifier pinned',
      [block(100, 'checkpoint'), block(100)],
      'trust',
      'anchor.pass-pinned',
    ],
    [
      'a checkpoint at its first header',
      [block(100, 'checkpoint')],
      'checkpoint',
      'anchor.pass-checkpoint',
    ],
    [
      'a checkpoint at its last header',
      [block(105, 'checkpoint')],
      'checkpoint',
      'anchor.pass-checkpoint',
    ],
    [
      'its work alone, if all that is known lies elsewhere',
      [block(99), block(106, 'headers')],
      null,
      'anchor.pass-self',
    ],
    ['its work alone, if nothing is known', [], null, 'anchor.pass-self'],
  ] as const)('is known by %s', (_name, blocks, known, code) => {
    expect(knownBy(SHOWN, blocks, false)).toBe(known);
    expect(anchorPassCode(known, false)).toBe(code);
  });
});

describe('a block of a chain that costs nothing', () => {
  it('is known only where the last one shown is, and is proof of nothing all the same', () => {
    expect(knownBy(SHOWN, [block(100), block(104, 'headers')], true)).toBeNull();
    expect(knownBy(SHOWN, [block(105, 'checkpoint')], true)).toBe('checkpoint');
    for (const known of ['headers', 'trust', 'checkpoint'] as const)
      expect(anchorPassCode(known, true)).toBe('anchor.pass-development-pinned');
    expect(anchorPassCode(null, true)).toBe('anchor.pass-development');
  });
});

describe('--headers', () => {
  it('names a public chain, a height and a file', () => {
    expect(parseHeadersOption('mainnet:935000:C:headers.bin')).toEqual({
      chain: 'bitcoin:mainnet',
      from: 935_000,
      path: 'C:headers.bin',
    });
    expect(parseHeadersOption('signet:0:h')).toMatchObject({ chain: 'bitcoin:signet' });
  });

  it.each([
    'regtest:1:h',
    'devchain:1:h',
    'mainnet:1:',
    'mainnet:-1:h',
    'mainnet:2147483648:h',
    '935000:h',
    '',
  ])('is refused as “%s”', (text) => {
    expect(parseHeadersOption(text)).toBeNull();
  });

  it('is refused where the headers have less work than the chain, are cut off or too many', () => {
    const cheap = mineHeader({
      previous: sha256d(Buffer.of(1)),
      merkleRoot: sha256d(Buffer.of(2)),
    });
    const given = { chain: 'bitcoin:mainnet', from: 935_000, path: 'headers.bin' } as const;
    const refused = (bytes: Uint8Array): unknown => {
      try {
        return trustInHeaders({ ...given, bytes }, SHIPPED_TRUST);
      } catch (error) {
        return error;
      }
    };
    for (const bytes of [
      cheap,
      cheap.subarray(1),
      new Uint8Array(),
      new Uint8Array(MAX_HEADERS_BYTES + 80),
    ])
      expect(refused(bytes)).toMatchObject({
        code: 'TRUST_MALFORMED',
        message: expect.stringMatching(/^headers\.bin: the headers do not hold: /),
      });
  });

  it('pins every block that it brings, unless it contradicts what is known', () => {
    const bytes = mineHeader({
      previous: sha256d(Buffer.of(1)),
      merkleRoot: sha256d(Buffer.of(2)),
    });
    const hash = parseBlockHash(Buffer.from(sha256d(bytes)).reverse().toString('hex'));
    const given = { chain: 'bitcoin:regtest', from: 7, path: 'headers.bin', bytes } as const;
    expect(trustInHeaders(given, NO_TRUST).blocks).toEqual([
      { chain: 'bitcoin:regtest', height: 7, hash, by: 'headers' },
    ]);
    const other = { ...block(7), chain: 'bitcoin:regtest' } as const;
    expect(() => trustInHeaders(given, { ...NO_TRUST, blocks: [other] })).toThrow('pinned');
  });
});
