/** Shapes that more than one format of records has. */
import type { JsonValue } from '../../base/canonical-json.js';
import { type Shape, textLike } from '../../base/json-members.js';
import { CLASS_NAME, PERSON_NAME } from '../../base/secret-scope.js';

export const TYPE_NAME = /^[A-Za-z0-9._-]{1,128}$/;
/** A record key is as free as a person's name. */
export const RECORD_KEY = PERSON_NAME;

export const PERSON = textLike(PERSON_NAME, 'a name of 1 to 256 characters');
export const KEY = textLike(RECORD_KEY, 'a key of 1 to 256 characters');
/** A `did:key`, or what an identity calls one of its keys. */
export const KEY_ID = /^[A-Za-z0-9._:-]{1,128}$/;
export const TYPE = textLike(TYPE_NAME, 'a record type');
export const RETENTION = textLike(CLASS_NAME, 'a retention class');
/** C2SP tlog-checkpoint: neither white space nor `+`. */
export const ORIGIN = textLike(/^[^\s+\p{Cc}\p{Cs}]{1,256}$/u, 'an origin');
/** C2SP signed-note: `name+hash+key`. */
export const VERIFIER_KEY = textLike(
  /^[^\s+\p{Cc}\p{Cs}]{1,256}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{1,4096}={0,2}$/u,
  'a verifier key',
);
/** Any well-formed text; a canonical document can hold no other. */
export const TEXT: Shape<string> = {
  what: 'text',
  read: (value: JsonValue) => (typeof value === 'string' ? value : null),
};
/** P2WPKH (BIP 141). */
export const ANCHOR_SCRIPT = textLike(/^0014[0-9a-f]{40}$/, 'a P2WPKH script');
export const SIGNATURE = textLike(/^[A-Za-z0-9+/]{85}[AQgw]==$/, 'base64 of 64 bytes');
