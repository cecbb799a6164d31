import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AskedGroup, wishedGroup } from '../../src/replication/group-wish.js';
import type { LinkKey } from '../../src/replication/links/link-settings.js';
import { faultOfGroup } from '../../src/replication/protocol/group.js';
import type { NodeId } from '../../src/replication/protocol/term.js';
import type { SharingPeer } from '../../src/replication/replication-settings.js';
import { failure } from '../support/errors.js';

const nodeId = (digit: string): NodeId => digit.repeat(64) as NodeId;
const own = { receiptKey: nodeId('5'), linkKey: '' as LinkKey, site: 'ber1', country: 'DE' };

function peer(name: string, digit: string, country: string | null): SharingPeer {
  const may = { offers: false, keeps: null, witness: null };
  const links = { linkKey: '' as LinkKey, address: null, url: null, ...may };
  return { name, receiptKey: nodeId(digit), site: `${name}1`, country, ...links };
}

const PEERS = [peer('paris', '9', 'FR'), peer('rome', '1', 'IT'), peer('oslo', 'b', null)];
const full = (name: string) => ({ peer: name, hasData: true, mayWrite: true });
const vote = (name: string) => ({ peer: name, hasData: false, mayWrite: false });
const wished = (asked: AskedGroup) => wishedGroup(asked, own, PEERS);
const refusal = (asked: AskedGroup) => {
  const error = failure(() => wished(asked));
  expect(error.code).toBe('GROUP_REFUSED');
  return error.message;
};

describe('a group that is asked for', () => {
  it('has this node, its peers with their places, and majorities', () => {
    const group = wished({ members: [full('paris'), vote('rome')], countries: ['FR', 'DE', 'FR'] });
    expect(group).toEqual({
      members: [
        { node: nodeId('1'), site: 'rome1', country: 'IT', hasData: false, mayWrite: false },
        { node: nodeId('5'), site: 'ber1', country: 'DE', hasData: true, mayWrite: true },
        { node: nodeId('9'), site: 'paris1', country: 'FR', hasData: true, mayWrite: true },
      ],
      writeQuorum: 2,
      voteQuorum: 2,
      sites: 1,
      countries: ['DE', 'FR'],
    });
  });

  it('has quorums that meet where one of them, or none, was said', () => {
    const some = fc.subarray(['paris', 'rome', 'oslo']);
    const numbers = fc.record(
      { writeQuorum: fc.integer({ min: 1, max: 4 }), voteQuorum: fc.integer({ min: 1, max: 4 }) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(some, some, numbers, (names, voters, said) => {
        const members = names.map((name) => (voters.includes(name) ? vote(name) : full(name)));
        const keeping = 1 + members.filter(({ hasData }) => hasData).length;
        const isPossible =
          Object.keys(said).length < 2 &&
          (said.writeQuorum ?? 1) <= keeping &&
          (said.voteQuorum ?? 1) <= members.length + 1 &&
          keeping + (said.voteQuorum ?? members.length + 1) > members.length + 1;
        fc.pre(isPossible);
        const group = wished({ members, ...said });
        expect(faultOfGroup(group)).toBeNull();
        expect(group).toMatchObject(said);
      }),
    );
  });

  it('is refused with quorums that do not meet, or that it cannot have', () => {
    expect(refusal({ members: [full('paris')], writeQuorum: 1, voteQuorum: 1 })).toMatch(
      /together/,
    );
    expect(refusal({ members: [vote('paris')], writeQuorum: 2 })).toMatch(/write quorum/);
    expect(refusal({ members: [full('paris')], sites: 3 })).toMatch(/sites/);
    expect(refusal({ members: [full('paris'), full('paris')] })).toMatch(/twice/);
    expect(refusal({ members: [{ ...full('paris'), hasData: false }] })).toMatch(/keeps the data/);
  });

  it('is refused with whom nobody knows', () => {
    expect(refusal({ members: [full('berlin')] })).toMatch(/berlin/);
  });

  it('keeps data in the countries that it names, and votes anywhere', () => {
    expect(refusal({ members: [full('rome')], countries: ['DE'] })).toMatch(/rome stands in IT/);
    expect(refusal({ members: [full('oslo')], countries: ['DE'] })).toMatch(/which country oslo/);
    expect(refusal({ members: [], countries: ['FR'] })).toMatch(/this node stands in DE/);
    const unplaced = { ...own, country: null };
    const error = failure(() => wishedGroup({ members: [], countries: ['FR'] }, unplaced, PEERS));
    expect(error.message).toMatch(/which country this node/);
    expect(wished({ members: [vote('oslo')], countries: ['DE'] }).members).toHaveLength(2);
  });
});
