/** What a member knows of its own log without reading it: where it ends, and which group holds since where. */
import type { Group } from './group.js';
import { cutEnd, EMPTY_LOG, type LogEnd } from './log-end.js';

export interface LogView {
  readonly end: LogEnd;
  /** Oldest first. */
  readonly groups: readonly GroupSince[];
}

export interface GroupSince {
  readonly group: Group;
  /** Number of the block that says so. */
  readonly block: number;
}

export const EMPTY_VIEW: LogView = { end: EMPTY_LOG, groups: [] };

/** The newest group that the log names holds from the moment it is there, shown or not. */
export function groupOf({ groups }: LogView): Group | null {
  return groups.at(-1)?.group ?? null;
}

/** The log as it was at a length. */
export function cutView({ end, groups }: LogView, length: number): LogView {
  return { end: cutEnd(end, length), groups: groups.filter(({ block }) => block < length) };
}

/** The newest group, and the one before it as long as the change may still be discarded: no older one. */
export function groupsInQuestion({ groups }: LogView, shown: number): readonly Group[] {
  const last = groups.at(-1);
  const isSettled = last === undefined || last.block < shown;
  return groups.slice(isSettled ? -1 : -2).map(({ group }) => group);
}
