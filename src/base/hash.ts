/** SHA-256 and HMAC-SHA-256 over several parts, without joining them first. */
import { createHash, createHmac } from 'node:crypto';
import type { Sha256Digest } from './brand.js';

export function sha256(...parts: readonly Uint8Array[]): Sha256Digest {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return plain(hash.digest());
}

export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Sha256Digest {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return plain(hmac.digest());
}

function plain(buffer: Buffer): Sha256Digest {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength) as Sha256Digest;
}
