/**
 * The text of an API key, `cg_<id>_<secret>`: 12 hex digits that name it in lists and logs, and 32
 * random bytes in base64url, which are shown once and of which only a hash is kept.
 */
import { fromBase64Url, toBase64Url } from '../base/base64url.js';
import type { Brand, Sha256Digest } from '../base/brand.js';
import { equalBytes, toHex, utf8 } from '../base/bytes.js';
import { sha256 } from '../base/hash.js';
import { type RandomSource, randomBytes } from '../base/random.js';
import { AccessError } from './access-error.js';

/** Names a key. Not secret. */
export type KeyId = Brand<string, 'KeyId'>;

/** A key as its holder presents it, taken apart. */
export interface PresentedKey {
  readonly id: KeyId;
  readonly secretHash: Sha256Digest;
}

export interface IssuedKey extends PresentedKey {
  /** The whole key, for its holder: it cannot be had again. */
  readonly text: string;
}

const ID_LENGTH = 6;
const SECRET_LENGTH = 32;
const ISSUED = /^cg_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

/** The characters of RFC 6750 §2.1; the length is bounded before anything is hashed. */
const BEARER = /^[A-Za-z0-9\-._~+/]{1,256}={0,4}$/;

const GIVEN_KEY_MIN_LENGTH = 32;
const GIVEN_KEY_MIN_DISTINCT = 8;

export const KEY_ID_PATTERN = /^[0-9a-f]{12}$/;

export function isKeyId(text: string): text is KeyId {
  return KEY_ID_PATTERN.test(text);
}

export function issueKey(random: RandomSource): IssuedKey {
  const id = toHex(randomBytes(random, ID_LENGTH));
  const secret = randomBytes(random, SECRET_LENGTH);
  const text = `cg_${id}_${toBase64Url(secret)}`;
  return { id: id as KeyId, secretHash: hashOfSecret(secret), text };
}

/**
 * Takes a presented key apart; null for a text that no key can be. A text that we did not issue may
 * still be one that the operator chose (CHIROGRAPH_ADMIN_KEY): its id is then derived from it.
 */
export function parseKey(text: string): PresentedKey | null {
  if (!BEARER.test(text)) return null;
  const [, id, secret] = ISSUED.exec(text) ?? [];
  if (id === undefined || secret === undefined) return chosenKey(text);
  const bytes = decodeSecret(secret);
  return bytes === null ? null : { id: id as KeyId, secretHash: hashOfSecret(bytes) };
}

/**
 * The first key, as an operator chose it.
 * @throws AccessError ACCESS_ADMIN_KEY_WEAK below 32 characters or 8 different ones. What it cannot
 * see is whether the text is random: `openssl rand -hex 32` makes a good one.
 */
export function parseChosenKey(text: string): PresentedKey {
  const key = parseKey(text);
  if (key === null || text.length < GIVEN_KEY_MIN_LENGTH)
    throw weak(`at least ${GIVEN_KEY_MIN_LENGTH} letters, digits or any of - . _ ~ + /`);
  if (new Set(text).size < GIVEN_KEY_MIN_DISTINCT) throw weak('random text');
  return key;
}

/** Constant time in the hashes. */
export function isSameSecret(presented: PresentedKey, kept: Sha256Digest): boolean {
  return equalBytes(presented.secretHash, kept);
}

/**
 * One SHA-256 and no slow password hash: the secret is 256 random bits, which nobody finds by trying,
 * however fast the hash; and a slow one at every request would be a way to stall the node.
 */
function hashOfSecret(secret: Uint8Array): Sha256Digest {
  return sha256(secret);
}

function chosenKey(text: string): PresentedKey {
  const bytes = utf8(text);
  const id = toHex(sha256(utf8('chirograph/key-id/1\0'), bytes).subarray(0, ID_LENGTH));
  return { id: id as KeyId, secretHash: hashOfSecret(bytes) };
}

/** Null where the last character has bits that no encoder sets: a second spelling of one secret. */
function decodeSecret(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64url');
  return toBase64Url(bytes) === text ? fromBase64Url(text) : null;
}

function weak(wanted: string): AccessError {
  return new AccessError(
    'ACCESS_ADMIN_KEY_WEAK',
    `CHIROGRAPH_ADMIN_KEY must be ${wanted}; make one with: openssl rand -hex 32`,
  );
}
