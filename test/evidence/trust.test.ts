import { describe, expect, it } from '@jest/globals';
import { toBase64, utf8 } from '../../src/base/bytes.js';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { REGTEST } from '../../src/evidence/bitcoin/network.js';
import { CHAINS } from '../../src/evidence/chains.js';
import { EvidenceError } from '../../src/evidence/evidence-error.js';
import { SHIPPED_TRUST } from '../../src/evidence/shipped-trust.js';
import { mergeTrust, parseTrust } from '../../src/evidence/trust.js';
import { failure } from '../support/errors.js';
import { DAY_BEFORE } from './support/plan.js';
import { logKeys, newAuthority } from './support/synthetic-keys.js';

const { recovery, second } = logKeys('bank', 'bank', 'kyc');
const { caCertificate } = newAuthority('bank', DAY_BEFORE);
const HASH = '12'.repeat(32);

const FULL: JsonObject = {
  $v: 1,
  name: 'The bank',
  certificates: [toBase64(caCertificate)],
  recoveryKeys: [recovery.text],
  logs: [second.text],
  chains: [{ chain: 'bitcoin:mainnet', blocks: [{ hash: HASH, height: 840_000 }] }],
  development: true,
};

function withAuthority(members: Record<string, unknown>): unknown {
  return { ...FULL, certificates: [{ certificate: toBase64(caCertificate), ...members }] };
}

const parse = (value: unknown) => parseTrust(utf8(JSON.stringify(value, null, 2)));

describe('parseTrust', () => {
  it('reads every member, in any spelling', () => {
    const trust = parse(FULL);
    expect(trust.sources).toEqual([{ name: 'The bank', development: true }]);
    expect(trust.certificates[0]?.certificate?.der).toEqual(caCertificate);
    expect(trust.recoveryKeys).toEqual([recovery.key]);
    expect(trust.logs).toEqual([second.key]);
    expect(trust.blocks).toEqual([{ chain: 'bitcoin:mainnet', hash: HASH, height: 840_000 }]);
  });

  it('reads what an authority is trusted for, and when', () => {
    const [certificate] = FULL['certificates'] as string[];
    const scoped = {
      certificate,
      purposes: ['time-stamp', 'signature'],
      from: '2020-01-01T00:00:00.000Z',
      until: '2030-01-01T00:00:00.000Z',
    };
    const trust = parse({ ...FULL, certificates: [certificate, scoped, { certificate }] });
    expect(trust.certificates).toMatchObject([
      { purposes: null, from: null, until: null },
      {
        purposes: new Set(['signature', 'time-stamp']),
        from: Date.UTC(2020, 0),
        until: Date.UTC(2030, 0),
      },
      { purposes: null, from: null, until: null },
    ]);
    for (const anchor of trust.certificates) expect(anchor.certificate?.der).toEqual(caCertificate);
  });

  it('asks for no more than a format and a name, and takes empty lists', () => {
    const nothing = { certificates: [], recoveryKeys: [], logs: [], blocks: [] };
    expect(parse({ $v: 1, name: 'x' })).toMatchObject(nothing);
    const empty = { certificates: [], recoveryKeys: [], logs: [], chains: [] };
    expect(parse({ $v: 1, name: 'x', ...empty })).toMatchObject(nothing);
  });

  const refused: readonly [what: string, value: unknown][] = [
    ['no object', []],
    ['no format', { name: 'x' }],
    ['no name', { $v: 1 }],
    ['a name with a line break', { ...FULL, name: 'x\ny' }],
    ['a name that turns text around', { ...FULL, name: 'x\u202ey' }],
    ['an unknown member', { ...FULL, trustEverybody: true }],
    ['a certificate that is none', { ...FULL, certificates: [toBase64(utf8('hello'))] }],
    ['an authority without a certificate', withAuthority({ certificate: undefined })],
    ['an authority for an unknown purpose', withAuthority({ purposes: ['everything'] })],
    ['an authority for nothing', withAuthority({ purposes: [] })],
    ['an authority from a day without a time', withAuthority({ from: '2020-01-01' })],
    [
      'an authority that ends before it begins',
      withAuthority({ from: '2020-01-02T00:00:00.000Z', until: '2020-01-01T00:00:00.000Z' }),
    ],
    ['an unknown member of an authority', withAuthority({ name: 'x' })],
    [
      'a key of another sort',
      { ...FULL, logs: ['witness.example+3176bd45+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU'] },
    ],
    [
      'a key whose id is another’s',
      { ...FULL, recoveryKeys: [recovery.text.replace(/\+[0-9a-f]{8}\+/, '+00000000+')] },
    ],
    [
      'a script that is not P2WPKH',
      { ...FULL, chains: [{ chain: 'devchain', anchorScripts: ['6a28'] }] },
    ],
    [
      'a script in upper case',
      { ...FULL, chains: [{ chain: 'devchain', anchorScripts: [`0014${'AB'.repeat(20)}`] }] },
    ],
    ['an unknown chain', { ...FULL, chains: [{ chain: 'dogecoin', blocks: [] }] }],
    ['a block of height 0', withBlock({ hash: REGTEST.genesis, height: 0 })],
    ['a height that is no number', withBlock({ hash: HASH, height: '1' })],
    ['a hash that is too short', withBlock({ hash: '12', height: 1 })],
    ['a member of a block that is unknown', withBlock({ hash: HASH, height: 1, time: 1 })],
  ];
  for (const [what, value] of refused)
    it(`refuses ${what}`, () => {
      expect(failure(() => parse(value)).code).toBe('TRUST_MALFORMED');
    });

  it('refuses what is no JSON, and what is too large', () => {
    expect(failure(() => parseTrust(utf8('{'))).code).toBe('TRUST_MALFORMED');
    expect(failure(() => parseTrust(Uint8Array.of(0xff))).code).toBe('TRUST_MALFORMED');
    expect(() => parseTrust(new Uint8Array(2 ** 20 + 1))).toThrow(EvidenceError);
  });

  it('names both formats where the file’s is newer', () => {
    const { code, message } = failure(() => parse({ ...FULL, $v: 2 }));
    expect(code).toBe('TRUST_FORMAT_NEWER');
    expect(message).toBe('the trust file has format 2; this version reads 1');
  });

  function withBlock(block: JsonObject): JsonObject {
    return { ...FULL, chains: [{ chain: 'devchain', blocks: [block] }] };
  }
});

describe('mergeTrust', () => {
  it('trusts what any of them trusts', () => {
    const merged = mergeTrust(SHIPPED_TRUST, parse(FULL), parse({ $v: 1, name: 'other' }));
    expect(merged.sources.map(({ name }) => name)).toEqual([
      'Bitcoin blocks known to this version (2026-02-25)',
      'The bank',
      'other',
    ]);
    expect(merged.logs).toEqual([second.key]);
    expect(merged.blocks).toHaveLength(SHIPPED_TRUST.blocks.length + 1);
  });
});

describe('the trust that is shipped', () => {
  it('pins scripts of anchors for a chain, beside its blocks or without any', () => {
    const script = `0014${'ab'.repeat(20)}`;
    const chains = [{ chain: 'devchain', anchorScripts: [script] }];
    const trust = parseTrust(utf8(JSON.stringify({ ...FULL, chains })));
    expect(trust).toMatchObject({ anchorScripts: [{ chain: 'devchain', script }], blocks: [] });
  });

  it('pins blocks of public chains that show the work of their time, and trusts nobody', () => {
    expect(SHIPPED_TRUST).toMatchObject({ certificates: [], recoveryKeys: [], logs: [] });
    const last = new Map<string, number>();
    for (const { chain, hash, height, by } of SHIPPED_TRUST.blocks) {
      const { network } = CHAINS[chain];
      expect(['mainnet', 'testnet4', 'signet']).toContain(network.name);
      expect(by).toBe('checkpoint');
      expect(height).toBeGreaterThan(Math.max(network.bip34Height, last.get(chain) ?? 0));
      expect(BigInt(`0x${hash}`) <= network.maxTarget).toBe(true);
      last.set(chain, height);
    }
    expect(last.size).toBe(3);
  });
});
