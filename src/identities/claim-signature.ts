/**
 * Who signed a claim, judged by what its author was when the entry was made: by the keys of that time, and
 * by no others (docs/formats/header.md).
 */
import type { UnixMillis } from '../base/brand.js';
import { concat, utf8 } from '../base/bytes.js';
import { canonicalJsonBytes, type JsonObject } from '../base/canonical-json.js';
import type { HexDigest } from '../base/hex-digest.js';
import { type ClaimSignature, type ClaimSigner, parseClaim } from '../records/claim.js';
import { type DidKey, parseDidKey } from './did-key.js';
import { IdentityError, type IdentityErrorCode } from './identity-error.js';
import {
  type IdentityState,
  type IdentityStatus,
  type KeySpan,
  keyNamed,
  statusOf,
} from './identity-state.js';
import { isSignedByKey } from './key-signature.js';

/** What an identity is, as far as claims are judged by it. */
export interface ClaimAuthor {
  /** Digest of its last event. */
  readonly head: HexDigest;
  readonly status: IdentityStatus;
  readonly keys: readonly ClaimKey[];
}

export type ClaimKey = Pick<KeySpan, 'key' | 'id' | 'purposes' | 'from' | 'to'>;

export function claimAuthorOf(state: IdentityState): ClaimAuthor {
  const keys = state.keys.map(({ key, id, purposes, from, to }) => ({
    ...{ key, purposes, from },
    ...(id !== undefined && { id }),
    ...(to !== undefined && { to }),
  }));
  return { head: state.head, status: statusOf(state), keys };
}

export interface SignedClaim {
  /** As its author wrote it. */
  readonly claim: JsonObject;
  readonly signature: ClaimSignature;
}

/** How far two clocks may differ. */
export const CLOCK_TOLERANCE_MILLIS = 300_000;

/** What is signed: the claim, and that it is one. */
export function claimBytes(claim: JsonObject): Uint8Array {
  return concat(PREFIX, canonicalJsonBytes(claim));
}

/**
 * @param author what it was when the entry was made; null if it was none.
 * @param recordedAt of the entry, or now before there is one.
 * @returns who signed, as an entry says it.
 * @throws IdentityError CLAIM_…; RecordsError of a claim that is none.
 */
export function checkClaimSignature(
  author: ClaimAuthor | null,
  { claim, signature }: SignedClaim,
  recordedAt: UnixMillis,
): ClaimSigner {
  if (author === null)
    throw refused(
      'CLAIM_AUTHOR_UNKNOWN',
      'its author is no identity here: register it, and grant it to the key',
    );
  const key = keyForSign(author, signature.keyId);
  checkMathematics(key, claim, signature);
  checkTime(author, key, { claim, recordedAt });
  return { key: key.key, authorEvent: author.head };
}

/**
 * As `checkClaimSignature`, but for the mathematics: whether the key was one of the author's for sign, and in
 * use, when the entry was made. @throws as it.
 */
export function checkClaimKey(
  author: ClaimAuthor,
  { claim, signature }: SignedClaim,
  recordedAt: UnixMillis,
): void {
  checkTime(author, keyForSign(author, signature.keyId), { claim, recordedAt });
}

/**
 * The mathematics alone: whether it is a signature by the key that it names. Of a key that is named by
 * what an identity calls it, nobody can say.
 */
export function isClaimSignedByKey({ claim, signature }: SignedClaim): boolean {
  const { alg, keyId, value } = signature;
  return parseDidKey(keyId).alg === alg && isSignedByKey(keyId as DidKey, claimBytes(claim), value);
}

const PREFIX = utf8('chirograph/claim/1\0');

function keyForSign(author: ClaimAuthor, keyId: string): ClaimKey {
  const key = keyNamed(author, keyId);
  if (key?.purposes.includes('sign') === true) return key;
  throw refused(
    'CLAIM_KEY_UNKNOWN',
    'its author has no such key for sign',
    '/claimSignature/keyId',
  );
}

function checkMathematics(key: ClaimKey, claim: JsonObject, { alg, value }: ClaimSignature): void {
  if (!isClaimSignedByKey({ claim, signature: { alg, keyId: key.key, value } }))
    throw refused(
      'CLAIM_SIGNATURE_INVALID',
      'it is not that of its key over this claim: sign the bytes that docs/formats/header.md names',
      '/claimSignature/value',
    );
}

function checkTime(
  author: ClaimAuthor,
  key: ClaimKey,
  { claim, recordedAt }: { readonly claim: JsonObject; readonly recordedAt: UnixMillis },
): void {
  checkStanding(author, key);
  checkDate(key, parseClaim(claim).signedAt, recordedAt);
}

function checkStanding({ status }: ClaimAuthor, key: ClaimKey): void {
  if (status === 'suspended')
    throw refused(
      'CLAIM_AUTHOR_SUSPENDED',
      'its author is suspended: an officer or admin resumes it',
    );
  if (status === 'revoked') throw refused('CLAIM_AUTHOR_REVOKED', 'its author was revoked');
  if (key.to !== undefined)
    throw refused(
      'CLAIM_KEY_REVOKED',
      'the key was taken out of use before: sign with one that is in use',
      '/claimSignature/keyId',
    );
}

function checkDate(key: ClaimKey, signedAt: UnixMillis | undefined, recordedAt: UnixMillis): void {
  if (signedAt === undefined) return;
  if (signedAt < key.from.at)
    throw refused(
      'CLAIM_BEFORE_KEY',
      'the claim is dated before its key was its author’s: date and sign it again',
      '/claim/signedAt',
    );
  if (signedAt > recordedAt + CLOCK_TOLERANCE_MILLIS)
    throw refused('CLAIM_DATED_AHEAD', 'the claim is dated later than now', '/claim/signedAt');
}

function refused(code: IdentityErrorCode, reason: string, path = '/claimSignature'): IdentityError {
  return new IdentityError(code, `the signature of the claim is refused: ${reason}`, { path });
}
