/** GetObjectTagging, PutObjectTagging, DeleteObjectTagging. */
import type { Texts } from '../../../files/texts.js';
import { emptyAnswer, xmlAnswer } from '../s3-answer.js';
import type { S3Request } from '../s3-request.js';
import { demand, findBucket, requireExpectedOwner } from './bucket-access.js';
import { disclosedObject } from './disclosed.js';
import { objectIn, openObject, pathOf, type S3Object, versionHeaderIn } from './object-access.js';
import type { S3Operation, S3Parts } from './operation.js';
import { actorOf } from './owner.js';
import { MAX_OBJECT_TAGS, readTagsBody, tagsDocument } from './tags.js';

export const getObjectTagging: S3Operation = async (parts, request) => {
  const { bucket, version } = await openObject(parts, request, 'READ');
  return {
    ...xmlAnswer(tagsDocument(version.tags), versionHeaderIn(bucket, version)),
    disclosure: disclosedObject(request, bucket, version),
  };
};

export const putObjectTagging: S3Operation = async (parts, request) => {
  const object = await openToWrite(parts, request);
  const tags = await readTagsBody(request, MAX_OBJECT_TAGS);
  return emptyAnswer(200, await tagged(request, object, tags));
};

export const deleteObjectTagging: S3Operation = async (parts, request) => {
  return emptyAnswer(204, await tagged(request, await openToWrite(parts, request), {}));
};

/** Who may write into a bucket may tag what lies there. */
async function openToWrite(parts: S3Parts, request: S3Request): Promise<S3Object> {
  const bucket = await findBucket(parts, request);
  await requireExpectedOwner(parts, request, bucket);
  await demand(parts, request, bucket, 'WRITE');
  return objectIn(parts, request, bucket, null, {
    path: pathOf(request.key ?? ''),
    id: request.query.get('versionId'),
  });
}

async function tagged(
  request: S3Request,
  { bucket, version }: S3Object,
  tags: Texts,
): Promise<Record<string, string>> {
  await bucket.drive.say(actorOf(request), version.path, version.id, { tags });
  return versionHeaderIn(bucket, version);
}
