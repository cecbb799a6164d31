/** GetBucketOwnershipControls, PutBucketOwnershipControls, DeleteBucketOwnershipControls. */
import { xmlAnswer } from '../s3-answer.js';
import { notImplemented, S3Error } from '../s3-error.js';
import { readXmlBody } from '../small-body.js';
import { child, childText, element, s3Document } from '../xml-element.js';
import { aclFromJson } from './acl.js';
import { type Ownership, OWNERSHIPS, withBucketS3 } from './bucket-s3.js';
import { openOwnBucket, setting } from './configure-bucket.js';
import type { S3Operation } from './operation.js';
import { ownerOf } from './owner.js';

export const getOwnershipControls: S3Operation = async (parts, request) => {
  const { ownership } = (await openOwnBucket(parts, request)).s3;
  if (ownership === undefined)
    throw new S3Error('OwnershipControlsNotFoundError', 'the bucket has none');
  return xmlAnswer(
    s3Document('OwnershipControls', [element('Rule', [element('ObjectOwnership', ownership)])]),
  );
};

export const putOwnershipControls: S3Operation = setting(
  async (request) => {
    const rule = child(await readXmlBody(request, 'OwnershipControls', 4096), 'Rule');
    return { ownership: readOwnership(rule === null ? null : childText(rule, 'ObjectOwnership')) };
  },
  (old, { ownership }) => {
    const owner = ownerOf(old.owner);
    const grants = old.acl === undefined ? [] : aclFromJson(old.acl).grants;
    const isPrivate = grants.every((grant) => 'id' in grant && grant.id === owner.id);
    if (ownership === 'BucketOwnerEnforced' && !isPrivate)
      throw new S3Error(
        'InvalidBucketAclWithObjectOwnership',
        'the ACL of the bucket grants to others: set it to private first',
      );
    return withBucketS3(old, { ownership });
  },
);

export const deleteOwnershipControls: S3Operation = setting(
  () => Promise.resolve({}),
  (old) => withBucketS3(old, { ownership: undefined }),
  204,
);

/** @throws S3Error NotImplemented, MalformedXML. */
export function readOwnership(text: string | null): Ownership {
  if (text === 'BucketOwnerPreferred') throw notImplemented('BucketOwnerPreferred');
  const ownership = OWNERSHIPS.find((one) => one === text);
  if (ownership === undefined)
    throw new S3Error('MalformedXML', `ObjectOwnership is one of ${OWNERSHIPS.join(', ')}`);
  return ownership;
}
