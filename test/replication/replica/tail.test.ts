/** The tail of a member: followed, written, and cut where the group goes on from an earlier place; real Hypercores and links. */
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { Stage } from '../support/stage.js';
import { groupStatement, NODES, nodeAt, TailMember } from '../support/tail-member.js';

const stage = Stage.forEach();

async function member(at: number): Promise<TailMember> {
  const opened = await TailMember.open(stage.root, at);
  stage.keep(opened);
  return opened;
}

async function restarted(one: TailMember, at: number): Promise<TailMember> {
  await stage.close(one);
  const again = await member(at);
  again.own = one.own;
  return again;
}

/** A log of two blocks, the second with the group, and so many members that have it; the first writes. */
async function members(count: number): Promise<TailMember[]> {
  const writer = await stage.writer();
  await writer.write(3);
  await writer.writeStatements([groupStatement(3)]);
  const opened: TailMember[] = [];
  for (let at = 0; at < count; at++) opened.push(await member(at));
  for (const one of opened) {
    stage.connect(one, writer);
    await one.follow(await writer.announcement());
  }
  await stage.cutOff();
  for (const [at, one] of opened.entries())
    for (const other of opened.slice(at + 1)) stage.connect(one, other);
  return opened;
}

const segmentsOf = ({ tail }: TailMember) =>
  tail.view.end.segments.map(({ term, begins }) => [
    NODES.findIndex(({ id }) => id === (term.node as string)),
    term.number,
    begins,
  ]);

function expectSame(one: TailMember, other: TailMember): void {
  expect(one.tail.view).toEqual(other.tail.view);
  expect(one.tail.head?.note).toBe(other.tail.head?.note);
  expect([one.alarms, one.failures, one.refused]).toEqual([[], [], []]);
}

it('says nothing of a log before that names a group, and then where it ends', async () => {
  const writer = await stage.writer();
  await writer.write(3);
  const one = await member(0);
  stage.connect(one, writer);
  await one.follow(await writer.announcement());
  expect(one.tail.view).toEqual({ end: { segments: [], length: 0 }, groups: [] });
  await writer.writeStatements([groupStatement(3)]);
  await one.follow(await writer.announcement());
  expect(segmentsOf(one)).toEqual([[0, 1, 0]]);
  expect(one.tail.view.groups.map(({ block }) => block)).toEqual([1]);
  expect(one.stored.at(-1)).toEqual(one.tail.view);
});

it('is written by one member and followed by others, over elections', async () => {
  const [a, b, c] = (await members(3)) as [TailMember, TailMember, TailMember];
  await a.write(2);
  await b.follow(a);
  expectSame(b, a);
  await b.begin(2);
  await b.write(2);
  await a.follow(b);
  await c.follow(b);
  expect(segmentsOf(c)).toEqual([
    [0, 1, 0],
    [1, 2, 4],
  ]);
  expectSame(a, b);
  expectSame(c, b);
  await a.begin(3);
  await c.follow(a);
  await b.follow(a);
  expect(segmentsOf(b).at(-1)).toEqual([0, 3, 7]);
  expectSame(b, a);
  await stage.cutOff();
  const again = await restarted(c, 2);
  expectSame(again, a);
});

it('catches up over several elections at once', async () => {
  const [a, b, c] = (await members(3)) as [TailMember, TailMember, TailMember];
  await a.write(1);
  await b.follow(a);
  await b.begin(2);
  await a.follow(b);
  await a.begin(4);
  await a.write(1);
  await c.follow(a);
  expectSame(c, a);
  expect(segmentsOf(c)).toHaveLength(3);
});

it('is fetched on over links that stand, where blocks of new keys came before a crash and the keys are learned again', async () => {
  const [, b, c] = (await members(3)) as [TailMember, TailMember, TailMember];
  await b.begin(2);
  const heads = join(stage.root, 'node2', 'replicas', 'heads');
  await cp(heads, `${heads}.before`, { recursive: true });
  await c.follow(b);
  await stage.cutOff();
  await stage.close(c);
  // What a crash leaves between a block and what is remembered of it.
  await rm(heads, { recursive: true });
  await rename(`${heads}.before`, heads);
  const again = await member(2);
  await b.write(2);
  stage.connect(again, b);
  await again.follow(b);
  expectSame(again, b);
});

describe('what is not on the log of a later writer', () => {
  /** The first has written three blocks more than the others have, and the second goes on from where they are. */
  async function apart() {
    const [a, b, c] = (await members(3)) as [TailMember, TailMember, TailMember];
    await a.write(1);
    await b.follow(a);
    await c.follow(a);
    const late = a.announcement();
    await a.write(3, 'b');
    await b.begin(2);
    await b.write(1);
    return { a, b, c, late };
  }

  it('is discarded before that is followed', async () => {
    const { a, b } = await apart();
    await expect(a.follow(b)).rejects.toMatchObject({ code: 'REPLICA_DIVERGED' });
    expect(a.length).toBe(6);
    const view = await a.tail.discard(3);
    expect(view.end.length).toBe(3);
    expect(a.tail.head?.binding.length).toBe(3);
    await a.follow(b);
    expectSame(a, b);
    const again = await restarted(a, 0);
    expectSame(again, b);
  });

  it('is discarded for good, also when nothing comes after it', async () => {
    const { a, b } = await apart();
    await a.tail.discard(5);
    let again = await restarted(a, 0);
    expect([again.length, again.tail.head?.binding.length]).toEqual([5, 5]);
    await again.tail.discard(3);
    again = await restarted(again, 0);
    expect(again.length).toBe(3);
    await expect(again.write(1)).rejects.toMatchObject({ code: 'REPLICA_DIVERGED' });
    stage.connect(again, b);
    await again.follow(b);
    expectSame(again, b);
  });

  it('is taken again when its writer was elected after all', async () => {
    const { a, b, c } = await apart();
    await c.follow(a);
    const longer = c.announcement();
    await c.tail.discard(4);
    await c.follow(longer);
    expectSame(c, a);
    await a.begin(3);
    await c.follow(a);
    expectSame(c, a);
    await expect(b.follow(a)).rejects.toMatchObject({ code: 'REPLICA_DIVERGED' });
    await b.tail.discard(3);
    expect(segmentsOf(b)).toEqual([[0, 1, 0]]);
    await b.follow(a);
    expectSame(b, a);
  });

  it('does not come back by what was announced before', async () => {
    const { a, b, c, late } = await apart();
    const lost = a.announcement();
    await c.follow(b);
    await c.follow(late);
    await c.follow(lost);
    expectSame(c, b);
    await a.tail.discard(3);
    await a.begin(3);
    await a.tail.discard(3);
    await a.follow(b);
    await a.begin(4);
    await c.follow(a);
    await c.follow(b);
    expectSame(c, a);
  });

  it('is given up where it was announced and never came', async () => {
    const { a, b, c } = await apart();
    await stage.cutOff();
    await c.tail.announce(a.announcement());
    stage.connect(c, b);
    await c.follow(b);
    await b.write(3);
    await c.follow(b);
    expectSame(c, b);
  });

  it('is passed over where its writer was elected in an earlier term', async () => {
    const [a, b, c] = (await members(3)) as [TailMember, TailMember, TailMember];
    await b.follow(a);
    await c.follow(a);
    await b.begin(5);
    await a.begin(3);
    await c.follow(b);
    await c.follow(a);
    expectSame(c, b);
    expect([c.alarms, c.failures]).toEqual([[], []]);
  });

  it('is never what is kept', async () => {
    const { a } = await apart();
    await a.tail.keep(4);
    expect(a.tail.headAt(4)).toBeNull();
    expect(a.tail.headAt(5)?.binding.length).toBe(5);
    await expect(a.tail.discard(3)).rejects.toThrow(RangeError);
    expect((await a.tail.discard(4)).end.length).toBe(4);
    const again = await restarted(a, 0);
    expect(again.length).toBe(4);
    await expect(again.tail.discard(3)).rejects.toThrow(RangeError);
  });
});

it('is cut in the middle of what was stored without a head, and remembers where', async () => {
  const [a, b] = (await members(2)) as [TailMember, TailMember];
  await a.write(4);
  await b.follow(a);
  await b.tail.discard(4);
  expect([b.length, b.tail.head]).toEqual([4, null]);
  expect(b.tail.announcement?.checkpoint).not.toBe(a.announcement().checkpoint);
  await stage.cutOff();
  const again = await restarted(b, 1);
  expect([again.length, again.tail.head]).toEqual([4, null]);
  stage.connect(again, a);
  await again.begin(2);
  expect(segmentsOf(again)).toEqual([
    [0, 1, 0],
    [1, 2, 4],
  ]);
});

describe('keys of an election', () => {
  it('that the group did not make are forgotten, and stop nothing', async () => {
    const [a, b] = (await members(2)) as [TailMember, TailMember];
    await a.write(1);
    const made = await a.hand(7, [nodeAt(3)]);
    const { keys, note: checkpoint } = made;
    const { origin } = a.announcement();
    const false1 = { origin, keys, checkpoint };
    await b.follow(false1);
    expect(b.refused).toEqual([false1]);
    await b.follow(a);
    expect(b.length).toBe(3);
    await b.follow({ origin, keys, checkpoint });
    expect([b.refused.length, b.alarms, b.failures]).toEqual([2, [], []]);
    await expect(a.tail.begin(made)).rejects.toMatchObject({ code: 'REPLICA_KEYS_UNVERIFIED' });
    await a.write(1);
    await b.follow(a);
    expect(b.length).toBe(4);
  });

  it.each([
    ['in no later term', 1, NODES.slice(0, 2)],
    ['by too few', 2, NODES.slice(0, 1)],
    ['by a member and a stranger', 2, [nodeAt(0), nodeAt(3)]],
  ])('%s are forgotten', async (_, term, voters) => {
    const [a, b] = (await members(2)) as [TailMember, TailMember];
    const { keys, note: checkpoint } = await a.hand(term, voters);
    await b.follow({ origin: a.announcement().origin, keys, checkpoint });
    expect([b.refused.length, b.alarms, b.failures, b.length]).toEqual([1, [], [], 2]);
    expect(segmentsOf(b)).toHaveLength(1);
  });

  it('that nobody can fetch hold nothing up', async () => {
    const [a, b] = (await members(2)) as [TailMember, TailMember];
    const { keys, note: checkpoint } = await a.hand(7, [nodeAt(3)]);
    const far = keys.map((one) =>
      one.ended === null ? one : { ...one, ended: { ...one.ended, length: 99 } },
    );
    const { origin } = a.announcement();
    await b.tail.announce({ origin, keys: far, checkpoint });
    await a.write(1);
    await b.tail.announce(a.announcement());
    await eventually(() => b.length >= 3, 'what was announced after it', 3_000);
    await b.tail.discard(3);
    expect([b.alarms, b.failures]).toEqual([[], []]);
  });

  it('whose signatures do not hold are refused at once', async () => {
    const [a, b] = (await members(2)) as [TailMember, TailMember];
    const { keys, note: checkpoint } = await a.hand(7);
    const altered = keys.map((one) =>
      one.ended?.election === undefined
        ? one
        : { ...one, ended: { ...one.ended, election: { ...one.ended.election, number: 8 } } },
    );
    const { origin } = a.announcement();
    await expect(b.follow({ origin, keys: altered, checkpoint })).rejects.toMatchObject({
      code: 'REPLICA_KEYS_UNVERIFIED',
    });
  });

  it('that the log tells otherwise are forgotten', async () => {
    const [a, b] = (await members(2)) as [TailMember, TailMember];
    const { own, ...hand } = await a.hand(2, NODES.slice(0, 3));
    await a.tail.begin(hand);
    a.own = own;
    const { checkpoint, origin } = a.announcement();
    // Enough votes, each of them good: and not those that are in the log.
    const fewer = hand.keys.map((one) =>
      one.ended?.election === undefined
        ? one
        : {
            ...one,
            ended: {
              ...one.ended,
              election: { ...one.ended.election, votes: one.ended.election.votes.slice(1) },
            },
          },
    );
    await b.follow({ origin, keys: fewer, checkpoint });
    expect([b.refused.length, b.alarms, b.failures, b.length]).toEqual([1, [], [], 2]);
    await b.follow(a);
    expect(b.length).toBe(3);
  });
});

it('is not begun on another end, nor by keys that are not the newest', async () => {
  const [a] = (await members(1)) as [TailMember];
  const [early, other] = [await a.hand(2), await a.hand(2)];
  await a.write(1);
  const view = a.tail.view;
  expect(await a.tail.begin(early)).toEqual(view);
  expect(a.tail.announcement?.keys).toHaveLength(1);
  const now = await a.hand(2);
  await expect(a.tail.begin({ ...now, block: other.block })).rejects.toThrow();
  await expect(a.tail.begin({ ...now, note: other.note })).rejects.toMatchObject({
    code: 'REPLICA_HEAD_UNVERIFIED',
  });
  await expect(a.tail.begin({ ...now, corePair: other.corePair })).rejects.toMatchObject({
    code: 'REPLICA_HEAD_UNVERIFIED',
  });
  expect(a.tail.view).toEqual(view);
  await a.tail.begin(now);
  expect(segmentsOf(a).at(-1)).toEqual([0, 2, 3]);
});

it('is kept by a blind replica as well, which takes elections on their signatures', async () => {
  const [a, b] = (await members(2)) as [TailMember, TailMember];
  await a.write(1);
  await b.follow(a);
  await b.begin(2);
  const blind = await stage.replica('blind', { blockKey: null });
  stage.connect(blind.log, b);
  await blind.log.announce(b.announcement());
  await blind.log.idle();
  expect(blind.log.stored?.binding.length).toBe(4);
  expect([blind.alarms, blind.failures, blind.refused]).toEqual([[], [], []]);
  await a.write(1);
  await blind.log.announce(a.announcement());
  expect([blind.log.stored?.binding.length, blind.alarms]).toEqual([4, []]);
});

describe('a group', () => {
  it.each([
    ['in another term', { node: nodeAt(1).id, number: 1 }, NODES.slice(0, 3)],
    ['that may not follow the one before', { node: nodeAt(0).id, number: 1 }, [nodeAt(3)]],
  ])('%s is no honest writer’s', async (_, term, nodes) => {
    const [a, b] = (await members(2)) as [TailMember, TailMember];
    const block = await a.next(1, 'a', [groupStatement(4, nodes, term)]);
    await expect(a.tail.append(block)).rejects.toThrow('names a group');
    expect([a.length, b.length]).toEqual([2, 2]);
  });
});
