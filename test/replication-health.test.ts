import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { shownSharedLedger } from '../src/api/replication-schemas.js';
import type { UnixMillis } from '../src/base/brand.js';
import { groupLines, sharedLedgerSchema } from '../src/cli/shared-ledger-lines.js';
import { troublesOf } from '../src/replication/ledger-trouble.js';
import type { LinkKey } from '../src/replication/links/link-settings.js';
import { stoppingSites } from '../src/replication/protocol/group.js';
import type { NodeId } from '../src/replication/protocol/term.js';
import type {
  MemberStatus,
  ReplicationStatus,
  SharedLedgerStatus,
} from '../src/replication/replication-port.js';
import {
  laggingLedgers,
  replicationMetrics,
  replicationReasons,
} from '../src/replication-health.js';

const AT = 1_700_000_000_000 as UnixMillis;
const node = (digit: string): NodeId => digit.repeat(64) as NodeId;

function member(digit: string, more: Partial<MemberStatus>): MemberStatus {
  return {
    ...{ node: node(digit), name: `peer-${digit}`, site: `site-${digit}`, country: 'DE' },
    ...{ hasData: true, mayWrite: true, isSelf: false, isLinked: true, length: 7, heardAt: AT },
    ...more,
  };
}

const SELF = member('1', { name: null, isSelf: true, isLinked: false });
const VOTER = member('3', { hasData: false, mayWrite: false, length: null, heardAt: null });

function ledger(
  more: Partial<SharedLedgerStatus> = {},
  others = [member('2', {}), VOTER],
): SharedLedgerStatus {
  const members = [SELF, ...others];
  const group = { writeQuorum: 2, voteQuorum: 2, sites: 1, countries: null, members };
  return {
    ...{ tenant: 'bank', ledger: 'kyc', origin: 'test.example/1/kyc', role: 'writing' as const },
    ...{ term: { node: node('1'), number: 4 }, writer: node('1'), length: 8, shown: 7, size: 70 },
    ...{ lag: 0, silentSince: null, group, stoppingSites: [], alarm: null, hasData: true },
    ...{ isStoodIn: false, doubted: null },
    ...more,
  };
}

function statusOf(...ledgers: SharedLedgerStatus[]): ReplicationStatus {
  const refused = { malformed: 0, crowded: 0 } as unknown as ReplicationStatus['links']['refused'];
  const linkKey = '' as LinkKey;
  return {
    node: { receiptKey: node('1'), linkKey, site: 'site-1', country: 'DE' },
    links: { linkKey, listening: null, peers: [], unproved: 0, refused },
    ledgers,
    warnings: [],
  };
}

const lines = (one: SharedLedgerStatus): string =>
  groupLines(sharedLedgerSchema.parse(shownSharedLedger(one))).join('\n');

describe('a shared ledger', () => {
  it('that is well has no trouble', () => {
    expect(troublesOf(ledger())).toEqual([]);
    expect(replicationReasons(statusOf(ledger()))).toEqual([]);
    expect(lines(ledger())).toMatch(
      /^bank\/kyc +writing +this node \(term 4\) +70 +0 +2 of 2, needs 2$/m,
    );
    expect(lines(ledger())).toMatch(/^peer-3 +site-3 +DE +a vote +yes +\? +never$/m);
  });

  it('is behind by more than somebody bears, or knows not by how much', () => {
    const late = (more: Partial<SharedLedgerStatus>): number =>
      laggingLedgers(statusOf(ledger(more)), 5);
    expect([late({ lag: 5 }), late({ lag: 6 }), late({ lag: null })]).toEqual([0, 1, 1]);
    expect([late({ silentSince: AT }), late({ lag: null, hasData: false })]).toEqual([1, 0]);
  });

  it.each([
    ['no writer', { silentSince: AT, role: 'asking' }, undefined, 'no-writer', /since 2023-/],
    [
      'its quorum away',
      {},
      [member('2', { isLinked: false }), { ...VOTER, isLinked: false }],
      'quorum-away',
      /1 of 2 members with data are, and 2 are needed/,
    ],
    [
      'members without data standing in',
      { isStoodIn: true },
      [member('2', { isLinked: false }), VOTER],
      'stood-in',
      /of which 1 of 2 are not linked/,
    ],
    [
      'a writer that shows no votes',
      { role: 'voting', hasData: false, doubted: node('2') },
      undefined,
      'unproved',
      /22222222 says that it writes, and shows no votes/,
    ],
    [
      'an alarm',
      { alarm: { at: AT, code: 'FORK', detail: 'two' } },
      undefined,
      'alarm',
      /FORK: two/,
    ],
  ] as const)('with %s says so, everywhere', async (_, more, others, trouble, text) => {
    const one = ledger(more, others && [...others]);
    expect(troublesOf(one)).toEqual([trouble]);
    expect(replicationReasons(statusOf(one, ledger()))).toEqual([
      expect.stringMatching(/^1 shared ledgers have /),
    ]);
    expect(lines(one)).toMatch(/^WRONG: bank\/kyc: /m);
    expect(lines(one)).toMatch(text);
    const registry = new Registry();
    replicationMetrics(registry, () => statusOf(one));
    expect(await registry.metrics()).toContain(
      `chirograph_shared_ledger_trouble{origin="test.example/1/kyc",trouble="${trouble}"} 1`,
    );
  });

  it('asks for its quorum at the writer alone, which is linked to all', () => {
    const away = [member('2', { isLinked: false }), VOTER];
    expect(troublesOf(ledger({ role: 'following', writer: node('2') }, away))).toEqual([]);
  });

  it('of two sites warns of the loss of either, and of none with a third that votes', () => {
    const two = [SELF, member('2', {})];
    const sites = stoppingSites({ members: two, writeQuorum: 1, voteQuorum: 2, sites: 1 });
    expect(lines(ledger({ stoppingSites: sites }))).toMatch(/^warning: .* site-2 alone stops it/m);
    const three = { members: [...two, VOTER], writeQuorum: 1, voteQuorum: 3, sites: 1 };
    expect(stoppingSites({ ...three, writeQuorum: 2, voteQuorum: 2 })).toEqual([]);
    expect(stoppingSites(three)).toEqual(['site-1', 'site-2', 'site-3']);
  });

  it('that this node has a vote for alone is called by its origin, and shows no entries', async () => {
    const voting = { role: 'voting', hasData: false, tenant: null, ledger: null } as const;
    const one = ledger({ ...voting, writer: node('2'), length: 0, shown: 7, size: 0, lag: null });
    expect(troublesOf(one)).toEqual([]);
    expect(lines(one)).toMatch(/^test\.example\/1\/kyc +voting +peer-2 \(term 4\) +- +- /m);
    const registry = new Registry();
    replicationMetrics(registry, () => statusOf(one));
    const text = await registry.metrics();
    expect(text).toContain('chirograph_shared_ledger_has_data{origin="test.example/1/kyc"} 0');
    expect(text).toContain('{origin="test.example/1/kyc",role="voting"} 1');
  });

  it('has metrics, without a value for what is not known', async () => {
    const registry = new Registry();
    replicationMetrics(registry, () => statusOf(ledger({ lag: null })));
    const text = await registry.metrics();
    const of = '{origin="test.example/1/kyc"';
    expect(text).toContain(`chirograph_shared_ledger_blocks${of}} 8`);
    expect(text).toContain(`chirograph_shared_ledger_role${of},role="writing"} 1`);
    expect(text).toContain(`chirograph_shared_ledger_role${of},role="following"} 0`);
    expect(text).toContain(`chirograph_shared_ledger_receipt_blocks${of},node="${node('2')}"} 7`);
    expect(text).not.toContain(`chirograph_shared_ledger_lag_entries${of}`);
    expect(text).not.toContain(`node="${node('3')}"`);
  });
});
