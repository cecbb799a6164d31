/** What a history is made of, drawn from its seed: nodes, groups, times. */
import { faultOfGroup, type Group, majorities, type Member } from '../protocol/group.js';
import type { Timing } from '../protocol/rules.js';
import type { NodeId } from '../protocol/term.js';
import type { Choice } from './choice.js';

export function drawTiming(choice: Choice, delay: number): Timing {
  const announceEvery = choice.pick([50, 150, 400]);
  return {
    announceEvery,
    silence: announceEvery * 3 + delay * 4,
    election: announceEvery * 4 + delay * 10,
    repeat: announceEvery,
    away: announceEvery * 2 + delay * choice.pick([3, 30]),
  };
}

/** All nodes there are, members or not. */
export function drawMembers(choice: Choice): Member[] {
  const count = choice.between(3, 6);
  const arbiter = choice.chance(0.35) ? choice.between(1, 2) : -1;
  return Array.from({ length: count }, (_, at) => ({
    node: `n${at + 1}` as NodeId,
    site: `site ${at % 3}`,
    hasData: at !== arbiter,
    mayWrite: at !== arbiter && (at === 0 || choice.chance(0.9)),
  }));
}

/** What a node is as a member: what it was at the founding, or what its disk lets it be. */
export function memberAs(node: NodeId, hasData: boolean, founding: Group): Member {
  const known = founding.members.find((member) => member.node === node);
  return known ?? { node, site: 'site 0', hasData, mayWrite: hasData };
}

export function drawGroup(choice: Choice, members: readonly Member[]): Group {
  const keeping = members.filter(({ hasData }) => hasData).length;
  const usual = majorities(members.length);
  const isUsual = choice.chance(0.6);
  const drawn = isUsual ? usual.writeQuorum : choice.between(1, keeping);
  // What only the writer has is lost with its disk.
  const writeQuorum = Math.min(Math.max(2, drawn), keeping);
  const least = members.length - writeQuorum + 1;
  const voteQuorum = isUsual
    ? Math.max(usual.voteQuorum, least)
    : choice.between(least, members.length);
  const sites = choice.chance(0.15) ? 2 : 1;
  const group = { members, writeQuorum, voteQuorum, sites };
  return faultOfGroup(group) === null ? group : { ...group, sites: 1 };
}
