/**
 * What an inspection covers, as far as it changes what is asked: the node leaves nothing out silently, and
 * refuses a question that reaches beyond the scope.
 */
import type { UnixMillis } from '../../src/base/brand.js';
import { formatInstant, parseInstant } from '../../src/base/time.js';
import { listOf, members, optional, text } from './json-reading.js';

export interface Inspected {
  /** Empty: all types. */
  readonly types: readonly string[];
  /** The last instant of a period that has ended; null: up to now. */
  readonly until: string | null;
}

export const EVERYTHING: Inspected = { types: [], until: null };

/** @throws AnswerError, BaseError for a scope that is not as described. */
export function inspectedBy(scope: unknown, now: number): Inspected {
  const { types, recordedTo } = members(scope);
  const end = optional(text)(recordedTo);
  const last = end === null ? null : parseInstant(end) - 1;
  return {
    types: optional(listOf(text))(types) ?? [],
    until: last === null || last > now ? null : formatInstant(last as UnixMillis),
  };
}
