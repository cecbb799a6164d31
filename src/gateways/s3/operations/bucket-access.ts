/**
 * Which drive a request is about, and whether its caller may (decision 58): by their role or a grant for the
 * drive's ledger, narrowed by its ACL where it has one; by the ACL alone what is granted to everybody.
 */
import type { Action } from '../../../access/authorize.js';
import { DEFAULT_TENANT, type TenantName } from '../../../access/tenant-name.js';
import type { DrivePort } from '../../../files/drive-port.js';
import type { DriveSettings } from '../../../files/drive-settings.js';
import { FilesError } from '../../../files/files-error.js';
import type { S3Place } from '../s3-access.js';
import { S3Error } from '../s3-error.js';
import type { S3Request } from '../s3-request.js';
import {
  type Acl,
  aclFromJson,
  grantsTo,
  type GranteeGroup,
  type Permission,
  withoutPublic,
} from './acl.js';
import { type BucketS3, bucketS3Of } from './bucket-s3.js';
import type { S3Parts } from './operation.js';
import { authorOf, ownerOf, type S3Owner } from './owner.js';

export interface Bucket {
  readonly drive: DrivePort;
  readonly place: S3Place;
  /** As the request found them. */
  readonly settings: DriveSettings;
  readonly s3: BucketS3;
  readonly owner: S3Owner;
  /** Null where roles alone say who may: of a drive that was not made over S3. */
  readonly acl: Acl | null;
}

export type Asked = Exclude<Permission, 'FULL_CONTROL'>;

/** Whoever has no key is served of the tenant that every node has; of a preflight the link says which is meant. */
export function tenantOf({
  caller,
  claimedTenant,
}: Pick<S3Request, 'caller' | 'claimedTenant'>): TenantName {
  return caller?.principal.tenant ?? claimedTenant ?? DEFAULT_TENANT;
}

/**
 * The bucket of the request, nothing asked about the caller yet but whether they may know of it.
 * @throws S3Error NoSuchBucket, AccessDenied where another owner is expected.
 */
export async function findBucket(
  { drives, access }: S3Parts,
  request: S3Request,
  name = request.bucket ?? '',
): Promise<Bucket> {
  const tenant = tenantOf(request);
  const place: S3Place = { tenant, drive: name };
  const drive = await drives.find(tenant, name).catch(async (error: unknown) => {
    if (!isUnknown(error)) throw error;
    throw await notThere(access, request, place);
  });
  const bucket = bucketOf(drive, place);
  if (access.hides(request, place) && !isOpenToAll(bucket))
    throw await notThere(access, request, place);
  return bucket;
}

export function bucketOf(drive: DrivePort, place: S3Place): Bucket {
  const { settings } = drive;
  const s3 = bucketS3Of(settings);
  const owner = ownerOf(settings.owner);
  return { drive, place, settings, s3, owner, acl: aclInForce(settings, s3) };
}

function aclInForce(settings: DriveSettings, s3: BucketS3): Acl | null {
  if (settings.acl === undefined) return null;
  return inForce(aclFromJson(settings.acl), s3);
}

/** Of a bucket's ACL, or an object's in it. */
export function inForce(acl: Acl, { publicAccess }: BucketS3): Acl {
  const ignoresPublic = publicAccess?.ignorePublicAcls === true;
  return ignoresPublic ? withoutPublic(acl) : acl;
}

function isOpenToAll({ acl }: Bucket): boolean {
  return acl?.grants.some((grant) => 'group' in grant && grant.group === 'all') ?? false;
}

function isUnknown(error: unknown): boolean {
  return (
    error instanceof FilesError &&
    (error.code === 'DRIVE_UNKNOWN' || error.code === 'DRIVE_NAME_REFUSED')
  );
}

async function notThere(
  access: S3Parts['access'],
  request: S3Request,
  place: S3Place,
): Promise<S3Error> {
  await access.refused(request, 'file:read', place, 'LEDGER_UNKNOWN');
  return new S3Error('NoSuchBucket', 'there is no such bucket: make it, or name another');
}

/** @throws S3Error as `findBucket`; AccessDenied. */
export async function openBucket(
  parts: S3Parts,
  request: S3Request,
  asked: Asked,
): Promise<Bucket> {
  const bucket = await findBucket(parts, request);
  await requireExpectedOwner(parts, request, bucket);
  await demand(parts, request, bucket, asked);
  return bucket;
}

/** @throws S3Error AccessDenied. */
export async function demand(
  parts: S3Parts,
  request: S3Request,
  bucket: Bucket,
  asked: Asked,
  acl = bucket.acl,
): Promise<void> {
  if (!may(parts, request, bucket, asked, acl))
    throw await denied(parts, request, ACTION_OF[asked], bucket.place);
}

/** @param acl of the bucket, or of an object in it. */
export function may(
  { access }: Pick<S3Parts, 'access'>,
  request: S3Request,
  bucket: Bucket,
  asked: Asked,
  acl: Acl | null,
): boolean {
  const { place } = bucket;
  if (acl !== null && grantsTo(acl, { id: null, groups: ['all'] }, asked)) return true;
  if (!access.allows(request, ACTION_OF[asked], place)) return false;
  if (acl === null || access.allows(request, 'drive:configure', place)) return true;
  const groups: readonly GranteeGroup[] = ['authenticated'];
  return grantsTo(acl, { id: ownerOf(authorOf(request)).id, groups }, asked);
}

/** An ACL narrows what a role allows, and is itself read and written as files are. */
const ACTION_OF: Readonly<Record<Asked, Action>> = {
  READ: 'file:read',
  READ_ACP: 'file:read',
  WRITE: 'file:write',
  WRITE_ACP: 'file:write',
};

/** What is kept on record of the try. A role that does not reach is refused by what refuses everywhere. */
export async function denied(
  { access }: Pick<S3Parts, 'access'>,
  request: S3Request,
  action: Action,
  place: S3Place,
): Promise<S3Error> {
  await access.require(request, action, place);
  await access.refused(request, action, place, 'ACCESS_DENIED');
  return new S3Error('AccessDenied', 'the ACL does not let you: ask the owner of the bucket');
}

/** @throws S3Error AccessDenied. */
export async function requireExpectedOwner(
  parts: S3Parts,
  request: S3Request,
  { owner, place }: Bucket,
): Promise<void> {
  const expected = request.headers.get('x-amz-expected-bucket-owner');
  if (expected === undefined || expected === owner.id) return;
  await parts.access.refused(request, 'file:read', place, 'ACCESS_DENIED');
  throw new S3Error('AccessDenied', 'the bucket is of another owner than expected');
}
