/** When content counts as being at a quorum. */
import { describe, expect, it } from '@jest/globals';
import type { HoldAnswer } from '../../../src/replication/chunks/chunk-message.js';
import { heldByQuorum, isHeld } from '../../../src/replication/chunks/holding.js';
import type { Group } from '../../../src/replication/protocol/group.js';
import type { MemberState } from '../../../src/replication/protocol/member-state.js';
import type { NodeId } from '../../../src/replication/protocol/term.js';
import { FakeTimers } from '../../support/fake-timers.js';
import { groupOfThree, stateOf } from './group-state.js';

const id = (name: string): NodeId => name as NodeId;
const said = (answers: Readonly<Record<string, HoldAnswer>>): Map<NodeId, HoldAnswer> =>
  new Map(Object.entries(answers).map(([name, answer]) => [id(name), answer]));
const all = (): boolean => true;
const THREE = groupOfThree(['a', 'b', 'c']);

function held(
  group: Group,
  answers: Readonly<Record<string, HoldAnswer>>,
  {
    isStoodIn = false,
    isLinked = all,
  }: { isStoodIn?: boolean; isLinked?: (node: NodeId) => boolean } = {},
): boolean {
  return isHeld(group, stateOf(group, 'a', isStoodIn), said(answers), isLinked);
}

describe('content is held', () => {
  it('where a write quorum has it, the writer among them', () => {
    expect(held(THREE, {})).toBe(false);
    expect(held(THREE, { b: 'later', c: 'later' })).toBe(false);
    expect(held(THREE, { c: 'held' })).toBe(true);
    expect(held(THREE, { x: 'held' })).toBe(false);
    expect(held({ ...THREE, writeQuorum: 3 }, { c: 'held' })).toBe(false);
  });

  it('at as many sites as blocks are', () => {
    const group = groupOfThree(['a', 'b', 'c'], { sites: 2 });
    const near = {
      ...group,
      members: group.members.map((one) => ({ ...one, site: one.node === 'c' ? 'far' : 'near' })),
    };
    expect(held(near, { b: 'held' })).toBe(false);
    expect(held(near, { c: 'held' })).toBe(true);
  });

  it('by those that keep content: the others count for none', () => {
    expect(held(THREE, { b: 'sparse' })).toBe(false);
    expect(held(THREE, { b: 'sparse', c: 'held' })).toBe(true);
    // Whose operators have it so have it once.
    expect(held(THREE, { b: 'sparse', c: 'sparse' })).toBe(true);
  });

  it('by those with data; a vote stands in for one that is away only while it does so for blocks', () => {
    const group = groupOfThree(['a', 'b', 'c'], { votes: ['c'] });
    expect(held(group, {})).toBe(false);
    const isLinked = (node: NodeId): boolean => node !== 'b';
    expect(held(group, {}, { isLinked })).toBe(false);
    expect(held(group, {}, { isLinked, isStoodIn: true })).toBe(true);
    expect(held(group, {}, { isLinked: () => false, isStoodIn: true })).toBe(false);
    // The other is there, and has not got it yet.
    expect(held(group, {}, { isStoodIn: true })).toBe(false);
  });
});

describe('whoever puts', () => {
  const timers = new FakeTimers();
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('asks all, again where they cannot now, and whoever comes', async () => {
    const asked: string[] = [];
    const answers: Record<string, HoldAnswer | null> = { b: 'later', c: null };
    const linked = new Set(['b', 'c']);
    let state: MemberState | null = stateOf(THREE, 'a');
    const done = heldByQuorum(
      {
        timers,
        stateOf: () => state,
        isLinked: (node) => linked.has(node),
        ask: (node) => {
          asked.push(node);
          return Promise.resolve(answers[node] ?? null);
        },
      },
      'log',
      new Uint8Array(72),
      new AbortController().signal,
    );
    const end: { isOver: boolean } = { isOver: false };
    void done.then(() => (end.isOver = true));
    await turn();
    expect(asked).toEqual(['b', 'c']);
    linked.delete('c');
    for (let times = 0; times < 3; times++) {
      timers.advance(300);
      await turn();
    }
    expect(new Set(asked.slice(2))).toEqual(new Set(['b']));
    // Not known for a moment what the group is: nothing is taken for held.
    state = null;
    answers['b'] = 'held';
    timers.advance(300);
    await turn();
    expect(end.isOver).toBe(false);
    state = stateOf(THREE, 'a');
    for (let times = 0; times < 3; times++) {
      timers.advance(300);
      await turn();
    }
    expect(end.isOver).toBe(true);
    await done;
  });

  it('waits no longer than it was told to', async () => {
    const late = new AbortController();
    const done = heldByQuorum(
      {
        timers,
        stateOf: () => stateOf(THREE, 'a'),
        isLinked: () => false,
        ask: () => Promise.resolve(null),
      },
      'log',
      new Uint8Array(72),
      late.signal,
    );
    await turn();
    late.abort(new Error('late'));
    await expect(done).rejects.toThrow('late');
  });
});
