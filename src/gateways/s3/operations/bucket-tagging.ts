/** GetBucketTagging, PutBucketTagging, DeleteBucketTagging. */
import { without } from '../../../base/without.js';
import { xmlAnswer } from '../s3-answer.js';
import { S3Error } from '../s3-error.js';
import { openOwnBucket, setting } from './configure-bucket.js';
import type { S3Operation } from './operation.js';
import { MAX_BUCKET_TAGS, readTagsBody, tagsDocument } from './tags.js';

export const getBucketTagging: S3Operation = async (parts, request) => {
  const { tags } = (await openOwnBucket(parts, request)).settings;
  if (tags === undefined) throw new S3Error('NoSuchTagSet', 'the bucket has no tags');
  return xmlAnswer(tagsDocument(tags));
};

export const putBucketTagging: S3Operation = setting(
  async (request) => ({ tags: await readTagsBody(request, MAX_BUCKET_TAGS) }),
  (old, { tags }) => ({ ...old, tags }),
  204,
);

export const deleteBucketTagging: S3Operation = setting(
  () => Promise.resolve({}),
  (old) => without(old, 'tags'),
  204,
);
