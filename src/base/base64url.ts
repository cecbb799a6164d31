/** RFC 4648 §5 without padding: for bytes that stand in a URL or a header. One spelling only. */
import { asBuffer } from './bytes.js';
import { BaseError } from './errors.js';

export function toBase64Url(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('base64url');
}

/** @throws BaseError BYTES_MALFORMED for padding, other alphabets and non-zero trailing bits. */
export function fromBase64Url(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text)
    throw new BaseError('BYTES_MALFORMED', 'not canonical base64url');
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
