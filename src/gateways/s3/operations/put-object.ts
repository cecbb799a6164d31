/** PutObject: content first, then the entry that makes it a version. */
import type { Written } from '../../../files/drive-port.js';
import type { FileSayings } from '../../../files/file-change.js';
import { emptyAnswer, type S3Answer } from '../s3-answer.js';
import type { S3Request } from '../s3-request.js';
import { requestedAcl } from './acl-request.js';
import { aclToJson } from './acl.js';
import { type Bucket, openBucket } from './bucket-access.js';
import { checksumHeaders, fullChecksums, sumsOf } from './checksums.js';
import { writeCondition } from './conditions.js';
import { madeVersionHeader, ownerOfObject, pathOf } from './object-access.js';
import { readDescription } from './object-description.js';
import { readLockHeaders } from './object-lock.js';
import type { S3Operation, S3Parts } from './operation.js';
import { actorOf } from './owner.js';
import { checkNewAcl } from './public-grants.js';
import { readTagsHeader } from './tags.js';

export const putObject: S3Operation = (parts, request) => putFrom(parts, request);

/** @param said besides what the headers say. */
export async function putFrom(
  parts: S3Parts,
  request: S3Request,
  said: FileSayings = {},
): Promise<S3Answer> {
  const path = pathOf(request.key ?? '');
  const bucket = await openBucket(parts, request, 'WRITE');
  const description = readDescription(request.headers);
  const sayings = await readSayings(parts, request, bucket);
  const condition = writeCondition(request.headers);
  const { drive } = bucket;
  // Before a byte is taken that could only be thrown away; it is asked again when the version is made.
  if (condition !== undefined)
    await drive.upToDate().then(() => {
      condition(drive.newest(path));
    });
  // A body that is not what it was announced to be ends in its error here: nothing refers to what was stored.
  const content = await drive.store(request.body, {
    by: actorOf(request),
    md5: () => request.body.facts().md5,
  });
  const checksums = fullChecksums(sumsOf(request.body.facts().checksums));
  const written = await drive.put(actorOf(request), path, content, {
    ...description,
    ...sayings,
    ...said,
    ...(checksums !== undefined && { checksums }),
    ...(condition !== undefined && { condition }),
  });
  return putAnswer(bucket, written);
}

function putAnswer(bucket: Bucket, { version }: Written): S3Answer {
  return emptyAnswer(200, {
    etag: `"${version.etag}"`,
    ...madeVersionHeader(bucket, version),
    ...checksumHeaders(version),
  });
}

/** What headers say of the version to be made. @throws S3Error of what may not be, or is not served. */
export async function readSayings(
  parts: S3Parts,
  request: S3Request,
  bucket: Bucket,
): Promise<FileSayings> {
  const acl = requestedAcl(request.headers, ownerOfObject(bucket, actorOf(request)), bucket.owner);
  if (acl !== null) await checkNewAcl(parts, request, bucket, acl, 'object');
  const tagging = request.headers.get('x-amz-tagging');
  return {
    ...(acl !== null && { acl: aclToJson(acl) }),
    ...(tagging !== undefined && { tags: readTagsHeader(tagging) }),
    ...(await readLockHeaders(parts, request, bucket)),
  };
}
