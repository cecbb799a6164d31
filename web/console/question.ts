/** What is asked of whom, as paths and queries of the API. */
import type { Inspected } from './inspected.js';

/** One point in both times. */
export interface Point {
  /** Digits: a tree size; else an instant or a calendar date. Null: the newest. */
  readonly asOf: string | null;
  /** An instant or a calendar date. Null: not asked. */
  readonly validAt: string | null;
}

export interface Subject extends Inspected {
  readonly ledger: string;
  readonly subject: string;
  /** Of a log that the ledger had before; null: the one that is written. */
  readonly origin: string | null;
}

export type Query = Readonly<Record<string, string | number | null | readonly string[]>>;

export function ledgerPath(ledger: string): string {
  return `/v1/ledgers/${encodeURIComponent(ledger)}`;
}

export function subjectPath({ ledger, subject }: Subject): string {
  return `${ledgerPath(ledger)}/subjects/${encodeURIComponent(subject)}`;
}

/** Browsers take dots for steps in a path, however they are written. */
export function canBeAsked(subject: string): boolean {
  return subject !== '' && subject !== '.' && subject !== '..';
}

/** `?a=1&b=2&b=3` of the members that are not null, or nothing. */
export function queryOf(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] => {
    if (value === null) return [];
    if (typeof value === 'object') return value.map((one) => [name, one]);
    return [[name, String(value)]];
  });
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

/** Of one point: the newest ends where the inspected period does. */
export function pointQuery({ origin, types, until }: Subject, { asOf, validAt }: Point): Query {
  return { origin, asOf: asOf ?? until, validAt, type: types };
}

/** Between two points. @param to of which null means the newest. */
export function diffQuery(
  { origin, types, until }: Subject,
  from: Point & { readonly asOf: string },
  to: Point,
): Query {
  return {
    from: from.asOf,
    to: to.asOf ?? until,
    fromValidAt: from.validAt,
    toValidAt: to.validAt,
    origin,
    type: types,
  };
}
