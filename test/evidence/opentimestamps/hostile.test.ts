/** Files that no writer would write: each is refused at once, with a code and without a crash. */
import { describe, expect, it } from '@jest/globals';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { fromHex, toHex, utf8 } from '../../../src/base/bytes.js';
import { parseOtsFile } from '../../../src/evidence/opentimestamps/parse-ots-file.js';
import { verifyOts } from '../../../src/evidence/opentimestamps/verify-ots.js';
import { writeOtsFile } from '../../../src/evidence/opentimestamps/write-ots-file.js';
import { BLOCK_1, forked, HEAD, otsBytes, pending, refusalOf } from './support/ots-hex.js';

const SHA256 = '08';
const SHA1 = '02';
const REVERSE = 'f2';
const HEXLIFY = 'f3';
const KECCAK = '67';
const MALFORMED = 'OTS_MALFORMED';
const TOO_LARGE = 'OTS_TOO_LARGE';

/** LEB128, in its shortest form. */
function leb128(value: number): string {
  const low = value % 0x80;
  if (value < 0x80) return toHex(Uint8Array.of(low));
  return toHex(Uint8Array.of(low + 0x80)) + leb128(Math.floor(value / 0x80));
}

function append(bytes: number): string {
  return `f0${leb128(bytes)}${'61'.repeat(bytes)}`;
}

function uri(text: string): string {
  const inside = leb128(text.length) + toHex(utf8(text));
  return pending(leb128(inside.length / 2) + inside);
}

describe('the limits of the library', () => {
  it.each([
    ['255 operations deep', [SHA256.repeat(255), BLOCK_1], 'none'],
    ['256 operations deep', [SHA256.repeat(256), BLOCK_1], MALFORMED],
    ['a million deep', [SHA256.repeat(1_000_000), BLOCK_1], MALFORMED],
    ['an argument of nothing', ['f000', BLOCK_1], MALFORMED],
    ['an argument of 4,064 bytes', [append(4064), BLOCK_1], 'none'],
    ['a result of 4,097 bytes', [append(4065), BLOCK_1], MALFORMED],
    ['an argument of 4,097 bytes', [append(4097), BLOCK_1], MALFORMED],
    ['hexlify of 2,048 bytes', [append(2016), HEXLIFY, BLOCK_1], 'none'],
    ['hexlify of 2,049 bytes', [append(2017), HEXLIFY, BLOCK_1], MALFORMED],
    ['a payload of 8,192 bytes', [`00${'aa'.repeat(8)}${leb128(8192)}`, 'bb'.repeat(8192)], 'none'],
    [
      'a payload of 8,193 bytes',
      [`00${'aa'.repeat(8)}${leb128(8193)}`, 'bb'.repeat(8193)],
      MALFORMED,
    ],
    ['a URI of 1,000 bytes', [uri('u'.repeat(1000))], 'none'],
    ['a URI of 1,001 bytes', [uri('u'.repeat(1001))], MALFORMED],
    ['a URI of nothing', [uri('')], 'none'],
  ])('%s', (_what, nodes, code) => {
    expect(refusalOf(otsBytes(...nodes))).toBe(code);
  });

  it.each(['?', '#', '%', '@', '[', ' ', '\n', '\u001b', '~', '\\'])(
    'a URI with %j',
    (character) => {
      expect(refusalOf(otsBytes(uri(`https://alice${character}`)))).toBe(MALFORMED);
    },
  );

  it.each(['c3a9', 'ff', '80'])('a URI that is not ASCII: %s', (hex) => {
    const inside = `0${1 + hex.length / 2}61${hex}`;
    expect(refusalOf(otsBytes(pending(`0${inside.length / 2}${inside}`)))).toBe(MALFORMED);
  });

  it.each(['reverse', 'hexlify', 'append', 'prepend'])('a digest by %s', (kind) => {
    const codes = { reverse: 'f2', hexlify: 'f3', append: 'f0', prepend: 'f1' };
    const code = codes[kind as keyof typeof codes];
    const bytes = otsBytes(BLOCK_1);
    bytes[32] = fromHex(code)[0] ?? 0;
    expect(refusalOf(bytes)).toBe(MALFORMED);
  });
});

describe('our own limits', () => {
  it('1 MiB, before anything of it is read', () => {
    expect(refusalOf(new Uint8Array(1024 * 1024 + 1))).toBe(TOO_LARGE);
    expect(refusalOf(new Uint8Array(1024 * 1024))).toBe(MALFORMED);
  });

  const attestations = (count: number): string =>
    forked(
      Array.from({ length: count }, (_, at) => {
        const height = leb128(at);
        return `000588960d73d719010${height.length / 2}${height}`;
      }),
    );

  it('1,024 attestations', () => {
    expect(refusalOf(otsBytes(attestations(1024)))).toBe('none');
    expect(refusalOf(otsBytes(attestations(1025)))).toBe(TOO_LARGE);
    expect(refusalOf(otsBytes(attestations(40_000)))).toBe(TOO_LARGE);
  });

  /** Paths of so many operations to an attestation each. */
  const paths = (count: number, operations: number): string =>
    forked(
      Array.from({ length: count }, (_, at) => {
        const first = `f104${leb128(0x200000 + at)}`;
        return `${first}${SHA256.repeat(operations - 1)}${BLOCK_1}`;
      }),
    );

  it('4,096 operations', () => {
    expect(refusalOf(otsBytes(paths(1024, 4)))).toBe('none');
    expect(refusalOf(otsBytes(SHA256, paths(1024, 4)))).toBe(TOO_LARGE);
    expect(refusalOf(otsBytes(paths(40_000, 1)))).toBe(TOO_LARGE);
  });

  it('are work for little more than their hashes take: 4,096 operations on messages as long as may be', () => {
    const path = (at: number): string =>
      `f102${leb128(0x80 + at)}${REVERSE.repeat(2)}${KECCAK}${BLOCK_1}`;
    const bytes = otsBytes(append(4062), forked(Array.from({ length: 1023 }, (_, at) => path(at))));
    const message = new Uint8Array(4096);
    const hashing = cpuMicros(() => {
      for (let at = 0; at < 1023; at++) keccak_256(message);
    });
    const verifying = cpuMicros(() => {
      const report = verifyOts(parseOtsFile(bytes), new Uint8Array(32), () => null);
      expect(report.attestations).toHaveLength(1023);
    });
    // Beside the same hashes in the same run: how fast the machine is today does not matter.
    expect(verifying / hashing).toBeLessThan(5);
  });
});

function cpuMicros(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

describe('one spelling', () => {
  it.each([
    ['a length with zeros behind it', ['f0a000', '61'.repeat(32), BLOCK_1]],
    ['a length of ten bytes', [`f0${'80'.repeat(9)}01`, BLOCK_1]],
    ['a length of a million bytes', [`f0${'80'.repeat(1_000_000)}`]],
    ['a length beyond the file', ['f0c800', BLOCK_1]],
    ['a height with zeros behind it', ['000588960d73d71901', '028100']],
    ['a height of 2³¹', ['000588960d73d71901', '058080808008']],
    ['a height of 2³⁵', ['000588960d73d71901', '06808080808001']],
    ['more behind a height', ['000588960d73d71901', '020100']],
    ['a height of nothing', ['000588960d73d71901', '00']],
    ['more behind a URI', [pending('0401610000')]],
    ['an attestation twice', ['ff', BLOCK_1, BLOCK_1]],
    ['an operation twice', ['ff08', BLOCK_1, '08', BLOCK_1]],
    ['an operation with its argument twice', ['fff00161', BLOCK_1, 'f00161', BLOCK_1]],
    ['a fork that is none', ['ff']],
    ['a fork after a fork', ['ffff', BLOCK_1, BLOCK_1]],
    ['forks alone, by the million', ['ff'.repeat(1_000_000)]],
    ['nothing', []],
    ['an operation that nobody knows', ['09', BLOCK_1]],
    ['an operation to nowhere', [SHA1]],
    ['a development chain of nothing', ['00f28aa4b0ffc0c05c', '0100']],
    ['a development chain of 65 characters', ['00f28aa4b0ffc0c05c', '4241', '61'.repeat(65)]],
    ['a development chain in capitals', ['00f28aa4b0ffc0c05c', '020141']],
    ['a development chain that is not ASCII', ['00f28aa4b0ffc0c05c', '0302c3a9']],
    [
      'Bitcoin as a development chain',
      ['00f28aa4b0ffc0c05c', '100f', toHex(utf8('bitcoin:mainnet'))],
    ],
  ])('%s is refused', (_what, nodes) => {
    expect(refusalOf(otsBytes(...nodes))).toBe(MALFORMED);
  });

  it.each([0, 2, 0x7f])('version %i is another', (version) => {
    const bytes = otsBytes(BLOCK_1);
    bytes[31] = version;
    expect(refusalOf(bytes)).toBe('OTS_VERSION_UNKNOWN');
  });

  it('a version that ends nowhere is refused', () => {
    const magic = fromHex(HEAD).subarray(0, 31);
    expect(refusalOf(Uint8Array.of(...magic, ...new Uint8Array(1000).fill(0x80)))).toBe(MALFORMED);
    expect(refusalOf(magic)).toBe(MALFORMED);
  });
});

describe('what nobody knows', () => {
  it('is kept as it is, if it is an attestation', () => {
    const bytes = otsBytes('ff', `00${'aa'.repeat(8)}03010203`, `00${'aa'.repeat(8)}03010204`);
    const file = parseOtsFile(bytes);
    expect(file.timestamp.attestations).toMatchObject([
      { kind: 'unknown', payload: fromHex('010203') },
      { kind: 'unknown', payload: fromHex('010204') },
    ]);
    expect(toHex(writeOtsFile(file))).toBe(toHex(bytes));
  });

  it('is read in any order, and written in one', () => {
    const late = otsBytes('ff08', BLOCK_1, 'fff00162', BLOCK_1, 'fff00161', BLOCK_1, BLOCK_1);
    const early = otsBytes('ff', BLOCK_1, 'ff08', BLOCK_1, 'fff00161', BLOCK_1, 'f00162', BLOCK_1);
    expect(toHex(writeOtsFile(parseOtsFile(late)))).toBe(toHex(early));
    expect(toHex(writeOtsFile(parseOtsFile(early)))).toBe(toHex(early));
  });
});
