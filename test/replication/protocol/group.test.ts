import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  faultOfGroup,
  type Group,
  isVoteQuorum,
  isWriteQuorum,
  majorities,
  mayFollow,
  type Member,
  standsIn,
  stoppingSites,
} from '../../../src/replication/protocol/group.js';
import type { NodeId } from '../../../src/replication/protocol/term.js';

const NODES = ['a', 'b', 'c', 'd', 'e'] as NodeId[];

function member(node: NodeId, more: Partial<Member> = {}): Member {
  return { node, site: `site ${node}`, hasData: true, mayWrite: true, ...more };
}

function groupOf(nodes: readonly NodeId[], more: Partial<Group> = {}): Group {
  return {
    ...{ members: nodes.map((node) => member(node)), sites: 1 },
    ...majorities(nodes.length),
    ...more,
  };
}

const anyGroup = fc
  .record({
    nodes: fc.subarray(NODES, { minLength: 1 }),
    withoutData: fc.subarray(NODES),
    writeQuorum: fc.integer({ min: 1, max: 5 }),
    voteQuorum: fc.integer({ min: 1, max: 5 }),
    sites: fc.integer({ min: 1, max: 2 }),
  })
  .map(({ nodes, withoutData, ...quorums }): Group => {
    const members = nodes.map((node) => {
      const hasData = !withoutData.includes(node);
      return member(node, { hasData, mayWrite: hasData });
    });
    return { members, ...quorums };
  })
  .filter((group) => faultOfGroup(group) === null);

function subsets(nodes: readonly NodeId[]): ReadonlySet<NodeId>[] {
  return Array.from(
    { length: 2 ** nodes.length },
    (_, bits) => new Set(nodes.filter((_node, at) => (bits >> at) % 2 === 1)),
  );
}

/** Whether everything that one shows is known to every vote of the other, by trying all. */
function meetsEverywhere(shows: Group, votes: Group): boolean {
  const all = subsets(NODES);
  const shown = all.filter(
    (nodes) => isWriteQuorum(shows, nodes) || standsIn(shows, nodes, () => true),
  );
  const voted = all.filter((nodes) => isVoteQuorum(votes, nodes));
  return shown.every((some) => voted.every((others) => [...some].some((one) => others.has(one))));
}

describe('a group without fault', () => {
  it('shows nothing that a vote does not come to know', () => {
    fc.assert(
      fc.property(anyGroup, (group) => {
        expect(meetsEverywhere(group, group)).toBe(true);
      }),
    );
  });

  it('may follow another only where what either shows is known to every vote of the other', () => {
    fc.assert(
      fc.property(anyGroup, anyGroup, (older, newer) => {
        if (!mayFollow(older, newer)) return;
        expect(meetsEverywhere(older, newer)).toBe(true);
        expect(meetsEverywhere(newer, older)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('majorities', () => {
  it.each([1, 2, 3, 4, 5])('of %i members are a sound group', (count) => {
    expect(faultOfGroup(groupOf(NODES.slice(0, count)))).toBeNull();
  });

  it.each([1, 2, 3, 4])('of %i members may be followed by those of one more, and back', (count) => {
    const [fewer, more] = [groupOf(NODES.slice(0, count)), groupOf(NODES.slice(0, count + 1))];
    expect(mayFollow(fewer, more)).toBe(true);
    expect(mayFollow(more, fewer)).toBe(true);
  });

  it('may not be followed by those of two others', () => {
    expect(mayFollow(groupOf(NODES.slice(0, 3)), groupOf(['a', 'd', 'e'] as NodeId[]))).toBe(false);
  });
});

describe('faultOfGroup', () => {
  const three = NODES.slice(0, 3);
  it.each<[string, Group, string]>([
    ['nobody', { ...groupOf(three), members: [] }, '1 to 31 members'],
    ['one node twice', groupOf(['a', 'b', 'a'] as NodeId[]), 'twice'],
    [
      'nobody who may write',
      groupOf([], { members: [member('a' as NodeId, { mayWrite: false })] }),
      'may write',
    ],
    [
      'a writer without data',
      groupOf(three, { members: three.map((node) => member(node, { hasData: node !== 'a' })) }),
      'keeps the data',
    ],
    ['receipts by more than have data', groupOf(three, { writeQuorum: 4 }), 'write quorum'],
    ['no receipt', groupOf(three, { writeQuorum: 0 }), 'write quorum'],
    ['votes by more than there are', groupOf(three, { voteQuorum: 4 }), 'vote quorum'],
    ['quorums that need not meet', groupOf(three, { writeQuorum: 1 }), 'together'],
    ['more sites than have data', groupOf(three, { sites: 4 }), 'sites'],
  ])('names %s', (_, group, words) => {
    expect(faultOfGroup(group)).toContain(words);
  });
});

describe('stoppingSites', () => {
  const at = (site: string, node: string, more: Partial<Member> = {}): Member =>
    member(node as NodeId, { site, ...more });

  it('are none where three sites have a member each', () => {
    expect(stoppingSites(groupOf(NODES.slice(0, 3)))).toEqual([]);
  });

  it('are both where there are two', () => {
    const members = [at('x', 'a'), at('x', 'b'), at('y', 'c'), at('y', 'd')];
    expect(stoppingSites({ members, sites: 1, ...majorities(4) })).toEqual(['x', 'y']);
  });

  const vote = at('z', 'c', { hasData: false, mayWrite: false });
  const two = [at('x', 'a'), at('y', 'b')];

  it('are none where a third site has a vote alone', () => {
    expect(stoppingSites({ members: [...two, vote], sites: 1, ...majorities(3) })).toEqual([]);
  });

  it('are those of the data where two of them must have all', () => {
    const group = { members: [...two, vote], sites: 2, ...majorities(3) };
    expect(stoppingSites(group)).toEqual(['x', 'y']);
  });

  it('is the one that has the vote, too, where that is no third', () => {
    const members = [...two, { ...vote, site: 'y' }];
    expect(stoppingSites({ members, sites: 1, ...majorities(3) })).toEqual(['y']);
  });

  it('is the one without which nobody may write', () => {
    const members = [at('x', 'a'), at('y', 'b', { mayWrite: false }), vote];
    expect(stoppingSites({ members, sites: 1, ...majorities(3) })).toEqual(['x']);
  });
});

describe('standsIn', () => {
  const [first, second, without] = NODES.slice(0, 3) as [NodeId, NodeId, NodeId];
  const group = groupOf([], {
    members: [member(first), member(second), member(without, { hasData: false, mayWrite: false })],
    ...majorities(3),
  });
  const enough = (nodes: readonly NodeId[], away: readonly NodeId[], of = group): boolean =>
    standsIn(of, new Set(nodes), (node) => away.includes(node));

  it('has a member without data count for one that is away', () => {
    expect(enough([first, without], [second])).toBe(true);
    expect(isWriteQuorum(group, new Set([first, without]))).toBe(false);
  });

  it.each<[string, readonly NodeId[], readonly NodeId[]]>([
    ['while the other with data is there', [first, without], []],
    ['alone', [without], [first, second]],
    ['where it does not know', [first], [second]],
  ])('is not so %s', (_, nodes, away) => {
    expect(enough(nodes, away)).toBe(false);
  });

  it('is not so where the data must lie in two sites', () => {
    expect(enough([first, without], [second], { ...group, sites: 2 })).toBe(false);
  });
});
