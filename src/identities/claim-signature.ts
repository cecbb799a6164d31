/**
 * Who signed a claim, judged by what its author was when the entry was made: by the keys of that time, and
 * by no others (docs/formats/header.md).
 */
import type { UnixMillis } from '../base/brand.js';
import { concat, utf8 } from '../base/bytes.js';
import { canonicalJsonBytes, type JsonObject } from '../base/canonical-json.js';
import { parseClaim } from '../records/claim.js';
import { type KeyAlgorithm, parseDidKey } from './did-key.js';
import { IdentityError, type IdentityErrorCode } from './identity-error.js';
import { type IdentityState, type KeySpan, keyNamed, statusOf } from './identity-state.js';
import { isSignedByKey } from './key-signature.js';

export interface ClaimSignature {
  /** A `did:key`, or what its identity calls it. */
  readonly keyId: string;
  readonly alg: KeyAlgorithm;
  /** 64 bytes. */
  readonly value: Uint8Array;
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
 * @returns the key that signed.
 * @throws IdentityError CLAIM_…; RecordsError of a claim that is none.
 */
export function checkClaimSignature(
  author: IdentityState | null,
  { claim, signature }: SignedClaim,
  recordedAt: UnixMillis,
): KeySpan {
  if (author === null)
    throw refused(
      'CLAIM_AUTHOR_UNKNOWN',
      'its author is no identity here: register it, and grant it to the key',
    );
  const key = keyNamed(author, signature.keyId);
  if (key?.purposes.includes('sign') !== true)
    throw refused(
      'CLAIM_KEY_UNKNOWN',
      'its author has no such key for sign',
      '/claimSignature/keyId',
    );
  checkMathematics(key, claim, signature);
  checkStanding(author, key);
  checkDate(key, parseClaim(claim).signedAt, recordedAt);
  return key;
}

const PREFIX = utf8('chirograph/claim/1\0');

function checkMathematics(key: KeySpan, claim: JsonObject, { alg, value }: ClaimSignature): void {
  if (parseDidKey(key.key).alg !== alg || !isSignedByKey(key.key, claimBytes(claim), value))
    throw refused(
      'CLAIM_SIGNATURE_INVALID',
      'it is not that of its key over this claim: sign the bytes that docs/formats/header.md names',
      '/claimSignature/value',
    );
}

function checkStanding(author: IdentityState, key: KeySpan): void {
  const status = statusOf(author);
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

function checkDate(key: KeySpan, signedAt: UnixMillis | undefined, recordedAt: UnixMillis): void {
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
