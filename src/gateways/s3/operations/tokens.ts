/** Places in lists as tokens: text that no XML and no URL changes. */
import { S3Error } from '../s3-error.js';

export function encodeToken(place: string): string {
  return Buffer.from(place).toString('base64url');
}

/** @throws S3Error InvalidArgument. */
export function decodeToken(token: string): string {
  const place = Buffer.from(token, 'base64url').toString();
  if (token === '' || encodeToken(place) !== token)
    throw new S3Error('InvalidArgument', 'the continuation token is none that was given out');
  return place;
}
