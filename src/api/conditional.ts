/** Strong ETags (RFC 9110 §8.8.3), If-None-Match (§13.1.2) for what never or seldom changes, and If-Match (§13.1.1). */
import type { Request, Response } from 'express';
import { toHex } from '../base/bytes.js';
import { sha256 } from '../base/hash.js';

/** A key is needed to read it, so only the reader's own cache may keep it. */
const IMMUTABLE = 'private, max-age=31536000, immutable';

/** Answers 200 with the bytes, or 304 if the client says it has them. */
export function sendImmutable(
  request: Request,
  response: Response,
  contentType: string,
  bytes: Uint8Array,
): void {
  response.setHeader('Cache-Control', IMMUTABLE);
  response.setHeader('Vary', 'Accept');
  sendTagged(request, response, contentType, bytes);
}

/** The same for what another version of the program may have otherwise: caches ask each time. */
export function sendRevalidated(
  request: Request,
  response: Response,
  contentType: string,
  bytes: Uint8Array,
): void {
  response.setHeader('Cache-Control', 'no-cache');
  sendTagged(request, response, contentType, bytes);
}

function sendTagged(
  request: Request,
  response: Response,
  contentType: string,
  bytes: Uint8Array,
): void {
  const etag = `"${toHex(sha256(bytes))}"`;
  response.setHeader('ETag', etag);
  if (hasTag(request.get('If-None-Match'), etag)) {
    response.status(304).end();
    return;
  }
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', bytes.length);
  response.status(200).end(request.method === 'HEAD' ? undefined : bytes);
}

/**
 * Whether If-Match lets a change through; without it any does. Compares strongly, as §13.1.1 asks.
 *
 * @param etag null where there is nothing yet.
 */
export function isMatched(header: string | undefined, etag: string | null): boolean {
  if (header === undefined) return true;
  return header
    .split(',')
    .map((tag) => tag.trim())
    .some((tag) => etag !== null && (tag === '*' || tag === etag));
}

/** Compares weakly, as §13.1.2 asks. */
function hasTag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === '*' || tag === etag);
}
