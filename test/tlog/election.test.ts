/** An election counts by the signatures of a vote quorum, and of the node that was chosen; nothing of it can be altered. */
import { describe, expect, it } from '@jest/globals';
import { toHex } from '../../src/base/bytes.js';
import type { HexDigest } from '../../src/base/hex-digest.js';
import { keyPairOf, signDetached } from '../../src/keys/key-pair.js';
import {
  type Election,
  type Electorate,
  isElected,
  signElection,
  signVote,
  type VoteOn,
} from '../../src/tlog/election.js';
import type { HandoverTerms } from '../../src/tlog/handover.js';

const ORIGIN = 'log.example/0011223344556677/kyc';
const hex = (digit: string): HexDigest => digit.repeat(64) as HexDigest;
const KEYS = ['a', 'b', 'c', 'd'].map((_, at) => keyPairOf(new Uint8Array(32).fill(at + 1)));
const NODES = KEYS.map(({ publicKey }) => toHex(publicKey) as HexDigest);
const [A, B, C, D] = NODES as [HexDigest, HexDigest, HexDigest, HexDigest];
const TERMS: HandoverTerms = {
  ...{ new: `${ORIGIN}+11111111+new`, old: `${ORIGIN}+22222222+old` },
  ...{ rootHash: hex('3'), size: 9 },
};
const GROUP: Electorate = {
  members: [
    { node: A, mayWrite: true },
    { node: B, mayWrite: true },
    { node: C, mayWrite: false },
  ],
  voteQuorum: 2,
};
const ON: VoteOn = { length: 4, lastTerm: { node: A, number: 1 } };

function electionOf(node: HexDigest, voters: readonly HexDigest[], number = 2): Election {
  const signer = (by: HexDigest) => (bytes: Uint8Array) => {
    const key = KEYS[NODES.indexOf(by)];
    if (key === undefined) throw new Error('a node without a key');
    return signDetached(key, bytes);
  };
  const votes = voters.map((by) => signVote(ORIGIN, { node, number }, by, ON, signer(by)));
  return signElection(ORIGIN, TERMS, { node, number }, votes, signer(node));
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

  it('does not hold with anything altered', () => {
    const good = electionOf(B, [A, B]);
    const [first, second] = good.votes;
    if (first === undefined || second === undefined) throw new Error('two votes');
    const altered: Election[] = [
      { ...good, number: 3 },
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
