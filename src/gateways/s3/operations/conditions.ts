/** Conditions of requests on the version there is (RFC 9110 §13; Amazon S3 API Reference). */
import type { Condition, Version } from '../../../files/drive-port.js';
import { parseHttpDate } from '../http-date.js';
import { S3Error } from '../s3-error.js';
import type { S3Headers } from '../s3-request.js';
import { noSuchKey } from './object-access.js';

/** Whether what was asked for is to be sent. @throws S3Error PreconditionFailed. */
export function isToBeSent(headers: S3Headers, version: Version): boolean {
  const match = headers.get('if-match');
  const noneMatch = headers.get('if-none-match');
  const unmodified = headers.get('if-unmodified-since');
  const modified = headers.get('if-modified-since');
  if (match !== undefined) {
    if (!isAmong(match, version.etag)) throw failed('If-Match');
  } else if (unmodified !== undefined && isNewer(version, unmodified))
    throw failed('If-Unmodified-Since');
  if (noneMatch !== undefined) return !isAmong(noneMatch, version.etag);
  return modified === undefined || !isOlder(version, modified);
}

/** Of the source of a copy, where what is not to be sent is not to be copied. @throws S3Error PreconditionFailed. */
export function checkSource(headers: S3Headers, version: Version): void {
  const prefixed: S3Headers = {
    get: (name) => headers.get(`x-amz-copy-source-${name}`),
    startingWith: (prefix) => headers.startingWith(`x-amz-copy-source-${prefix}`),
  };
  if (!isToBeSent(prefixed, version)) throw failed('x-amz-copy-source-if-none-match');
}

/** Of a write: on the newest version, when it is made. Undefined of one without. */
export function writeCondition(headers: S3Headers): Condition | undefined {
  const match = headers.get('if-match');
  const noneMatch = headers.get('if-none-match');
  if (match === undefined && noneMatch === undefined) return undefined;
  return (newest) => {
    const etag = newest?.kind === 'file' ? newest.etag : null;
    if (match !== undefined) {
      if (etag === null) throw noSuchKey();
      if (!isAmong(match, etag)) throw failed('If-Match');
    }
    if (noneMatch !== undefined && etag !== null && isAmong(noneMatch, etag))
      throw failed('If-None-Match');
  };
}

/** Quoted or not, as clients have it. */
function isAmong(list: string, etag: string): boolean {
  return list.split(',').some((item) => {
    const text = item.trim().replace(/^W\//, '');
    return text === '*' || text.replace(/^"(.*)"$/, '$1') === etag;
  });
}

/** Dates of HTTP are whole seconds; what is none counts as not given. */
function isNewer({ recordedAt }: Version, since: string): boolean {
  const date = parseHttpDate(since);
  return date !== null && Math.floor(recordedAt / 1000) * 1000 > date;
}

function isOlder(version: Version, since: string): boolean {
  return parseHttpDate(since) !== null && !isNewer(version, since);
}

function failed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', 'the object is not what the request says it should be', {
    details: { Condition: condition },
  });
}
