/** A member without data: what it learns and vouches for, and when the writer counts it in place of one that is away. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Group, majorities } from '../../../src/replication/protocol/group.js';
import { EMPTY_VIEW } from '../../../src/replication/protocol/log-view.js';
import type { Effect, Input, MemberState } from '../../../src/replication/protocol/member-state.js';
import { startMember, step } from '../../../src/replication/protocol/member.js';
import type { Announce, Message } from '../../../src/replication/protocol/messages.js';
import { RULES, TIMING } from '../../../src/replication/protocol/rules.js';
import { NO_TERM, type NodeId } from '../../../src/replication/protocol/term.js';
import {
  appended,
  EMPTY_SIM_LOG,
  type SimLog,
} from '../../../src/replication/simulation/sim-log.js';

const [WRITER, OTHER, WITHOUT] = ['a', 'b', 'v'] as [NodeId, NodeId, NodeId];
const TERM = { number: 1, node: WRITER };
const GROUP: Group = {
  members: [WRITER, OTHER, WITHOUT].map((node) => {
    const hasData = node !== WITHOUT;
    return { node, site: `site ${node}`, hasData, mayWrite: hasData };
  }),
  ...{ sites: 1, ...majorities(3) },
};

let now: number;
let member: MemberState;
let effects: readonly Effect[];

beforeEach(() => {
  now = 0;
});

function context() {
  return { now, jitter: 0, rules: RULES, timing: TIMING };
}

function logOf(blocks: number, term = TERM): SimLog {
  const made = Array.from({ length: blocks }, (_, at) => ({
    ...{ id: at, term, key: null, group: at === 0 ? GROUP : null },
  }));
  return appended(EMPTY_SIM_LOG, made);
}

function give(input: Input): void {
  ({ state: member, effects } = step(member, input, context()));
}

function hear(from: NodeId, message: Message): void {
  give({ kind: 'message', from, message });
}

function said(to: NodeId): Message[] {
  return effects.flatMap((one) => (one.kind === 'send' && one.to === to ? [one.message] : []));
}

function announcedTo(node: NodeId): Announce {
  const found = said(node).find((one) => one.kind === 'announce');
  if (found?.kind !== 'announce') throw new Error('it announces nothing');
  return found;
}

describe('a writer', () => {
  beforeEach(() => {
    const remembered = { promised: TERM, memory: 'whole' as const };
    const identity = { self: WRITER, keepsData: true, acquaintances: [] };
    member = startMember(identity, remembered, logOf(2).view, context());
    give({ kind: 'tick' });
  });

  const receiptOf = (from: NodeId, length: number): void => {
    hear(from, { kind: 'receipt', term: TERM, length });
  };
  const goOn = (millis: number): void => {
    for (const until = now + millis; now < until;) {
      now += 500;
      give({ kind: 'tick' });
    }
  };

  it('tells a member without data of nothing that others do not have', () => {
    expect(announcedTo(OTHER).end.length).toBe(2);
    expect(announcedTo(OTHER).groups).toBeUndefined();
    expect(announcedTo(WITHOUT)).toMatchObject({ end: { length: 0 }, groups: [] });
  });

  it('tells it who keeps the log, once that is settled, and not how far it goes', () => {
    receiptOf(OTHER, 2);
    goOn(500);
    expect(announcedTo(WITHOUT)).toMatchObject({ end: { length: 1 }, groups: [{ block: 0 }] });
  });

  it('does not count it as long as the other may be there', () => {
    receiptOf(WITHOUT, 2);
    goOn(4_500);
    receiptOf(WITHOUT, 2);
    expect(member.shown).toBe(0);
  });

  it('counts it in place of one that is away, for what it says then', () => {
    goOn(4_500);
    receiptOf(WITHOUT, 0);
    goOn(500);
    expect(announcedTo(WITHOUT)).toMatchObject({ end: { length: 2 }, groups: [{ block: 0 }] });
    expect(member.shown).toBe(0);
    receiptOf(WITHOUT, 2);
    expect(member.shown).toBe(2);
    expect(effects).toContainEqual({ kind: 'show', length: 2 });
  });

  it('stops counting it when the other is back, and shows what both have', () => {
    goOn(4_500);
    receiptOf(WITHOUT, 0);
    goOn(500);
    receiptOf(OTHER, 0);
    goOn(500);
    receiptOf(WITHOUT, 2);
    expect(member.shown).toBe(0);
    expect(announcedTo.bind(null, WITHOUT)).toThrow();
    receiptOf(OTHER, 2);
    expect(member.shown).toBe(2);
  });

  it('does not hand it the ledger', () => {
    receiptOf(OTHER, 2);
    receiptOf(WITHOUT, 2);
    give({ kind: 'move', to: WITHOUT });
    expect(member.role).toMatchObject({ kind: 'writing', yieldsTo: null });
  });
});

describe('a member without data', () => {
  const announce = (length: number, groups = logOf(length).view.groups): Announce => ({
    ...{ kind: 'announce', term: TERM, end: logOf(length).view.end, shown: 1, groups },
  });

  beforeEach(() => {
    const remembered = { promised: NO_TERM, memory: 'whole' as const };
    const identity = { self: WITHOUT, keepsData: false, acquaintances: [WRITER] };
    member = startMember(identity, remembered, EMPTY_VIEW, context());
  });

  it('vouches for what it knows once that is on its disk', () => {
    hear(WRITER, announce(2));
    const log = { end: logOf(2).view.end, groups: logOf(2).view.groups };
    expect(effects.map(({ kind }) => kind)).toEqual(['save', 'know', 'send']);
    expect(effects[1]).toEqual({ kind: 'know', log });
    expect(said(WRITER)).toEqual([{ kind: 'receipt', term: TERM, length: 0 }]);
    give({ kind: 'stored', log });
    expect(said(WRITER)).toEqual([{ kind: 'receipt', term: TERM, length: 2 }]);
  });

  it('says in its vote how far it knows the log to go, and who keeps it', () => {
    hear(WRITER, announce(2));
    give({ kind: 'stored', log: logOf(2).view });
    hear(OTHER, { kind: 'elect', term: { number: 2, node: OTHER } });
    expect(said(OTHER)).toEqual([
      {
        ...{ kind: 'vote', term: { number: 2, node: OTHER } },
        ...{ end: logOf(2).view.end, groups: [GROUP] },
      },
    ]);
  });

  it('does not unlearn what comes late', () => {
    hear(WRITER, announce(2));
    give({ kind: 'stored', log: logOf(2).view });
    hear(WRITER, announce(1));
    expect(effects.map(({ kind }) => kind)).toEqual(['send']);
    expect(said(WRITER)).toEqual([{ kind: 'receipt', term: TERM, length: 2 }]);
  });

  it('gives no receipt to who takes it for one that has the data', () => {
    const { end, shown, term } = announce(2);
    hear(WRITER, { kind: 'announce', end, shown, term });
    expect(effects.map(({ kind }) => kind)).toEqual(['save']);
  });

  it('never stands', () => {
    hear(WRITER, announce(1));
    give({ kind: 'stored', log: logOf(1).view });
    now += 60_000;
    give({ kind: 'tick' });
    expect(member.role.kind).toBe('following');
    hear(WRITER, { kind: 'yield', term: TERM });
    expect(member.role.kind).toBe('following');
    expect(effects).toEqual([]);
  });

  it('that has forgotten learns it from all others before it votes again', () => {
    const remembered = { promised: TERM, memory: 'behind' as const };
    const identity = { self: WITHOUT, keepsData: false, acquaintances: [WRITER, OTHER] };
    member = startMember(identity, remembered, EMPTY_VIEW, context());
    now += 1_000;
    give({ kind: 'tick' });
    const term = { number: 2, node: WITHOUT };
    const known = { term, groups: [GROUP] };
    hear(WRITER, { kind: 'willing', ...known, end: logOf(3).view.end });
    hear(OTHER, { kind: 'willing', ...known, end: logOf(1).view.end });
    expect(effects[0]).toMatchObject({ kind: 'save', promised: term, memory: 'behind' });
    hear(OTHER, { kind: 'vote', ...known, end: logOf(1).view.end });
    expect(effects).toEqual([]);
    hear(WRITER, { kind: 'vote', ...known, end: logOf(3).view.end });
    expect(effects).toMatchObject([{ kind: 'know', log: { end: { length: 3 } } }]);
    if (effects[0]?.kind === 'know') give({ kind: 'stored', log: effects[0].log });
    expect(effects[0]).toMatchObject({ kind: 'save', memory: 'whole' });
    expect(member.memory).toBe('whole');
  });
});

describe('a candidate', () => {
  const candidate = (blocks: number): void => {
    const remembered = { promised: TERM, memory: 'whole' as const };
    const identity = { self: OTHER, keepsData: true, acquaintances: [] };
    member = startMember(identity, remembered, logOf(blocks).view, context());
    now += 2_000;
    give({ kind: 'tick' });
    hear(WITHOUT, { kind: 'willing', ...known(0), term: { number: 2, node: OTHER } });
  };
  const known = (blocks: number) => ({ end: logOf(blocks).view.end, groups: [GROUP] });
  const voted = (from: NodeId, blocks: number): void => {
    hear(from, { kind: 'vote', ...known(blocks), term: { number: 2, node: OTHER } });
  };

  it('begins with the vote of a member without data, which knows of no more', () => {
    candidate(3);
    voted(WITHOUT, 3);
    expect(effects).toMatchObject([{ kind: 'begin', on: { length: 3 } }]);
  });

  it('does not begin without what such a member knows of, nor asks that one for it', () => {
    candidate(3);
    voted(WITHOUT, 4);
    expect(effects).toEqual([]);
    voted(WRITER, 4);
    expect(effects).toMatchObject([{ kind: 'follow', from: WRITER, end: { length: 4 } }]);
    give({ kind: 'stored', log: logOf(4).view });
    expect(effects).toMatchObject([{ kind: 'begin', on: { length: 4 } }]);
  });
});
