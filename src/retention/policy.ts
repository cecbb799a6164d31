/**
 * Retention policies of a tenant (docs/formats/retention.md): how long each class is kept, from when that
 * counts, and which class records of a type get. Every version that ever was in force is kept.
 */
import type { Signer } from '../access/grant.js';
import type { UnixMillis } from '../base/brand.js';
import type { CalendarPeriod } from '../base/calendar.js';
import type { TypeClasses } from '../records/record-scopes.js';

/** From when the period of a class counts. */
export type RetentionClock =
  /** For all that was recorded in a month: from the end of it. */
  | { readonly kind: 'recorded' }
  | {
      readonly kind: 'event';
      /** Record type whose newest record about the person starts it. */
      readonly type: string;
      /** Record type that says it begins again: no older event counts then. */
      readonly stoppedBy?: string;
    };

export interface ClassPolicy {
  /** The law or rule, in words. */
  readonly basis: string;
  readonly period: CalendarPeriod;
  readonly clock: RetentionClock;
  /** How much longer an authority may order it to be kept. */
  readonly extension?: CalendarPeriod;
}

export interface RetentionPolicies {
  readonly classes: Readonly<Record<string, ClassPolicy>>;
  readonly types: TypeClasses;
}

export interface PolicyVersion extends RetentionPolicies {
  /** From 1. */
  readonly version: number;
  /** In force from then until the next one. */
  readonly setAt: UnixMillis;
  readonly setBy: Signer;
}

export const MAX_CLASSES = 64;
export const MAX_TYPES = 256;
/** All of them stay in memory, and each counts for what was written before it. */
export const MAX_POLICY_VERSIONS = 1_000;

type PeriodBounds = Readonly<Record<'years' | 'months' | 'days', number>>;
export const MAX_PERIOD: PeriodBounds = { years: 100, months: 1_200, days: 36_525 };
/** AMLR, Art. 77(3): further retention does not exceed five years. */
export const MAX_EXTENSION: PeriodBounds = { years: 5, months: 60, days: 1_826 };

export const NO_POLICIES: RetentionPolicies = { classes: {}, types: {} };

export function policyOf({ classes }: RetentionPolicies, name: string): ClassPolicy | undefined {
  return Object.hasOwn(classes, name) ? classes[name] : undefined;
}

/** A class that is given to types and has no policy; null if there is none. */
export function typeFault({ classes, types }: RetentionPolicies): string | null {
  const found = Object.values(types).find((name) => !Object.hasOwn(classes, name));
  return found ?? null;
}
