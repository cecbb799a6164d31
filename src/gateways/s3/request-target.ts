/**
 * What a request line asks for: bucket, key and query, decoded once; and the two forms in which signatures cover
 * them (AWS Signature Version 4, "canonical URI" and "canonical query string"; S3 encodes once and changes no path).
 */
import { utf8, utf8ToString } from '../../base/bytes.js';
import { S3Error } from './s3-error.js';

export interface RequestTarget {
  /** As it was asked for: at most 255 characters, and not known to be a name that a bucket can have. */
  readonly bucket: string | null;
  /** 1 to 1,024 bytes of UTF-8. */
  readonly key: string | null;
  /** The decoded path, as errors name it: `/bucket/key`. */
  readonly resource: string;
  /** Names and values, decoded, in their order. */
  readonly pairs: readonly QueryPair[];
  readonly canonicalUri: string;
}

export type QueryPair = readonly [name: string, value: string];

export const MAX_KEY_BYTES = 1024;
const MAX_BUCKET_CHARACTERS = 255;
const MAX_PAIRS = 100;

export interface TargetOptions {
  /** The value of the Host header. */
  readonly host: string | undefined;
  /** Hosts `<bucket>.<domain>` name a bucket; without it the path always does. In lower case. */
  readonly domain?: string;
}

/** @param url of the request line. @throws S3Error InvalidURI, KeyTooLongError, InvalidArgument. */
export function parseTarget(url: string, { host, domain }: TargetOptions): RequestTarget {
  const [rawPath = '', ...rest] = url.split('?');
  if (!rawPath.startsWith('/')) throw invalidUri();
  const path = decode(rawPath);
  const hosted = bucketOfHost(host, domain);
  const resource = hosted === null ? path : `/${hosted}${path}`;
  const slash = resource.indexOf('/', 1);
  const bucket = slash === -1 ? resource.slice(1) : resource.slice(1, slash);
  const key = slash === -1 ? '' : resource.slice(slash + 1);
  if (bucket === '' && key !== '') throw invalidUri();
  if (bucket.length > MAX_BUCKET_CHARACTERS)
    throw new S3Error('InvalidBucketName', 'the name of a bucket has 3 to 63 characters');
  return {
    bucket: bucket === '' ? null : bucket,
    key: key === '' ? null : checkedKey(key),
    resource,
    pairs: parseQuery(rest.join('?')),
    canonicalUri: uriEncode(path, '/'),
  };
}

/** @throws S3Error KeyTooLongError. */
export function checkedKey(key: string): string {
  if (utf8(key).length > MAX_KEY_BYTES)
    throw new S3Error('KeyTooLongError', `a key has at most ${MAX_KEY_BYTES} bytes of UTF-8`);
  return key;
}

/** Sorted by the encoded names, then values, as both sides of a signature do. */
export function canonicalQuery(pairs: readonly QueryPair[]): string {
  return pairs
    .map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`)
    .sort(byCodeUnits)
    .join('&');
}

/** RFC 3986 §2.3 alone stands for itself. @param kept characters that do as well. */
export function uriEncode(text: string, kept = ''): string {
  let encoded = '';
  for (const byte of utf8(text)) {
    const character = String.fromCharCode(byte);
    encoded +=
      UNRESERVED.test(character) || kept.includes(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

const UNRESERVED = /^[A-Za-z0-9\-._~]$/;

/** `a=1` before `a1=0`: an equals sign must not take part in the comparison of names. */
function byCodeUnits(left: string, right: string): number {
  const [a, b] = [left.replace('=', '\0'), right.replace('=', '\0')];
  return a < b ? -1 : a > b ? 1 : 0;
}

function bucketOfHost(host: string | undefined, domain: string | undefined): string | null {
  if (host === undefined || domain === undefined) return null;
  const name = host.replace(/:\d*$/, '').toLowerCase();
  return name.endsWith(`.${domain}`) ? name.slice(0, -domain.length - 1) : null;
}

function parseQuery(raw: string): readonly QueryPair[] {
  const parts = raw.split('&').filter((part) => part !== '');
  if (parts.length > MAX_PAIRS)
    throw new S3Error('InvalidArgument', `a query has at most ${MAX_PAIRS} parameters`);
  return parts.map((part) => {
    const at = part.indexOf('=');
    const [name, value] = at === -1 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
    // As forms have it: a plus sign is a blank.
    return [decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' '))];
  });
}

/** @param raw one character a byte, as Node reads it. */
function decode(raw: string): string {
  const bytes = Buffer.alloc(raw.length);
  let length = 0;
  for (let at = 0; at < raw.length; at++) {
    let byte = raw.charCodeAt(at);
    if (byte === PERCENT) {
      const digits = raw.slice(at + 1, at + 3);
      if (!/^[0-9A-Fa-f]{2}$/.test(digits)) throw invalidUri();
      byte = Number.parseInt(digits, 16);
      at += 2;
    }
    if (byte > 255) throw invalidUri();
    bytes[length++] = byte;
  }
  try {
    return utf8ToString(bytes.subarray(0, length));
  } catch (cause) {
    throw invalidUri(cause);
  }
}

const PERCENT = 0x25;

function invalidUri(cause?: unknown): S3Error {
  return new S3Error(
    'InvalidURI',
    'the URI cannot be read: it is a path of UTF-8 with a percent sign before two hex digits for what is reserved',
    cause === undefined ? {} : { cause },
  );
}
