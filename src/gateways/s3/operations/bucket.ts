/** HeadBucket, DeleteBucket, GetBucketLocation. */
import type { DrivePort } from '../../../files/drive-port.js';
import { emptyAnswer, xmlAnswer } from '../s3-answer.js';
import { s3Document } from '../xml-element.js';
import { openBucket } from './bucket-access.js';
import { openOwnBucket } from './configure-bucket.js';
import type { S3Operation } from './operation.js';
import { actorOf } from './owner.js';

const DEFAULT_REGION = 'us-east-1';

export const headBucket: S3Operation = async (parts, request) => {
  const { s3 } = await openBucket(parts, request, 'READ');
  return emptyAnswer(200, { 'x-amz-bucket-region': s3.location ?? DEFAULT_REGION });
};

export const getBucketLocation: S3Operation = async (parts, request) => {
  const { s3 } = await openBucket(parts, request, 'READ');
  return xmlAnswer(s3Document('LocationConstraint', s3.location ?? ''));
};

export const deleteBucket: S3Operation = async (parts, request) => {
  const { place, drive } = await openOwnBucket(parts, request);
  await drive.upToDate();
  // What is under way does not hold a bucket, as in S3; what is in it does.
  if (drive.listVersions({ limit: 1 }).items.length === 0) await abortAll(drive);
  const question = { operation: request.operation };
  await parts.access.act(request, 'drive:configure', place, { question }, async () => {
    await parts.drives.remove(place.tenant, actorOf(request), drive.name);
    return { made: {}, result: undefined };
  });
  return emptyAnswer(204);
};

/** A crash in between leaves a bucket with fewer uploads, which is deleted when asked again. */
async function abortAll({ uploads }: DrivePort): Promise<void> {
  for (;;) {
    const { items } = await uploads.list({ limit: 1000 });
    if (items.length === 0) return;
    for (const { id } of items) await uploads.abort(id);
  }
}
