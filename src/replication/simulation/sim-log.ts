/** A log as the simulation keeps it: blocks without bytes, and what a member knows of it. */
import type { Group } from '../protocol/group.js';
import { lastTerm, type LogEnd } from '../protocol/log-end.js';
import { cutView, EMPTY_VIEW, type LogView } from '../protocol/log-view.js';
import { compareTerms, type Term } from '../protocol/term.js';

export interface Block {
  /** No two blocks are alike. */
  readonly id: number;
  readonly term: Term;
  /** Idempotency key of the request that it answers. */
  readonly key: string | null;
  readonly group: Group | null;
}

export interface SimLog {
  /** None at a member without data. */
  readonly blocks: readonly Block[];
  readonly view: LogView;
}

export const EMPTY_SIM_LOG: SimLog = { blocks: [], view: EMPTY_VIEW };

export function appended(log: SimLog, blocks: readonly Block[]): SimLog {
  let { end, groups } = log.view;
  for (const { term, group } of blocks) {
    const isOfLast = end.segments.length > 0 && compareTerms(lastTerm(end), term) === 0;
    if (group !== null) groups = [...groups, { group, block: end.length }];
    end = {
      segments: isOfLast ? end.segments : [...end.segments, { term, begins: end.length }],
      length: end.length + 1,
    };
  }
  return { blocks: [...log.blocks, ...blocks], view: { end, groups } };
}

export function cut(log: SimLog, length: number): SimLog {
  if (length >= log.blocks.length) return log;
  return { blocks: log.blocks.slice(0, length), view: cutView(log.view, length) };
}

export function endOf({ view }: SimLog): LogEnd {
  return view.end;
}
