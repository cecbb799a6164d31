/** That effects are carried out in order, each when the one before it is done: what the protocol's safety rests on. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { EMPTY_VIEW } from '../../../src/replication/protocol/log-view.js';
import { type MemberPorts, MemberRunner } from '../../../src/replication/protocol/member-runner.js';
import { RULES, TIMING } from '../../../src/replication/protocol/rules.js';
import { NO_TERM, type NodeId } from '../../../src/replication/protocol/term.js';
import { appended, EMPTY_SIM_LOG } from '../../../src/replication/simulation/sim-log.js';

const [SELF, OTHER, THIRD] = ['a', 'b', 'c'] as [NodeId, NodeId, NodeId];
const TERM = { number: 5, node: OTHER };

let said: string[];
let pending: (() => void)[];
let runner: MemberRunner;
let now: number;

beforeEach(() => {
  said = [];
  pending = [];
  now = 0;
  const ports: MemberPorts = {
    now: () => now,
    jitter: () => 0,
    wakeAt: () => undefined,
    save: ({ promised }, done) => {
      said.push(`save ${promised.number}`);
      pending.push(done);
    },
    begin: (_, done) => {
      said.push('begin');
      pending.push(done);
    },
    discard: (length, done) => {
      said.push(`discard ${length}`);
      pending.push(done);
    },
    know: ({ end }, done) => {
      said.push(`know ${end.length}`);
      pending.push(done);
    },
    follow: (from, { length }) => said.push(`follow ${from} ${length}`),
    send: (to, { kind }) => said.push(`send ${to} ${kind}`),
    show: (length) => said.push(`show ${length}`),
  };
  const start = {
    ...{ self: SELF, keepsData: true, acquaintances: [], log: EMPTY_VIEW },
    remembered: { promised: NO_TERM, memory: 'whole' as const },
  };
  runner = new MemberRunner(start, ports, RULES, TIMING);
});

function finish(): void {
  const done = pending.shift();
  if (done === undefined) throw new Error('nothing is waiting');
  done();
}

function elect(number: number): void {
  const message = { kind: 'elect', term: { number, node: OTHER } } as const;
  runner.give({ kind: 'message', from: OTHER, message });
}

describe('a member', () => {
  it('votes when its promise is on disk, and not before', () => {
    elect(5);
    expect(said).toEqual(['save 5']);
    finish();
    expect(said).toEqual(['save 5', 'send b vote']);
  });

  it('takes the next message when it is done with the one before', () => {
    elect(5);
    elect(6);
    expect(said).toEqual(['save 5']);
    finish();
    expect(said).toEqual(['save 5', 'send b vote', 'save 6']);
    finish();
    expect(said.at(-1)).toBe('send b vote');
  });

  it('votes again for whom it has promised, without saving again', () => {
    elect(5);
    finish();
    elect(5);
    expect(said).toEqual(['save 5', 'send b vote', 'send b vote']);
  });

  it('keeps no more than a thousand messages while its disk is slow', () => {
    elect(5);
    for (let more = 0; more < 5_000; more++) elect(4);
    finish();
    expect(said.filter((one) => one === 'send b refuse')).toHaveLength(1_000);
  });

  it('refuses a lower term', () => {
    elect(5);
    finish();
    elect(4);
    expect(said.at(-1)).toBe('send b refuse');
  });

  it('fetches what a writer announces, and gives receipts for what is stored of it', () => {
    const block = { id: 1, term: TERM, key: null, group: null };
    const { view } = appended(EMPTY_SIM_LOG, [block]);
    const message = { kind: 'announce', term: TERM, end: view.end, shown: 0 } as const;
    runner.give({ kind: 'message', from: OTHER, message });
    finish();
    expect(said).toEqual(['save 5', 'follow b 1', 'send b receipt']);
    runner.give({ kind: 'stored', log: view });
    expect(said.at(-1)).toBe('send b receipt');
    runner.give({ kind: 'message', from: OTHER, message });
    expect(said.filter((one) => one.startsWith('follow'))).toHaveLength(1);
  });

  it('discards what is not on the log of the writer before it fetches the rest', () => {
    const mine = { id: 1, term: { number: 1, node: SELF }, key: null, group: null };
    const theirs = { id: 2, term: TERM, key: null, group: null };
    const first = { id: 0, term: { number: 1, node: THIRD }, key: null, group: null };
    runner.give({ kind: 'stored', log: appended(EMPTY_SIM_LOG, [first, mine]).view });
    const { end } = appended(EMPTY_SIM_LOG, [first, theirs, theirs]).view;
    const message = { kind: 'announce', term: TERM, end, shown: 0 } as const;
    runner.give({ kind: 'message', from: OTHER, message });
    finish();
    expect(said).toEqual(['save 5', 'discard 1']);
    finish();
    expect(said).toEqual(['save 5', 'discard 1', 'follow b 3', 'send b receipt']);
  });

  it('takes no part while it does not remember', () => {
    const ports = { promised: TERM, memory: 'behind' as const };
    const start = { self: SELF, keepsData: true, acquaintances: [OTHER], log: EMPTY_VIEW };
    const heard: string[] = [];
    const behind = new MemberRunner(
      { ...start, remembered: ports },
      {
        ...{ now: () => now, jitter: () => 0, wakeAt: () => undefined },
        ...{ save: () => heard.push('save'), begin: () => heard.push('begin') },
        ...{ discard: () => heard.push('discard'), follow: () => heard.push('follow') },
        know: () => heard.push('know'),
        send: (_, { kind }) => heard.push(kind),
        show: () => heard.push('show'),
      },
      RULES,
      TIMING,
    );
    behind.give({
      kind: 'message',
      from: OTHER,
      message: { kind: 'elect', term: { number: 9, node: OTHER } },
    });
    behind.give({
      kind: 'message',
      from: OTHER,
      message: { kind: 'ask', term: { number: 9, node: OTHER }, isRecovering: false },
    });
    behind.give({
      kind: 'message',
      from: OTHER,
      message: { kind: 'announce', term: TERM, end: EMPTY_VIEW.end, shown: 0 },
    });
    expect(heard).toEqual([]);
    now = 10_000;
    behind.give({ kind: 'tick' });
    expect(heard).toEqual(['ask']);
  });
});
