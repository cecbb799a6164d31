/** What a member knows of a group, as data. */
import type { Group } from '../../../src/replication/protocol/group.js';
import type { MemberState } from '../../../src/replication/protocol/member-state.js';
import type { NodeId, Term } from '../../../src/replication/protocol/term.js';

export function groupOfThree(
  names: readonly string[],
  { votes = [], sites = 1 }: { readonly votes?: readonly string[]; readonly sites?: number } = {},
): Group {
  return {
    members: names.map((name) => ({
      ...{ node: name as NodeId, site: `site-${name}` },
      ...{ hasData: !votes.includes(name), mayWrite: !votes.includes(name) },
    })),
    ...{ writeQuorum: 2, voteQuorum: 2, sites },
  };
}

/** It writes. */
export function stateOf(group: Group, self: string, isStoodIn = false): MemberState {
  const term: Term = { node: self as NodeId, number: 1 };
  return {
    ...{
      promised: term,
      memory: 'whole',
      self: self as NodeId,
      keepsData: true,
      acquaintances: [],
    },
    log: { end: { segments: [{ begins: 0, term }], length: 5 }, groups: [{ block: 1, group }] },
    shown: 5,
    role: {
      ...{
        kind: 'writing',
        term,
        receipts: new Map(),
        announceAt: 0,
        heardAt: new Map(),
        since: 0,
      },
      ...{ isReturning: false, isStoodIn, yieldsTo: null },
    },
  };
}
