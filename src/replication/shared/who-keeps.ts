/** Who is to have what of one shared ledger, by what its log says: functions of what this node's member knows. */
import { memberOf } from '../protocol/group.js';
import { groupsInQuestion } from '../protocol/log-view.js';
import type { MemberState } from '../protocol/member-state.js';
import type { NodeId } from '../protocol/term.js';

/** Who has been left out of the group has had its last block once that is settled. */
export function keepsData({ acquaintances, log, shown }: MemberState, node: NodeId): boolean {
  const groups = groupsInQuestion(log, shown);
  const isMember = groups.some((group) => memberOf(group, node)?.hasData === true);
  return isMember || (groups.length === 0 && acquaintances.includes(node));
}

/** Whether this node writes the ledger, and a member has given no receipt since then: it may not have the ledger at all. */
export function isWanting({ log, role, shown }: MemberState, node: NodeId, since: number): boolean {
  return (
    role.kind === 'writing' &&
    (role.heardAt.get(node) ?? -Infinity) < since &&
    groupsInQuestion(log, shown).some((group) => memberOf(group, node) !== undefined)
  );
}

/** Whether the group has this node keep no data any more, and that is settled. @param shown as far as it is carried up. */
export function keepsNoMore({ log, role, self }: MemberState, shown: number): boolean {
  const last = log.groups.at(-1);
  return (
    last !== undefined &&
    last.block < shown &&
    role.kind !== 'writing' &&
    memberOf(last.group, self)?.hasData === false
  );
}
