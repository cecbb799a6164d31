/** `fsck` holds what a log says of who has destroyed against its erasures, its groups and the signatures. */
import { expect, it } from '@jest/globals';
import type { LeafIndex, UnixMillis } from '../../src/base/brand.js';
import { sha256Digest, toHex } from '../../src/base/bytes.js';
import { digestToHex, type HexDigest } from '../../src/base/hex-digest.js';
import { keyPairOf, signDetached } from '../../src/keys/key-pair.js';
import { ErasureWalk } from '../../src/ledger/internal/check-erasures.js';
import type { ErasedStatement, Statement } from '../../src/records/statement.js';
import { type SaidWord, signErased } from '../../src/tlog/erasure-word.js';

const ORIGIN = 'log.example/0011223344556677/kyc';
const KEYS = [1, 2, 3].map((n) => keyPairOf(new Uint8Array(32).fill(n)));
const [A, B, C] = KEYS.map(({ publicKey }) => toHex(publicKey)) as [
  HexDigest,
  HexDigest,
  HexDigest,
];
const AT = 0 as UnixMillis;
const leaf = (n: number) => sha256Digest(new Uint8Array(32).fill(n));
const place = (index: number) => ({ index: index as LeafIndex, recordedAt: AT });

const group = (index: number, ...nodes: HexDigest[]): Statement => ({
  ...{ kind: 'group', ...place(index), sites: 1, voteQuorum: 2, writeQuorum: 2 },
  term: { node: A, number: 1 },
  members: nodes.map((node) => ({ hasData: true, mayWrite: true, node, site: 'a' })),
});
const erasure = (index: number): Statement => ({
  ...{ kind: 'erasure', ...place(index), id: '0123456789ab', rows: ['0'.repeat(32)] },
});
const wordOf = (node: HexDigest, index: number): SaidWord => {
  const key = KEYS[[A, B, C].indexOf(node)];
  if (key === undefined) throw new Error('one of three');
  const upTo = { origin: ORIGIN, erasure: index, leafHash: digestToHex(leaf(index)) };
  return signErased(upTo, { at: AT, copies: 0, node }, (bytes) => signDetached(key, bytes));
};
const erased = (index: number, bends: Partial<ErasedStatement> = {}): ErasedStatement => ({
  ...{ kind: 'erased', ...place(index), erasure: 2, leafHash: digestToHex(leaf(2)) },
  ...{ silent: [B], words: [wordOf(A, 2)], ...bends },
});

/** What is wrong with entries, of which the first has index 1. */
function problems(...statements: Statement[]): string[] {
  const walk = new ErasureWalk(ORIGIN);
  return statements.flatMap((one) => [...walk.take(one, one.index, leaf(one.index))]);
}

it('is content with one that names all, those that came later too, and again when more have signed', () => {
  const later = erased(5, { silent: [], words: [wordOf(A, 2), wordOf(B, 2), wordOf(C, 2)] });
  expect(problems(group(1, A, B), erasure(2), erased(3), group(4, A, C), later)).toEqual([]);
});

it.each<[string, Partial<ErasedStatement>, string]>([
  ['of no erasure', { erasure: 1 }, 'certifies an erasure that does not come before it'],
  ['of another one', { leafHash: digestToHex(leaf(9)) }, 'certifies an erasure'],
  ['with another one’s word', { words: [wordOf(A, 3)] }, `has a word that ${A} has not signed`],
  ['with a word of more copies', { words: [{ ...wordOf(A, 2), copies: 1 }] }, 'has a word that'],
  ['that leaves out who is silent', { silent: [] }, `does not name ${B}, which kept the log`],
  ['that names one twice', { silent: [A, B] }, 'names a holder twice'],
])('finds a certificate %s', (_, bends, says) => {
  expect(problems(group(1, A, B), erasure(2), erased(3, bends))).toEqual([
    expect.stringContaining(`entry 3 ${says}`),
  ]);
});

it('knows who kept the log before the erasure, though they had left by then', () => {
  const found = problems(
    group(1, A, B),
    erasure(2),
    group(3, A, C),
    { ...erasure(4) },
    {
      ...erased(5, {
        erasure: 4,
        leafHash: digestToHex(leaf(4)),
        silent: [C],
        words: [wordOf(A, 4)],
      }),
    },
  );
  expect(found).toEqual([`entry 5 does not name ${B}, which kept the log`]);
});
