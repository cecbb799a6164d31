/** What HEAD and GET tell of an object besides its content. */
import { formatInstant } from '../../../base/time.js';
import type { Version } from '../../../files/drive-port.js';
import type { FilePut } from '../../../files/file-change.js';
import { formatHttpDate } from '../http-date.js';
import type { Bucket } from './bucket-access.js';
import { toHeader } from './header-text.js';
import { modeName } from './lock-names.js';
import { versionHeaderIn } from './object-access.js';
import { DESCRIBING } from './object-description.js';

export function objectHeaders(
  bucket: Bucket,
  version: Version,
  put: FilePut,
): Record<string, string> {
  const { etag, recordedAt, lock, hold, tags } = version;
  const tagCount = Object.keys(tags).length;
  const described = DESCRIBING.flatMap(([header, name]) => {
    const value = put.headers?.[name];
    return value === undefined ? [] : [[header, toHeader(value)] as const];
  });
  const metadata = Object.entries(put.metadata ?? {}).map(
    ([name, value]) => [`x-amz-meta-${name}`, toHeader(value)] as const,
  );
  return {
    ...Object.fromEntries([...metadata, ...described]),
    'content-type': toHeader(version.mediaType),
    'accept-ranges': 'bytes',
    etag: `"${etag}"`,
    'last-modified': formatHttpDate(recordedAt),
    ...versionHeaderIn(bucket, version),
    ...(tagCount > 0 && { 'x-amz-tagging-count': String(tagCount) }),
    ...(lock !== null && {
      'x-amz-object-lock-mode': modeName(lock.mode),
      'x-amz-object-lock-retain-until-date': formatInstant(lock.until),
    }),
    ...(hold && { 'x-amz-object-lock-legal-hold': 'ON' }),
  };
}
