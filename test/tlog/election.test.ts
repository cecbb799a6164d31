/** An election counts by the signatures of a vote quorum, and of the node that was chosen; nothing of it can be altered. */
import { describe, expect, it } from '@jest/globals';
import type { TreeSize } from '../../src/base/brand.js';
import { sha256Digest, toHex } from '../../src/base/bytes.js';
import { digestFromHex, type HexDigest } from '../../src/base/hex-digest.js';
import { keyPairOf, signDetached } from '../../src/keys/key-pair.js';
import { type Checkpoint, signCheckpoint } from '../../src/tlog/checkpoint.js';
import { ed25519Key } from '../../src/tlog/ed25519.js';
import {
  type Election,
  type Electorate,
  headOfOldKey,
  isElected,
  signElection,
  signVote,
  type VoteOn,
} from '../../src/tlog/election.js';
import type { HandoverTerms } from '../../src/tlog/handover.js';
import {
  ED25519_COSIGNATURE,
  ED25519_NOTE,
  formatVerifierKey,
  verifierKey,
} from '../../src/tlog/note-key.js';
import { formatSignedNote, noteSigner, parseSignedNote } from '../../src/tlog/signed-note.js';

const ORIGIN = 'log.example/0011223344556677/kyc';
const hex = (digit: string): HexDigest => digit.repeat(64) as HexDigest;
const KEYS = ['a', 'b', 'c', 'd'].map((_, at) => keyPairOf(new Uint8Array(32).fill(at + 1)));
const NODES = KEYS.map(({ publicKey }) => toHex(publicKey) as HexDigest);
const [A, B, C, D] = NODES as [HexDigest, HexDigest, HexDigest, HexDigest];
const [OLD, NEW] = [keyOf(11), keyOf(12)];
const TERMS: HandoverTerms = {
  ...{ new: formatVerifierKey(NEW.key), old: formatVerifierKey(OLD.key) },
  ...{ rootHash: hex('3'), size: 9 },
};
const GROUP: Electorate = {
  index: 3,
  members: [
    { node: A, mayWrite: true },
    { node: B, mayWrite: true },
    { node: C, mayWrite: false },
  ],
  term: { node: A, number: 1 },
  voteQuorum: 2,
};
const ON: VoteOn = { length: 4, lastTerm: { node: A, number: 1 } };

function keyOf(seed: number) {
  const { publicKey, sign } = ed25519Key(new Uint8Array(32).fill(seed));
  return { key: verifierKey(ORIGIN, ED25519_NOTE, publicKey), sign };
}

function electionOf(
  node: HexDigest,
  voters: readonly HexDigest[],
  number = 2,
  more: Pick<Partial<Election>, 'checkpoint' | 'group'> = {},
): Election {
  const signer = (by: HexDigest) => (bytes: Uint8Array) => {
    const key = KEYS[NODES.indexOf(by)];
    if (key === undefined) throw new Error('a node without a key');
    return signDetached(key, bytes);
  };
  const votes = voters.map((by) => signVote(ORIGIN, { node, number }, by, ON, signer(by)));
  const chosen = { node, number, group: GROUP.index, votes, ...more };
  return signElection(ORIGIN, TERMS, chosen, signer(node));
}

/** The head of another tree, unless it is of the size at which the old key ended. */
function headBy(key: typeof OLD, size: number, bends: Partial<Checkpoint> = {}): string {
  const rootHash = sha256Digest(digestFromHex(size === TERMS.size ? TERMS.rootHash : hex('7')));
  const head = { origin: ORIGIN, size: size as TreeSize, rootHash, extensions: [], ...bends };
  return signCheckpoint(head, noteSigner(key.key, key.sign));
}

function holds(election: Election, group = GROUP, terms = TERMS, origin = ORIGIN): boolean {
  return isElected(origin, terms, election, group);
}

describe('an election', () => {
  it('holds by the votes of a quorum, whoever of them', () => {
    expect(holds(electionOf(B, [A, B]))).toBe(true);
    expect(holds(electionOf(B, [C, A]))).toBe(true);
    expect(holds(electionOf(A, [A, B, C]))).toBe(true);
  });

  it('does not hold with fewer, with strangers, or for one that may not write', () => {
    expect(holds(electionOf(B, [B]))).toBe(false);
    expect(holds(electionOf(B, [B, D]))).toBe(false);
    expect(holds(electionOf(B, [A, B, D]))).toBe(false);
    expect(holds(electionOf(C, [A, C]))).toBe(false);
    expect(holds(electionOf(D, [A, B]))).toBe(false);
    const twice = electionOf(B, [B]);
    expect(holds({ ...twice, votes: [...twice.votes, ...twice.votes] })).toBe(false);
  });

  it('is of a later term than the one that the group was named in', () => {
    expect(holds(electionOf(B, [A, B], 1))).toBe(B > A);
    expect(holds(electionOf(A, [A, B], 1))).toBe(false);
    expect(holds(electionOf(B, [A, B], 2), { ...GROUP, term: { node: A, number: 3 } })).toBe(false);
    expect(holds(electionOf(B, [A, B], 4), { ...GROUP, term: { node: A, number: 3 } })).toBe(true);
  });

  it('is by the group that it names, which is not another', () => {
    const good = electionOf(B, [A, B]);
    expect(holds(good, { ...GROUP, index: 4 })).toBe(false);
    expect(holds(electionOf(B, [A, B], 2, { group: 4 }))).toBe(false);
    expect(holds({ ...good, group: 4 }, { ...GROUP, index: 4 })).toBe(false);
    // A group of the log that goes on chose nobody.
    const later = electionOf(B, [A, B], 2, { group: TERMS.size });
    expect(holds(later, { ...GROUP, index: TERMS.size })).toBe(false);
  });

  it('shows a head that the old key signed, of this log, up to its end', () => {
    const shown = (checkpoint: string): boolean => holds(electionOf(B, [A, B], 2, { checkpoint }));
    expect(shown(headBy(OLD, 4))).toBe(true);
    expect(shown(headBy(OLD, TERMS.size))).toBe(true);
    expect(headOfOldKey(ORIGIN, TERMS, headBy(OLD, 4))?.size).toBe(4);
    const both = parseSignedNote(headBy(OLD, 4));
    const cosigned = [...both.signatures, ...parseSignedNote(headBy(NEW, 4)).signatures];
    for (const wrong of [
      headBy(NEW, 4),
      headBy(OLD, TERMS.size + 1),
      headBy(OLD, TERMS.size, { rootHash: sha256Digest(digestFromHex(hex('7'))) }),
      headBy(OLD, 4, { origin: `${ORIGIN}/2` }),
      formatSignedNote({ ...both, signatures: cosigned }),
      headBy(OLD, 4).replace('\n4\n', '\n5\n'),
      'no note',
    ])
      expect(shown(wrong)).toBe(false);
    // A key of another kind signs no heads.
    const cosigner = verifierKey(ORIGIN, ED25519_COSIGNATURE, OLD.key.publicKey);
    const terms = { ...TERMS, old: formatVerifierKey(cosigner) };
    expect(headOfOldKey(ORIGIN, terms, headBy(OLD, 4))).toBeNull();
  });

  it('does not hold with anything altered', () => {
    const good = electionOf(B, [A, B]);
    const [first, second] = good.votes;
    if (first === undefined || second === undefined) throw new Error('two votes');
    const altered: Election[] = [
      { ...good, number: 3 },
      { ...good, group: 2 },
      { ...good, node: A },
      { ...good, signature: first.signature },
      { ...good, votes: [{ ...first, length: 5 }, second] },
      { ...good, votes: [{ ...first, lastTerm: null }, second] },
      { ...good, votes: [{ ...first, lastTerm: { node: B, number: 1 } }, second] },
      { ...good, votes: [{ ...first, lastTerm: { node: A, number: 2 } }, second] },
      { ...good, votes: [{ ...first, signature: second.signature }, second] },
      {
        ...good,
        votes: [
          { ...first, by: second.by },
          { ...second, by: first.by },
        ],
      },
    ];
    for (const election of altered) expect(holds(election)).toBe(false);
    for (const terms of [
      { ...TERMS, size: 8 },
      { ...TERMS, rootHash: hex('4') },
      { ...TERMS, new: TERMS.old },
      { ...TERMS, old: TERMS.new },
    ])
      expect(holds(good, GROUP, terms)).toBe(false);
    expect(holds(good, GROUP, TERMS, `${ORIGIN}/2`)).toBe(false);
    expect(holds(good)).toBe(true);
  });
});
