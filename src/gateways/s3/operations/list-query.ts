/** What lists are asked with. */
import { S3Error } from '../s3-error.js';
import type { S3Request } from '../s3-request.js';

/** No list of S3's has more items than these, whatever is asked for. */
export const MAX_KEYS = 1000;

/** @throws S3Error InvalidArgument of what is no whole number from `minimum` up; more than `maximum` are `maximum`. */
export function readCount(
  text: string | undefined,
  name: string,
  maximum: number,
  minimum = 0,
): number {
  if (text === undefined || text === '') return maximum;
  const count = /^\d{1,15}$/.test(text) ? Number(text) : -1;
  if (count < minimum || count > 2_147_483_647)
    throw new S3Error('InvalidArgument', `${name} is a whole number from ${minimum} up`);
  return Math.min(count, maximum);
}

/** How names are written in the answer. @throws S3Error InvalidArgument. */
export function readEncoding({ query }: Pick<S3Request, 'query'>): {
  readonly isUrl: boolean;
  readonly encoded: (text: string) => string;
} {
  const type = query.get('encoding-type');
  if (type !== undefined && type.toLowerCase() !== 'url')
    throw new S3Error('InvalidArgument', 'encoding-type is url, or left out');
  return type === undefined
    ? { isUrl: false, encoded: (text) => text }
    : { isUrl: true, encoded: urlEncoded };
}

/** As S3 does: slashes stay. */
export function urlEncoded(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%2F/g, '/');
}
