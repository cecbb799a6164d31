/**
 * What a secret is for (docs/formats/commitment.md). The vault keeps secrets by scope, records are
 * sealed under them; both read and write scopes here.
 */
import type { UnixMillis } from './brand.js';
import { utf8ToString } from './bytes.js';
import { canonicalJson } from './canonical-json.js';
import { BaseError } from './errors.js';
import { formatInstant, startOfUtcMonth } from './time.js';

/** Makes the tags of one person; destroyed last. */
export interface TagsScope {
  readonly use: 'tags';
  /** A subject, an author or a party. */
  readonly person: string;
}

/** Seals what was recorded of one subject, under one retention class, in one month. */
export interface DataScope {
  readonly use: 'data';
  readonly person: string;
  /** Retention class, `[a-z0-9][a-z0-9-]{0,62}`. */
  readonly class: string;
  /** UTC, `2026-11`. */
  readonly month: string;
}

export type SecretScope = TagsScope | DataScope;

/** A secret and the row of the vault it came from. */
export interface SecretRef {
  /** 16 bytes; says nothing. */
  readonly rowId: Uint8Array;
  /** 32 bytes; never logged, never in an error. */
  readonly secret: Uint8Array;
}

/**
 * 1–256 code points, no control characters (Cc), no lone surrogates (Cs). Two spellings are two
 * persons: nothing is normalised.
 */
export const PERSON_NAME = /^[^\p{Cc}\p{Cs}]{1,256}$/u;
export const CLASS_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

const MONTH = /^\d{4}-(?:0[1-9]|1[0-2])$/;

/** The month, in UTC, under whose secret an entry recorded at this instant is sealed. */
export function monthOf(instant: UnixMillis): string {
  return formatInstant(instant).slice(0, 7);
}

/** The first instant of a month, and that of the next one. @param month as `monthOf` writes it. */
export function monthBounds(month: string): { readonly from: UnixMillis; readonly to: UnixMillis } {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return { from: startOfUtcMonth(year, number), to: startOfUtcMonth(year, number + 1) };
}

export function tagsScope(person: string): TagsScope {
  return { use: 'tags', person };
}

export function dataScope(person: string, retentionClass: string, month: string): DataScope {
  return { use: 'data', person, class: retentionClass, month };
}

/** RFC 8785; equal scopes have equal texts. Written member by member: a vault is walked through by the million. */
export function scopeText(scope: SecretScope): string {
  const person = canonicalJson(scope.person);
  if (scope.use === 'tags') return `{"person":${person},"use":"tags"}`;
  const [retentionClass, month] = [canonicalJson(scope.class), canonicalJson(scope.month)];
  return `{"class":${retentionClass},"month":${month},"person":${person},"use":"data"}`;
}

/** @throws BaseError BYTES_MALFORMED for anything that `scopeText` does not write. */
export function parseScope(bytes: Uint8Array): SecretScope {
  const text = utf8ToString(bytes);
  const scope = readScope(text);
  // Whatever else there is in it, twice or in another order, would be written otherwise.
  if (scope === null || scopeText(scope) !== text)
    throw new BaseError('BYTES_MALFORMED', 'not the scope of a secret');
  return scope;
}

function readScope(text: string): SecretScope | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // V8's message quotes the input, which names a person.
    return null;
  }
  const { use, person, class: retentionClass, month } = Object(value) as Record<string, unknown>;
  if (!isText(person, PERSON_NAME)) return null;
  if (use === 'tags') return tagsScope(person);
  return use === 'data' && isText(retentionClass, CLASS_NAME) && isText(month, MONTH)
    ? dataScope(person, retentionClass, month)
    : null;
}

function isText(value: unknown, shape: RegExp): value is string {
  return typeof value === 'string' && shape.test(value);
}
