/** A writer that starts again: it writes nothing before the others have said what they have of its log. */
import { beforeEach, expect, it } from '@jest/globals';
import { type Group, majorities } from '../../../src/replication/protocol/group.js';
import {
  type Effect,
  type Input,
  mayAppend,
  type MemberState,
} from '../../../src/replication/protocol/member-state.js';
import { startMember, step } from '../../../src/replication/protocol/member.js';
import { RULES, TIMING } from '../../../src/replication/protocol/rules.js';
import type { NodeId } from '../../../src/replication/protocol/term.js';
import {
  appended,
  EMPTY_SIM_LOG,
  type SimLog,
} from '../../../src/replication/simulation/sim-log.js';

const [SELF, OTHER, THIRD, VOTER] = ['a', 'b', 'c', 'v'] as [NodeId, NodeId, NodeId, NodeId];
const TERM = { number: 3, node: SELF };

let now: number;
let member: MemberState;
let effects: readonly Effect[];

function groupOf(...nodes: readonly NodeId[]): Group {
  const members = nodes.map((node) => {
    const hasData = node !== VOTER;
    return { node, site: `site ${node}`, hasData, mayWrite: hasData };
  });
  return { members, sites: 1, ...majorities(nodes.length) };
}

function logOf(group: Group, blocks: number, term = TERM): SimLog {
  const made = Array.from({ length: blocks }, (_, at) => ({
    ...{ id: at, term, key: null, group: at === 0 ? group : null },
  }));
  return appended(EMPTY_SIM_LOG, made);
}

const context = () => ({ now, jitter: 0, rules: RULES, timing: TIMING });

function give(input: Input): void {
  ({ state: member, effects } = step(member, input, context()));
}

function start(group: Group, of: Partial<Pick<MemberState, 'memory' | 'promised'>> = {}): void {
  const remembered = { promised: TERM, memory: 'whole', ...of } as const;
  const identity = { self: SELF, keepsData: true, acquaintances: [] };
  member = startMember(identity, remembered, logOf(group, 4).view, context());
  effects = [];
}

const receiptOf = (from: NodeId, length: number, term = TERM): void => {
  give({ kind: 'message', from, message: { kind: 'receipt', term, length } });
};

beforeEach(() => {
  now = 0;
});

it('goes on once all who keep the data have said that they have no more of it', () => {
  start(groupOf(SELF, OTHER, THIRD, VOTER));
  give({ kind: 'tick' });
  expect(effects.filter(({ kind }) => kind === 'send')).toHaveLength(3);
  receiptOf(OTHER, 4);
  // What is there is shown as ever: it is on their disks.
  receiptOf(VOTER, 0);
  expect(mayAppend(member)).toBe(false);
  receiptOf(THIRD, 2);
  expect(mayAppend(member)).toBe(true);
  expect(member.memory).toBe('whole');
});

it('goes on without those who are away, after a while', () => {
  start(groupOf(SELF, OTHER, THIRD));
  receiptOf(OTHER, 4);
  for (now = 500; now < TIMING.away; now += 500) {
    give({ kind: 'tick' });
    expect(mayAppend(member)).toBe(false);
  }
  give({ kind: 'tick' });
  expect(mayAppend(member)).toBe(true);
});

it.each([
  ['before it writes', [], OTHER],
  ['when it writes already', [OTHER, THIRD], THIRD],
  ['of one without data, which knows of more', [], VOTER],
] as const)('takes no part once it hears that it had more, %s', (_, heard, from) => {
  start(groupOf(SELF, OTHER, THIRD, VOTER));
  for (const node of heard) receiptOf(node, 4);
  receiptOf(from, 5);
  expect(member).toMatchObject({ memory: 'behind', role: { kind: 'following' } });
  expect(effects).toEqual([{ kind: 'save', promised: TERM, memory: 'behind' }]);
  // And asks all of them soon.
  now += 2 * TIMING.repeat;
  give({ kind: 'tick' });
  const asked = effects.flatMap((one) => (one.kind === 'send' ? [one.message.kind] : []));
  expect(asked).toEqual(['ask', 'ask', 'ask']);
});

it('does not wait where nobody else keeps the data, nor for what was said of another term', () => {
  start(groupOf(SELF, VOTER));
  expect(mayAppend(member)).toBe(true);
  start(groupOf(SELF, OTHER, THIRD));
  receiptOf(OTHER, 9, { number: 2, node: SELF });
  expect(member.memory).toBe('whole');
  expect(mayAppend(member)).toBe(false);
});
