/** Who keeps a log together, as its entries say: the newest groups, and the term in which all before the first was written. */
import type { LogKeys } from '../../ledger/log-reader.js';
import type { GroupStatement } from '../../records/statement.js';
import { faultOfGroup, type Group, mayFollow } from '../protocol/group.js';
import type { LogEnd } from '../protocol/log-end.js';
import { cutEnd } from '../protocol/log-end.js';
import { EMPTY_VIEW, type LogView } from '../protocol/log-view.js';
import { compareTerms, type NodeId, type Term } from '../protocol/term.js';
import { electedIn } from './key-order.js';

export interface Keeping {
  /** Of all blocks before the first election. */
  readonly firstTerm: Term;
  /** The newest, and the one before it; oldest first. */
  readonly groups: readonly GroupEntry[];
}

export interface GroupEntry {
  /** Number of the block that it lies in. */
  readonly block: number;
  readonly statement: GroupStatement;
}

/** @param keeping up to that entry. @param block that it lies in. */
export function keptBy(keeping: Keeping | null, statement: GroupStatement, block: number): Keeping {
  const { firstTerm, groups } = keeping ?? { firstTerm: asTerm(statement), groups: [] };
  return { firstTerm, groups: [...groups.slice(-1), { block, statement }] };
}

/** What no honest writer says of a group, in words; null if it may. @param term of the block; null before the first group. */
export function faultOfKeeping(
  keeping: Keeping | null,
  statement: GroupStatement,
  term: Term | null,
): string | null {
  const group = groupOfEntry(statement);
  const fault = faultOfGroup(group);
  if (fault !== null) return fault;
  if (term === null ? statement.term.number !== 1 : compareTerms(term, asTerm(statement)) !== 0)
    return 'in another term than the block was written in';
  const before = keeping?.groups.at(-1);
  return before === undefined || mayFollow(groupOfEntry(before.statement), group)
    ? null
    : 'it may not follow the one before';
}

/** In which a block was written; null as long as no group has said so. */
export function termAt(
  keeping: Keeping | null,
  keys: readonly LogKeys[],
  block: number,
): Term | null {
  const begun = keys.flatMap(({ ended }) =>
    ended !== null && ended.length <= block ? (electedIn(ended) ?? []) : [],
  );
  return begun.at(-1) ?? keeping?.firstTerm ?? null;
}

/** What a member knows of the log. @param keeping at that length. */
export function viewOf(keeping: Keeping | null, keys: readonly LogKeys[], length: number): LogView {
  if (keeping === null) return EMPTY_VIEW;
  const elected = keys.flatMap(({ ended }) => {
    const term = electedIn(ended);
    return ended === null || term === null ? [] : [{ term, begins: ended.length }];
  });
  const end: LogEnd = { segments: [{ term: keeping.firstTerm, begins: 0 }, ...elected], length };
  const groups = keeping.groups.map(({ block, statement }) => ({
    block,
    group: groupOfEntry(statement),
  }));
  return { end: cutEnd(end, length), groups };
}

function groupOfEntry({ members, sites, voteQuorum, writeQuorum }: GroupStatement): Group {
  return {
    members: members.map(({ node, site, hasData, mayWrite }) => ({
      ...{ node: node as string as NodeId, site, hasData, mayWrite },
    })),
    ...{ sites, voteQuorum, writeQuorum },
  };
}

function asTerm({ term: { node, number } }: GroupStatement): Term {
  return { node: node as string as NodeId, number };
}
