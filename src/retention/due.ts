/**
 * When what was recorded in a month falls due: pure. Of all versions of the policies that were in force then
 * or later the longest counts, so that no change makes shorter what was written before it.
 */
import type { UnixMillis } from '../base/brand.js';
import { datePlus, instantAfter, type TimeZoneName } from '../base/calendar.js';
import { monthBounds } from '../base/secret-scope.js';
import { type ClockFacts, type ClockWait, startOf } from './clock.js';
import { type ClassPolicy, policyOf, type PolicyVersion } from './policy.js';

/** What a version says of a class. */
export interface CountingPolicy {
  readonly version: number;
  readonly policy: ClassPolicy;
}

export type Due =
  /** In no policy that counts. */
  | { readonly kind: 'unprotected' }
  | (CountingPolicy & {
      readonly kind: 'dated';
      /** First instant at which no policy keeps it; null: after the last that can be written. */
      readonly dueAt: UnixMillis | null;
      /** The last day that it is kept, in the legal time zone. */
      readonly lastDay: string;
    })
  | (CountingPolicy & { readonly kind: 'waiting'; readonly why: ClockWait });

export interface DueContext {
  readonly zone: TimeZoneName;
  readonly facts: ClockFacts;
  /** As of which events have happened. */
  readonly at: UnixMillis;
}

/** @param versions oldest first. */
export function dueOf(
  versions: readonly PolicyVersion[],
  { class: name, month }: { readonly class: string; readonly month: string },
  { zone, facts, at }: DueContext,
): Due {
  let longest: Due = { kind: 'unprotected' };
  for (const { version, policy } of countingPolicies(versions, name, month)) {
    const start = startOf(policy.clock, month, facts, { zone, at });
    if (start.kind === 'waiting') return { kind: 'waiting', why: start.why, version, policy };
    const lastDay = datePlus(start.date, policy.period);
    const due = {
      kind: 'dated',
      dueAt: instantAfter(lastDay, zone),
      lastDay,
      version,
      policy,
    } as const;
    if (longest.kind !== 'dated' || isLater(due.dueAt, longest.dueAt)) longest = due;
  }
  return longest;
}

/** The newest first. */
export function countingPolicies(
  versions: readonly PolicyVersion[],
  name: string,
  month: string,
): readonly CountingPolicy[] {
  const { from } = monthBounds(month);
  return versions
    .filter((_, at) => {
      const next = versions[at + 1];
      // What was written in the very millisecond of a change may be of before it.
      return next === undefined || next.setAt >= from;
    })
    .flatMap((version) => {
      const policy = policyOf(version, name);
      return policy === undefined ? [] : [{ version: version.version, policy }];
    })
    .toReversed();
}

/** Until when an extension may keep it; null: without an end that can be written. */
export function extendedUntil(
  due: Extract<Due, { kind: 'dated' }>,
  zone: TimeZoneName,
): UnixMillis | null {
  const { extension } = due.policy;
  return extension === undefined ? due.dueAt : instantAfter(datePlus(due.lastDay, extension), zone);
}

function isLater(one: UnixMillis | null, other: UnixMillis | null): boolean {
  return other !== null && (one === null || one > other);
}
