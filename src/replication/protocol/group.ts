/**
 * A group: who keeps a ledger, how many must have a block before it may be shown, and how many must agree before
 * somebody else may write. Any set that has a block and any set that agrees have a member in common.
 */
import type { NodeId } from './term.js';

export interface Member {
  readonly node: NodeId;
  /** Data centre; what is lost together. */
  readonly site: string;
  /** Keeps the blocks, and counts for the write quorum; one without has a vote, and stands in for one that is away. */
  readonly hasData: boolean;
  /** Can read the ledger, and so can write it. */
  readonly mayWrite: boolean;
}

export interface Group {
  readonly members: readonly Member[];
  /** Members with data, the writer among them, that must have a block on disk before it is shown; see `standsIn`. */
  readonly writeQuorum: number;
  /** Members that must vote for a new writer. */
  readonly voteQuorum: number;
  /** Sites that a write quorum spans at least. */
  readonly sites: number;
}

export const MAX_MEMBERS = 31;

/** Whether these nodes are enough to show what they have. */
export function isWriteQuorum(group: Group, nodes: ReadonlySet<NodeId>): boolean {
  const having = group.members.filter(({ node, hasData }) => hasData && nodes.has(node));
  return having.length >= group.writeQuorum && sitesOf(having) >= group.sites;
}

/**
 * Whether these nodes are enough while those members that have the data too, and lack this, are away: a member without data
 * stands in for one of them. It cannot give the blocks, but nobody begins to write any more without what it knows of.
 */
export function standsIn(
  group: Group,
  nodes: ReadonlySet<NodeId>,
  isAway: (node: NodeId) => boolean,
): boolean {
  const knowing = group.members.filter(({ node }) => nodes.has(node));
  const having = knowing.filter(({ hasData }) => hasData);
  const lacking = group.members.filter(({ node, hasData }) => hasData && !nodes.has(node));
  return (
    knowing.length >= group.writeQuorum &&
    having.length > 0 &&
    sitesOf(having) >= group.sites &&
    lacking.every(({ node }) => isAway(node))
  );
}

/** Whether these nodes are enough to make another the writer. */
export function isVoteQuorum(group: Group, nodes: ReadonlySet<NodeId>): boolean {
  return group.members.filter(({ node }) => nodes.has(node)).length >= group.voteQuorum;
}

export function memberOf(group: Group | null, node: NodeId): Member | undefined {
  return group?.members.find((member) => member.node === node);
}

/** Where nothing else is asked for. A group of majorities may be followed by one with a member more or less. */
export function majorities(members: number): Pick<Group, 'writeQuorum' | 'voteQuorum'> {
  const quorum = Math.floor(members / 2) + 1;
  return { writeQuorum: quorum, voteQuorum: quorum };
}

/** What is wrong with a group, in words for whoever set it up; null if nothing is. */
export function faultOfGroup({ members, writeQuorum, voteQuorum, sites }: Group): string | null {
  const keeping = members.filter(({ hasData }) => hasData);
  if (members.length === 0 || members.length > MAX_MEMBERS)
    return `a group has 1 to ${MAX_MEMBERS} members`;
  if (new Set(members.map(({ node }) => node)).size < members.length)
    return 'a node is a member twice';
  if (!members.some(({ mayWrite }) => mayWrite)) return 'no member may write';
  if (members.some(({ mayWrite, hasData }) => mayWrite && !hasData))
    return 'a member that may write keeps the data';
  if (writeQuorum < 1 || writeQuorum > keeping.length)
    return 'the write quorum is at least 1 and at most the number of members with data';
  if (voteQuorum < 1 || voteQuorum > members.length)
    return 'the vote quorum is at least 1 and at most the number of members';
  if (writeQuorum + voteQuorum <= members.length)
    return 'the write quorum and the vote quorum together are more than the members';
  if (sites < 1 || sites > sitesOf(keeping))
    return 'a write quorum spans at most as many sites as have data';
  return null;
}

/**
 * Whether one group may follow another in the log: what one of them shows, any vote of the other comes to know. So who
 * has heard of the older group alone cannot make a writer behind the back of the newer one.
 */
export function mayFollow(older: Group, newer: Group): boolean {
  return (
    meets(older, older.writeQuorum, newer, newer.voteQuorum) &&
    meets(newer, newer.writeQuorum, older, older.voteQuorum)
  );
}

/** Sites whose loss alone stops writing or the choice of another writer: nothing is lost, and nothing goes on. */
export function stoppingSites(group: Group): readonly string[] {
  const sites = [...new Set(group.members.map(({ site }) => site))];
  return sites.filter((lost) => {
    const left = new Set(group.members.filter(({ site }) => site !== lost).map(({ node }) => node));
    const mayWrite = group.members.some((member) => member.mayWrite && left.has(member.node));
    const showing = isWriteQuorum(group, left) || standsIn(group, left, () => true);
    return !mayWrite || !showing || !isVoteQuorum(group, left);
  });
}

/** Whether any `count` of the members of one group and any `otherCount` of another's have one in common. */
function meets(group: Group, count: number, other: Group, otherCount: number): boolean {
  const shared = group.members.filter(({ node }) => memberOf(other, node) !== undefined).length;
  const [alone, otherAlone] = [group.members.length - shared, other.members.length - shared];
  return Math.max(0, count - alone) + Math.max(0, otherCount - otherAlone) > shared;
}

function sitesOf(members: readonly Member[]): number {
  return new Set(members.map(({ site }) => site)).size;
}
