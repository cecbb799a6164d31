/** A vote for a ledger whose blocks are elsewhere: whom it believes, what it keeps to, and what it says after a start. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hexDigest } from '../../../src/base/hex-digest.js';
import { silentLogger } from '../../../src/base/logger.js';
import { RandomPool } from '../../../src/base/random.js';
import { durableFileSystem, type DurableFileSystem } from '../../../src/keys/durable-file.js';
import { type KeyPair, keyPairOf, signDetached } from '../../../src/keys/key-pair.js';
import { Candidates } from '../../../src/replication/candidates.js';
import type { MemberLinks } from '../../../src/replication/group-member.js';
import { type Group, majorities } from '../../../src/replication/protocol/group.js';
import type { Announce, Message } from '../../../src/replication/protocol/messages.js';
import { TIMING } from '../../../src/replication/protocol/rules.js';
import type { NodeId, Term } from '../../../src/replication/protocol/term.js';
import { VotingLedger } from '../../../src/replication/shared/voting-ledger.js';
import { VotingMemory } from '../../../src/replication/shared/voting-memory.js';
import { Voting } from '../../../src/replication/shared/voting.js';
import type { ElectionVote } from '../../../src/tlog/election.js';
import { signVote } from '../../../src/tlog/election.js';
import { eventually } from '../../support/eventually.js';
import { FakeClock } from '../../support/fake-clock.js';
import { FakeTimers } from '../../support/fake-timers.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { openTestStore, type TestStore } from '../../support/test-store.js';

const ORIGIN = 'log.example/0011223344556677/kyc';
const pair = (name: string): KeyPair => keyPairOf(createHash('sha256').update(name).digest());
const nodeOf = (name: string): NodeId =>
  Buffer.from(pair(name).publicKey).toString('hex') as NodeId;
const [A, B, V, X] = ['a', 'b', 'v', 'x'].map(nodeOf) as [NodeId, NodeId, NodeId, NodeId];
const FIRST: Term = { number: 1, node: A };
const GROUP = groupOf([A, B, V]);

function groupOf(nodes: readonly NodeId[]): Group {
  return {
    members: nodes.map((node) => {
      const hasData = node !== V;
      return { node, site: `site-${node.slice(0, 4)}`, hasData, mayWrite: hasData };
    }),
    ...{ sites: 1, ...majorities(nodes.length) },
  };
}

/** As its receipt key signs it. */
function voteOf(name: string, { node, number }: Term, origin = ORIGIN): ElectionVote {
  const on = { length: 3, lastTerm: { node: hexDigest(A), number: 1 } };
  const by = hexDigest(nodeOf(name));
  const term = { node: hexDigest(node), number };
  return signVote(origin, term, by, on, (bytes) => signDetached(pair(name), bytes));
}

const ascending = (votes: readonly ElectionVote[]): ElectionVote[] =>
  [...votes].sort((a, b) => (a.by < b.by ? -1 : 1));

let root: string;
let opened: TestStore;
let memory: VotingMemory;
let ledger: VotingLedger;
let said: { readonly to: NodeId; readonly message: Message }[];
let listener: Parameters<MemberLinks['join']>[1] | null;
let timers: FakeTimers;
const failures: unknown[] = [];

const links: MemberLinks = {
  self: V,
  join: (_, joined) => {
    listener = joined;
    return () => {
      listener = null;
    };
  },
  send: (_, to, message) => {
    said.push({ to, message });
    return true;
  },
};

const options = () => ({
  candidates: new Candidates(timers),
  ...{ memory, keyStore: opened.keyStore, run: 1, links, clock: new FakeClock() },
  ...{ random: new RandomPool(), timers, timing: TIMING, logger: silentLogger },
  onFailure: (cause: unknown) => failures.push(cause),
});

beforeEach(async () => {
  root = await temporaryDirectory();
  opened = await openTestStore(root);
  memory = await VotingMemory.open(join(root, 'data'));
  [said, listener, timers] = [[], null, new FakeTimers()];
  failures.length = 0;
  ledger = await VotingLedger.begin(options(), {
    ...{ origin: ORIGIN, believed: FIRST },
    known: { end: { length: 0, segments: [] }, groups: [{ block: 0, group: GROUP }] },
  });
});
afterEach(async () => {
  await ledger.close();
  await opened.store.close();
  await removeDirectory(root);
});

/** Whether it listened. */
function hear(from: NodeId, message: Message): boolean {
  if (listener?.takesPart(from) !== true) return false;
  listener.hear(from, message, null);
  return true;
}

function announceOf(term: Term, length: number, group = GROUP): Announce {
  const segments = [{ begins: 0, term: FIRST }];
  if (term.number > 1) segments.push({ begins: 3, term });
  return {
    ...{ kind: 'announce', term, shown: 0, end: { length, segments } },
    groups: [{ block: 0, group }],
  };
}

const answersTo = (to: NodeId): Message[] =>
  said.filter((one) => one.to === to).map(({ message }) => message);

async function knows(length: number): Promise<void> {
  await eventually(
    () =>
      answersTo(ledger.believed.node).some(
        (one) => one.kind === 'receipt' && one.length === length,
      ),
    `a receipt for ${length}`,
  );
}

async function startsAgain(run = 1): Promise<void> {
  await ledger.close();
  said = [];
  const [record] = await memory.all();
  if (record === undefined) throw new Error('it remembers the ledger');
  ledger = await VotingLedger.open({ ...options(), run }, record);
}

describe('a vote', () => {
  it('is given by what it knows, and to a later term only, over a start too', async () => {
    hear(A, announceOf(FIRST, 3));
    await knows(3);
    hear(B, { kind: 'elect', term: { number: 5, node: B } });
    await eventually(() => answersTo(B).length > 0, 'a vote');
    expect(answersTo(B)).toMatchObject([
      { kind: 'vote', term: { number: 5, node: B }, end: { length: 3 }, groups: [GROUP] },
    ]);
    await startsAgain();
    hear(A, { kind: 'elect', term: { number: 4, node: A } });
    await eventually(() => answersTo(A).length > 0, 'an answer');
    expect(answersTo(A)).toEqual([{ kind: 'refuse', promised: { number: 5, node: B } }]);
    hear(B, { kind: 'elect', term: { number: 5, node: B } });
    await eventually(() => answersTo(B).length > 0, 'the vote again');
    expect(answersTo(B)).toMatchObject([{ kind: 'vote', end: { length: 3 } }]);
  });

  it('is not given to a stranger, nor is one heard', () => {
    expect(hear(X, { kind: 'elect', term: { number: 5, node: X } })).toBe(false);
  });

  it('is not drawn to a later term by who only says that there is one', async () => {
    hear(B, { kind: 'refuse', promised: { number: 2 ** 40, node: B } });
    hear(B, { kind: 'elect', term: { number: 2, node: B } });
    await eventually(() => answersTo(B).length > 0, 'a vote');
    expect(answersTo(B)).toMatchObject([{ kind: 'vote' }]);
  });
});

describe('a writer', () => {
  const term: Term = { number: 2, node: B };
  const claim = { group: GROUP, term, votes: ascending([voteOf('b', term), voteOf('v', term)]) };

  it('is believed with the votes of the group that is known, and then learned from', async () => {
    expect(hear(B, announceOf(term, 4))).toBe(true);
    expect(ledger.state.promised.number).toBe(0);
    expect(await ledger.claim(B, claim)).toBe(true);
    hear(B, announceOf(term, 4));
    await knows(4);
    expect(ledger.state).toMatchObject({ promised: term, log: { end: { length: 4 } } });
    await startsAgain();
    expect(ledger.believed).toEqual(term);
  });

  it.each<[string, readonly ElectionVote[]]>([
    ['none', []],
    ['one too few', [voteOf('b', term)]],
    ['one twice', [voteOf('b', term), voteOf('b', term)]],
    ['that of a stranger', ascending([voteOf('b', term), voteOf('x', term)])],
    ['one of another term', ascending([voteOf('b', term), voteOf('a', { number: 3, node: B })])],
    ['one for another node', ascending([voteOf('b', term), voteOf('a', { number: 2, node: A })])],
    ['one of another log', ascending([voteOf('b', term), voteOf('a', term, 'log.example/1/x')])],
    [
      'one in another’s name',
      ascending([voteOf('b', term), { ...voteOf('b', term), by: hexDigest(A) }]),
    ],
  ])('is not believed with forged votes: %s', async (_, votes) => {
    expect(await ledger.claim(B, { ...claim, votes })).toBe(false);
    expect(ledger.believed).toEqual(FIRST);
    expect(ledger.doubted).toEqual({ node: B, term });
    hear(B, announceOf(term, 9));
    hear(B, { kind: 'ask', term: { number: 3, node: B }, isRecovering: false });
    await eventually(() => answersTo(B).length > 0, 'an answer to what came after it');
    // It has learned nothing, and promised nothing.
    expect(answersTo(B)).toMatchObject([{ kind: 'willing', end: { length: 0 } }]);
    expect((await memory.all())[0]?.believed).toEqual(FIRST);
  });

  it('is not believed by a group of its own making', async () => {
    const alone = { ...groupOf([B]), writeQuorum: 1, voteQuorum: 1 };
    expect(await ledger.claim(B, { ...claim, group: alone, votes: [voteOf('b', term)] })).toBe(
      false,
    );
    const own = groupOf([B, X, V]);
    const votes = ascending([voteOf('x', term), voteOf('b', term)]);
    expect(await ledger.claim(B, { ...claim, group: own, votes })).toBe(false);
  });

  it('that is none in the known group is believed where the next step makes it one', async () => {
    const joined: Term = { number: 2, node: X };
    const group: Group = { ...groupOf([A, B, V, X]), writeQuorum: 3, voteQuorum: 3 };
    const votes = ascending(['a', 'b', 'x'].map((name) => voteOf(name, joined)));
    expect(await ledger.claim(X, { group, term: joined, votes: votes.slice(1) })).toBe(false);
    expect(await ledger.claim(X, { group, term: joined, votes })).toBe(true);
    expect(hear(X, announceOf(joined, 4, group))).toBe(true);
    await knows(4);
  });

  it('cannot show another’s votes', async () => {
    expect(await ledger.claim(A, claim)).toBe(false);
  });

  it('is not heard in an older term once there is a later one', async () => {
    await ledger.claim(B, claim);
    hear(B, announceOf(term, 4));
    await knows(4);
    said = [];
    expect(await ledger.claim(A, { group: GROUP, term: FIRST, votes: [] })).toBe(false);
    hear(A, announceOf(FIRST, 9));
    hear(A, { kind: 'ask', term: { number: 1, node: A }, isRecovering: false });
    await eventually(() => answersTo(A).length > 0, 'an answer to what came after it');
    expect(answersTo(A)).toEqual([{ kind: 'refuse', promised: term }]);
  });

  it('does not say that its log goes on in a term after its own', async () => {
    hear(A, { ...announceOf({ number: 9, node: B }, 9), term: FIRST });
    hear(A, { kind: 'ask', term: { number: 3, node: A }, isRecovering: true });
    await eventually(() => answersTo(A).length > 0, 'an answer to what came after it');
    hear(A, announceOf(FIRST, 2));
    await knows(2);
    expect(ledger.state.log.end.segments).toHaveLength(1);
  });
});

describe('what it knows', () => {
  it('is on disk before it says so, and a disk that fails ends the node', async () => {
    await ledger.close();
    let fails = false;
    const files: DurableFileSystem = {
      ...durableFileSystem,
      rename: (...paths) =>
        fails ? Promise.reject(new Error('no space left')) : durableFileSystem.rename(...paths),
    };
    memory = await VotingMemory.open(join(root, 'data'), files);
    await startsAgain();
    fails = true;
    hear(A, announceOf(FIRST, 3));
    await eventually(() => failures.length > 0, 'the failure is told');
    expect(answersTo(A).filter((one) => one.kind === 'receipt' && one.length > 0)).toEqual([]);
    fails = false;
  });

  it('is nothing where its first record was never on disk: that has nothing to remember', async () => {
    await ledger.close();
    const origin = 'log.example/0011223344556677/other';
    const record = {
      ...{ origin, believed: FIRST },
      known: { end: { length: 0, segments: [] }, groups: [{ block: 0, group: GROUP }] },
    };
    const fails: DurableFileSystem = {
      ...durableFileSystem,
      rename: () => Promise.reject(new Error('no space left')),
    };
    const directory = join(root, 'data');
    memory = await VotingMemory.open(directory, fails);
    await expect(VotingLedger.begin(options(), record)).rejects.toThrow('no space left');
    memory = await VotingMemory.open(directory);
    expect((await memory.all()).map((one) => one.origin)).toEqual([ORIGIN]);
    ledger = await VotingLedger.begin(options(), record);
    expect(ledger.state.memory).toBe('whole');
  });

  it.each<[string, number, boolean]>([
    ['an older copy of the data', 0, true],
    ['the same data', 2, false],
  ])('is %s: forgotten or not', async (_, run, isForgotten) => {
    hear(A, announceOf(FIRST, 3));
    await knows(3);
    await startsAgain(run);
    expect(ledger.state.memory).toBe(isForgotten ? 'behind' : 'whole');
    hear(B, { kind: 'elect', term: { number: 5, node: B } });
    if (isForgotten) expect(answersTo(B)).toEqual([]);
    else await eventually(() => answersTo(B).length > 0, 'a vote');
  });

  it('is learned again from all others, after a record was lost', async () => {
    hear(A, announceOf(FIRST, 3));
    await knows(3);
    await ledger.close();
    await memory.forget(ORIGIN);
    said = [];
    ledger = await VotingLedger.begin(options(), {
      ...{ origin: ORIGIN, believed: FIRST },
      known: { end: { length: 0, segments: [] }, groups: [{ block: 0, group: GROUP }] },
    });
    expect(ledger.state.memory).toBe('behind');
    timers.advance(1_000);
    const [asked] = answersTo(A);
    if (asked?.kind !== 'ask') throw new Error('it asks');
    const { end } = announceOf(FIRST, 3);
    const answer = { term: asked.term, end, groups: [GROUP] };
    for (const node of [A, B]) hear(node, { kind: 'willing', ...answer });
    await eventually(() => answersTo(B).some(({ kind }) => kind === 'elect'), 'it stands');
    hear(A, { kind: 'vote', ...answer });
    expect(ledger.state.memory).toBe('behind');
    hear(B, { kind: 'vote', ...answer });
    await eventually(() => ledger.state.memory === 'whole', 'it remembers');
    expect(ledger.state.log.end.length).toBe(3);
    await eventually(
      async () => (await opened.keyStore.groupPromise(ORIGIN))?.memory === 'whole',
      'that it remembers is on disk',
    );
    await startsAgain();
    expect(ledger.state).toMatchObject({ memory: 'whole', log: { end: { length: 3 } } });
  });

  it('is to be heard from all again once it keeps the data: it has forgotten what it knew', async () => {
    hear(A, announceOf(FIRST, 3));
    await knows(3);
    await ledger.close();
    const voting = await Voting.open(options());
    expect(voting.of(ORIGIN)?.state.log.end.length).toBe(3);
    await voting.giveUp(ORIGIN);
    expect([voting.of(ORIGIN), await memory.all()]).toEqual([undefined, []]);
    const promise = await opened.keyStore.groupPromise(ORIGIN);
    expect(promise).toMatchObject({ memory: 'behind', promised: { number: 1 } });
    await voting.close();
  });
});
