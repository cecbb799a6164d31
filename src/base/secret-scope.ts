/**
 * What a secret is for (docs/formats/commitment.md). The vault keeps secrets by scope, records are
 * sealed under them; both read and write scopes here.
 */
import type { UnixMillis } from './brand.js';
import { canonicalJson, parseCanonicalJson } from './canonical-json.js';
import { BaseError } from './errors.js';
import { JsonMembers, oneOf, textLike } from './json-members.js';
import { formatInstant } from './time.js';

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

const PERSON = textLike(PERSON_NAME, 'a name of 1 to 256 characters');
const CLASS = textLike(CLASS_NAME, 'a retention class');
const MONTH = textLike(/^\d{4}-(?:0[1-9]|1[0-2])$/, 'a month');

/** The month, in UTC, under whose secret an entry recorded at this instant is sealed. */
export function monthOf(instant: UnixMillis): string {
  return formatInstant(instant).slice(0, 7);
}

/** The first instant of a month, and that of the next one. @param month as `monthOf` writes it. */
export function monthBounds(month: string): { readonly from: UnixMillis; readonly to: UnixMillis } {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const at = (index: number): UnixMillis =>
    new Date(0).setUTCFullYear(year, index, 1) as UnixMillis;
  return { from: at(number - 1), to: at(number) };
}

export function tagsScope(person: string): TagsScope {
  return { use: 'tags', person };
}

export function dataScope(person: string, retentionClass: string, month: string): DataScope {
  return { use: 'data', person, class: retentionClass, month };
}

/** RFC 8785; equal scopes have equal texts. */
export function scopeText(scope: SecretScope): string {
  return canonicalJson({ ...scope });
}

/** @throws BaseError BYTES_MALFORMED or JSON_… for anything that `scopeText` does not write. */
export function parseScope(bytes: Uint8Array): SecretScope {
  const members = new JsonMembers(parseCanonicalJson(bytes), refuse);
  const use = members.required('use', oneOf('tags', 'data'));
  const person = members.required('person', PERSON);
  const scope =
    use === 'tags'
      ? tagsScope(person)
      : dataScope(person, members.required('class', CLASS), members.required('month', MONTH));
  members.end();
  return scope;
}

function refuse(reason: string): BaseError {
  return new BaseError('BYTES_MALFORMED', `not the scope of a secret: ${reason}`);
}
