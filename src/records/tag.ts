/**
 * Tags: keyed pseudonyms of persons and things (docs/formats/commitment.md). Made in two steps, so
 * that showing an opener opens one tag and gives away nothing else.
 */
import { equalBytes, utf8 } from '../base/bytes.js';
import { hmacSha256, hmacSha256Hex } from '../base/hash.js';
import { digestFromHex, type HexDigest } from '../base/hex-digest.js';

/** Whom a tag is about. The same name has another tag in each role. */
export type PersonRole = 'subject' | 'author' | 'party';

/** @param secret the `tags` secret of that person. */
export function personOpener(secret: Uint8Array, role: PersonRole): Uint8Array {
  return hmacSha256(secret, PERSON_LABEL[role]);
}

/** The opener of a thing with a key. One without has 32 random bytes instead, kept in its header. */
export function thingOpener(secret: Uint8Array, type: string, key: string): Uint8Array {
  return hmacSha256(secret, utf8(`chirograph/tag/key/1\0${type}\0${key}`));
}

/** What a thing's tag is made of; `key` is absent in a record that is its own thing. */
export function thingValue(type: string, key?: string): string {
  return `${type}\0${key ?? ''}`;
}

/** @param value the person's name, or a `thingValue`. */
export function tagOf(opener: Uint8Array, value: string): HexDigest {
  return hmacSha256Hex(opener, value);
}

/**
 * Tags of persons, made once and remembered as long as their secrets are in memory: the same subjects
 * and authors come again and again, and a tag costs four hashes.
 */
export class PersonTags {
  readonly #tags = new WeakMap<Uint8Array, Partial<Record<PersonRole, HexDigest>>>();

  /** @param secret the `tags` secret of that person, and of nobody else. */
  of(secret: Uint8Array, role: PersonRole, person: string): HexDigest {
    let tags = this.#tags.get(secret);
    if (tags === undefined) this.#tags.set(secret, (tags = {}));
    return (tags[role] ??= tagOf(personOpener(secret, role), person));
  }
}

/** Whether `opener` shows that `tag` stands for `value`. */
export function verifyTag(value: string, opener: Uint8Array, tag: HexDigest): boolean {
  return equalBytes(digestFromHex(tagOf(opener, value)), digestFromHex(tag));
}

/** By which a repeated request is known to ask for the same record, or for another. 32 bytes. */
export function recordTag(secret: Uint8Array, canonicalRecord: string): Uint8Array {
  return hmacSha256(secret, RECORD_LABEL, utf8(canonicalRecord));
}

/** Kept in the block in place of the `Idempotency-Key`. 32 bytes. */
export function idempotencyTag(tenantKey: Uint8Array, ledger: string, key: string): Uint8Array {
  return hmacSha256(tenantKey, utf8(`${ledger}\0${key}`));
}

const PERSON_LABEL: Readonly<Record<PersonRole, Uint8Array>> = {
  subject: utf8('chirograph/tag/subject/1\0'),
  author: utf8('chirograph/tag/author/1\0'),
  party: utf8('chirograph/tag/party/1\0'),
};
const RECORD_LABEL = utf8('chirograph/tag/record/1\0');
