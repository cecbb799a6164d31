/** AWS Signature Version 4, as S3 has it: pure, of one request. */
import { createHash } from 'node:crypto';
import { toHex, utf8 } from '../../base/bytes.js';
import { hmacSha256 } from '../../base/hash.js';
import type { RawHeaders } from './raw-headers.js';
import { canonicalQuery, type QueryPair } from './request-target.js';

export const ALGORITHM = 'AWS4-HMAC-SHA256';

/** What a signing key is for. */
export interface CredentialScope {
  /** `YYYYMMDD`. */
  readonly date: string;
  /** Any: one node has no regions, and clients have to name one. */
  readonly region: string;
}

export function scopeText({ date, region }: CredentialScope): string {
  return `${date}/${region}/s3/aws4_request`;
}

/** @returns 32 bytes. */
export function signingKey(secret: string, { date, region }: CredentialScope): Uint8Array {
  const ofDate = hmacSha256(utf8(`AWS4${secret}`), utf8(date));
  const ofService = hmacSha256(hmacSha256(ofDate, utf8(region)), utf8('s3'));
  return hmacSha256(ofService, utf8('aws4_request'));
}

/** In hex. */
export function signatureOf(key: Uint8Array, stringToSign: string): string {
  return toHex(hmacSha256(key, utf8(stringToSign)));
}

export interface Canonical {
  readonly method: string;
  readonly canonicalUri: string;
  /** Without the signature itself. */
  readonly pairs: readonly QueryPair[];
  readonly headers: Pick<RawHeaders, 'all'>;
  /** In lower case and in order. */
  readonly signedHeaders: readonly string[];
  /** Hex of the body's SHA-256, or the word that stands for it. */
  readonly payload: string;
}

/** @param time `YYYYMMDDTHHMMSSZ`. */
export function stringToSign(time: string, scope: CredentialScope, canonical: Canonical): string {
  // Values are bytes that stand as characters.
  const hash = createHash('sha256').update(canonicalRequest(canonical), 'latin1').digest('hex');
  return [ALGORITHM, time, scopeText(scope), hash].join('\n');
}

function canonicalRequest(canonical: Canonical): string {
  const { method, canonicalUri, pairs, headers, signedHeaders, payload } = canonical;
  const lines = signedHeaders.map((name) => {
    const values = headers.all(name).map((value) => value.trim().replace(/ {2,}/g, ' '));
    return `${name}:${values.join(',')}\n`;
  });
  return [
    method,
    canonicalUri,
    canonicalQuery(pairs),
    lines.join(''),
    signedHeaders.join(';'),
    payload,
  ].join('\n');
}

/** Of one chunk of `aws-chunked`. @param previous signature, in hex: that of the request before the first one. */
export function chunkStringToSign(
  time: string,
  scope: CredentialScope,
  previous: string,
  sha256Hex: string,
): string {
  return [`${ALGORITHM}-PAYLOAD`, time, scopeText(scope), previous, EMPTY, sha256Hex].join('\n');
}

/** Of the trailers behind the last chunk. @param sha256Hex of `name:value\n` of each, in order of names. */
export function trailerStringToSign(
  time: string,
  scope: CredentialScope,
  previous: string,
  sha256Hex: string,
): string {
  return [`${ALGORITHM}-TRAILER`, time, scopeText(scope), previous, sha256Hex].join('\n');
}

/** SHA-256 of nothing. */
export const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
