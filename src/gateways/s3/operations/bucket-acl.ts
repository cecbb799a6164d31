/** GetBucketAcl, PutBucketAcl, GetBucketPolicyStatus. */
import { emptyAnswer, xmlAnswer } from '../s3-answer.js';
import type { S3Request } from '../s3-request.js';
import { element, s3Document } from '../xml-element.js';
import { aclDocument } from './acl-xml.js';
import { aclFromJson, aclToJson, isPublic, privateTo } from './acl.js';
import {
  type Bucket,
  demand,
  findBucket,
  openBucket,
  requireExpectedOwner,
} from './bucket-access.js';
import { configure, mayConfigure } from './configure-bucket.js';
import { readNewAcl } from './new-acl.js';
import type { S3Operation, S3Parts } from './operation.js';

export const getBucketAcl: S3Operation = async (parts, request) => {
  const { settings, owner } = await openFor(parts, request, 'READ_ACP');
  const acl = settings.acl === undefined ? privateTo(owner) : aclFromJson(settings.acl);
  return xmlAnswer(aclDocument(owner, acl));
};

export const putBucketAcl: S3Operation = async (parts, request) => {
  const bucket = await openFor(parts, request, 'WRITE_ACP');
  const acl = await readNewAcl(parts, request, bucket, bucket.owner, 'bucket');
  const kept = aclToJson(acl);
  await configure(parts, request, bucket, { acl: kept }, (old) => ({ ...old, acl: kept }));
  return emptyAnswer(200);
};

/** There are no policies here, so what is public is so by the ACL. */
export const getBucketPolicyStatus: S3Operation = async (parts, request) => {
  const { acl } = await openBucket(parts, request, 'READ_ACP');
  const answer = acl !== null && isPublic(acl);
  return xmlAnswer(s3Document('PolicyStatus', [element('IsPublic', answer)]));
};

/** The owner of a bucket reads and writes its ACL whatever that says. */
async function openFor(
  parts: S3Parts,
  request: S3Request,
  asked: 'READ_ACP' | 'WRITE_ACP',
): Promise<Bucket> {
  const bucket = await findBucket(parts, request);
  await requireExpectedOwner(parts, request, bucket);
  if (!mayConfigure(parts, request, bucket)) await demand(parts, request, bucket, asked);
  return bucket;
}
