/**
 * A group as an operator asks for it, by the names of peers: found consistent in itself. Whether it may follow the group
 * before it is for the log to say.
 */
import { faultOfGroup, majorities } from './protocol/group.js';
import { ReplicationError } from './replication-error.js';
import type { GroupWish, MemberWish, OwnNode } from './replication-port.js';
import type { ReplicationSettings } from './replication-settings.js';

export interface AskedMember {
  /** Name of a peer. */
  readonly peer: string;
  /** Keeps the blocks; without them it has a vote alone. */
  readonly hasData: boolean;
  /** May become the writer. */
  readonly mayWrite: boolean;
}

export interface AskedGroup {
  /** Beside this node, which is always one that keeps the data and writes. */
  readonly members: readonly AskedMember[];
  readonly writeQuorum?: number;
  readonly voteQuorum?: number;
  /** That a write quorum spans at least; 1 unless given. */
  readonly sites?: number;
  /** Where members with data may stand; anywhere unless given. */
  readonly countries?: readonly string[];
}

/** @throws ReplicationError GROUP_REFUSED, saying which member or number does not fit. */
export function wishedGroup(
  asked: AskedGroup,
  own: OwnNode,
  peers: ReplicationSettings['peers'],
): GroupWish {
  const { site, country } = own;
  const self = { node: own.receiptKey, site, country, hasData: true, mayWrite: true };
  const members = [self, ...asked.members.map((member) => memberOfPeer(member, peers))];
  const countries = asked.countries === undefined ? null : [...new Set(asked.countries)].sort();
  const wish = {
    members: members.sort((a, b) => (a.node < b.node ? -1 : 1)),
    ...quorumsOf(asked, members),
    sites: asked.sites ?? 1,
    countries,
  };
  const fault = faultOfGroup(wish);
  if (fault !== null) throw refused(fault);
  if (countries !== null) checkCountries(countries, [['this node', self], ...named(asked, peers)]);
  return wish;
}

function memberOfPeer(
  { peer, hasData, mayWrite }: AskedMember,
  peers: ReplicationSettings['peers'],
): MemberWish {
  const found = peers.find(({ name }) => name === peer);
  if (found === undefined) throw refused(`no peer of this node is called ${peer}`);
  const { receiptKey: node, site, country } = found;
  return { node, site, country, hasData, mayWrite };
}

/** Majorities where they were not said; what was said decides the other, which must meet it. */
function quorumsOf(
  asked: AskedGroup,
  members: readonly MemberWish[],
): Pick<GroupWish, 'writeQuorum' | 'voteQuorum'> {
  const usual = majorities(members.length);
  const keeping = members.filter(({ hasData }) => hasData).length;
  const writeQuorum =
    asked.writeQuorum ??
    Math.min(
      keeping,
      Math.max(usual.writeQuorum, members.length + 1 - (asked.voteQuorum ?? usual.voteQuorum)),
    );
  const voteQuorum =
    asked.voteQuorum ?? Math.max(usual.voteQuorum, members.length + 1 - writeQuorum);
  return { writeQuorum, voteQuorum };
}

function named(
  { members }: AskedGroup,
  peers: ReplicationSettings['peers'],
): [name: string, member: MemberWish][] {
  return members.map((member) => [member.peer, memberOfPeer(member, peers)]);
}

function checkCountries(
  countries: readonly string[],
  members: readonly (readonly [name: string, member: MemberWish])[],
): void {
  for (const [name, { hasData, country }] of members) {
    if (!hasData) continue;
    if (country === null)
      throw refused(`nobody has said in which country ${name} stands: set country in the settings`);
    if (!countries.includes(country))
      throw refused(`${name} stands in ${country}, where no data of the ledger may lie`);
  }
}

function refused(reason: string): ReplicationError {
  return new ReplicationError('GROUP_REFUSED', reason);
}
