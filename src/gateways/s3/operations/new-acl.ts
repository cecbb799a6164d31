/** The ACL that PutBucketAcl and PutObjectAcl put: canned, of headers, or a document. */
import type { S3Request } from '../s3-request.js';
import { readXmlBody } from '../small-body.js';
import { nameAmong, requestedAcl } from './acl-request.js';
import { readAclDocument } from './acl-xml.js';
import type { Acl } from './acl.js';
import type { Bucket } from './bucket-access.js';
import type { S3Parts } from './operation.js';
import { authorOf, ownerOf, type S3Owner } from './owner.js';
import { checkNewAcl } from './public-grants.js';

/** A hundred grants, with what a client may write around them. */
const MAX_BODY = 128 * 1024;

/** @param owner of what it is put on. @throws S3Error MissingSecurityHeader, MalformedACLError, and as its parts. */
export async function readNewAcl(
  parts: S3Parts,
  request: S3Request,
  bucket: Bucket,
  owner: S3Owner,
  kind: 'bucket' | 'object',
): Promise<Acl> {
  const acl =
    requestedAcl(request.headers, owner, bucket.owner) ??
    readAclDocument(
      await readXmlBody(request, 'AccessControlPolicy', MAX_BODY),
      owner,
      nameAmong([owner, bucket.owner, ownerOf(authorOf(request))]),
    );
  await checkNewAcl(parts, request, bucket, acl, kind);
  return acl;
}
