/** HeadBucket, DeleteBucket, GetBucketLocation. */
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
  const question = { operation: request.operation };
  await parts.access.act(request, 'drive:configure', place, { question }, async () => {
    await parts.drives.remove(place.tenant, actorOf(request), drive.name);
    return { made: {}, result: undefined };
  });
  return emptyAnswer(204);
};
