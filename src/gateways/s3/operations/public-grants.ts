/** Who may let strangers in: an ACL that grants to everybody is an administrator's to give (decision 58). */
import type { S3Place } from '../s3-access.js';
import { S3Error } from '../s3-error.js';
import type { S3Request } from '../s3-request.js';
import { type Acl, isPublic, type Permission } from './acl.js';
import { type Bucket, denied } from './bucket-access.js';
import type { S3Parts } from './operation.js';

/**
 * What leaves the tenant is not for each of its writers to decide.
 * @param within ACL of the bucket that an object is put into: what is granted to everybody there, whoever writes there may grant.
 * @throws S3Error AccessDenied.
 */
export async function requirePublisher(
  parts: Pick<S3Parts, 'access'>,
  request: S3Request,
  place: S3Place,
  acl: Acl,
  within: Acl | null = null,
): Promise<void> {
  const has = within === null ? [] : toAll(within);
  const opens = toAll(acl).some((permission) => !has.includes(permission));
  if (opens && !parts.access.allows(request, 'drive:configure', place))
    throw await denied(parts, request, 'drive:configure', place);
}

function toAll({ grants }: Acl): readonly Permission[] {
  return grants
    .filter((grant) => 'group' in grant && grant.group === 'all')
    .map(({ permission }) => permission);
}

/** An ACL that is to stand in this bucket, of itself or of an object. @throws S3Error AccessDenied, AccessControlListNotSupported. */
export async function checkNewAcl(
  parts: Pick<S3Parts, 'access'>,
  request: S3Request,
  { place, s3, owner, acl: ofBucket }: Bucket,
  acl: Acl,
  kind: 'bucket' | 'object',
): Promise<void> {
  const isOfOwnerAlone = acl.grants.every((grant) => 'id' in grant && grant.id === owner.id);
  if (s3.ownership === 'BucketOwnerEnforced' && !isOfOwnerAlone)
    throw new S3Error(
      'AccessControlListNotSupported',
      'the bucket has BucketOwnerEnforced, so it takes no ACLs: leave the ACL out',
    );
  if (isPublic(acl) && s3.publicAccess?.blockPublicAcls === true) {
    await parts.access.refused(request, 'drive:configure', place, 'ACCESS_DENIED');
    throw new S3Error('AccessDenied', 'the public access block of the bucket refuses public ACLs');
  }
  await requirePublisher(parts, request, place, acl, kind === 'object' ? ofBucket : null);
}
