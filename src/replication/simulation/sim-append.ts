/** What a writer makes of what it is asked: each request once, and one change of the group at a time. */
import type { Group } from '../protocol/group.js';
import type { MemberState } from '../protocol/member-state.js';
import type { Block, SimLog } from './sim-log.js';
import type { SimParts, Wish } from './sim-parts.js';

export function blocksFor(
  wishes: readonly Wish[],
  log: SimLog,
  state: MemberState,
  parts: SimParts,
): Block[] {
  if (state.role.kind !== 'writing') return [];
  const { term } = state.role;
  const { forgetsKeys } = parts.flaws;
  const searched =
    forgetsKeys === true
      ? log.blocks.filter((block) => block.term.number === state.promised.number)
      : log.blocks;
  const known = new Set(searched.flatMap(({ key }) => (key === null ? [] : [key])));
  const blocks: Block[] = [];
  for (const { key, group } of wishes) {
    if (key !== null && known.has(key)) continue;
    const isSecond = blocks.some((block) => block.group !== null);
    if (group !== null && (isSecond || !mayChange(log, state, group, parts))) continue;
    if (key !== null) known.add(key);
    blocks.push({ id: parts.nextBlock(), term, key, group });
  }
  return blocks;
}

function mayChange(
  { view }: SimLog,
  { role, self, shown }: MemberState,
  group: Group,
  { rules, trace }: SimParts,
): boolean {
  if (role.kind !== 'writing') return false;
  const fault = rules.faultOfChange(view, shown, group, rules.showsFrom(role.term, view.end));
  const { members, writeQuorum, voteQuorum } = group;
  const names = members.map(({ node }) => node).join();
  trace(self, fault ?? `changes the group to ${names}, ${writeQuorum}/${voteQuorum}`);
  return fault === null;
}
