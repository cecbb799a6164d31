/** Which version a request is about, and whether its caller may. */
import type { DrivePort, Version } from '../../../files/drive-port.js';
import { type FilePath, parseFilePath } from '../../../files/file-path.js';
import { FilesError } from '../../../files/files-error.js';
import { S3Error } from '../s3-error.js';
import type { S3Request } from '../s3-request.js';
import { type Acl, aclFromJson, type Grant, privateTo } from './acl.js';
import {
  type Asked,
  type Bucket,
  demand,
  findBucket,
  inForce,
  requireExpectedOwner,
} from './bucket-access.js';
import type { S3Parts } from './operation.js';
import { ownerOf, type S3Owner } from './owner.js';

export interface S3Object {
  readonly bucket: Bucket;
  readonly version: Version;
}

/** Who owns what lies in a bucket: who put it, unless the bucket says that all is its owner's. */
export function ownerOfObject({ s3, owner }: Bucket, { author }: Pick<Version, 'author'>): S3Owner {
  return s3.ownership === 'BucketOwnerEnforced' ? owner : ownerOf(author);
}

/** As it was put; private to its owner without one. */
export function aclOfObject(bucket: Bucket, version: Version): Acl {
  const owner = ownerOfObject(bucket, version);
  if (version.acl === null || bucket.s3.ownership === 'BucketOwnerEnforced')
    return privateTo(owner);
  return aclFromJson(version.acl);
}

/** Null where roles alone say: a version without an ACL in a drive without one. */
export function aclAsked(bucket: Bucket, version: Version): Acl | null {
  if (version.acl === null && bucket.acl === null) return null;
  const { grants } = inForce(aclOfObject(bucket, version), bucket.s3);
  return { grants: [...grants, ...alwaysTo(ownerOfObject(bucket, version))] };
}

/** Whatever an owner has granted, they can look at it and change it. */
function alwaysTo({ id, name }: S3Owner): readonly Grant[] {
  return [
    { id, name, permission: 'READ_ACP' },
    { id, name, permission: 'WRITE_ACP' },
  ];
}

/** @throws S3Error InvalidArgument, KeyTooLongError. */
export function pathOf(key: string): FilePath {
  try {
    return parseFilePath(key);
  } catch (cause) {
    if (!(cause instanceof FilesError)) throw cause;
    throw new S3Error('InvalidArgument', `${cause.message}: name the object otherwise`, { cause });
  }
}

/**
 * The version that the query names, or the newest.
 * @throws S3Error NoSuchBucket, AccessDenied, NoSuchKey, NoSuchVersion, MethodNotAllowed of a delete marker that was named.
 */
export async function openObject(
  parts: S3Parts,
  request: S3Request,
  asked: Asked,
): Promise<S3Object> {
  const bucket = await findBucket(parts, request);
  await requireExpectedOwner(parts, request, bucket);
  return objectIn(parts, request, bucket, asked, {
    path: pathOf(request.key ?? ''),
    id: request.query.get('versionId'),
  });
}

export interface ObjectName {
  readonly path: FilePath;
  /** As clients name it: hex, or `null`. */
  readonly id: string | undefined;
}

/** @param asked of the object; null where the bucket has been asked. @throws as `openObject`. */
export async function objectIn(
  parts: S3Parts,
  request: S3Request,
  bucket: Bucket,
  asked: Asked | null,
  { path, id }: ObjectName,
): Promise<S3Object> {
  await bucket.drive.upToDate();
  const version = lookUp(bucket.drive, path, id);
  if (version === null || version.kind === 'delete-marker') {
    // Whoever may not list does not learn what is there.
    if (asked !== null) await demand(parts, request, bucket, 'READ');
    if (version === null) throw id === undefined ? noSuchKey() : noSuchVersion();
    throw deleted(version, id);
  }
  if (asked !== null) await demand(parts, request, bucket, asked, aclAsked(bucket, version));
  return { bucket, version };
}

/** Null where there is none. */
export function lookUp(drive: DrivePort, path: FilePath, id: string | undefined): Version | null {
  if (id === undefined) return drive.newest(path);
  try {
    return drive.version(path, id);
  } catch (error) {
    if (error instanceof FilesError && error.code === 'FILE_VERSION_UNKNOWN') return null;
    throw error;
  }
}

function deleted(version: Version, id: string | undefined): S3Error {
  const headers = { 'x-amz-delete-marker': 'true', ...versionHeader(version) };
  return id === undefined
    ? new S3Error('NoSuchKey', 'the object has been deleted: name an earlier version', { headers })
    : new S3Error('MethodNotAllowed', 'the version is a delete marker: name another', {
        headers: { ...headers, allow: 'DELETE' },
      });
}

/** As clients name a version; of a bucket that never kept any, nothing. */
export function versionHeader(version: Version): Record<string, string> {
  return { 'x-amz-version-id': versionId(version) };
}

export function versionId({ isNull, id }: Pick<Version, 'isNull' | 'id'>): string {
  return isNull ? 'null' : id;
}

/** Of what was written: nothing while no versions are kept, as nobody needs to name the one there is. */
export function madeVersionHeader({ drive }: Bucket, version: Version): Record<string, string> {
  return drive.settings.versioning === 'on' ? versionHeader(version) : {};
}

/** Of what is read; nothing of a bucket that has never kept versions. */
export function versionHeaderIn({ settings }: Bucket, version: Version): Record<string, string> {
  return settings.versioning === 'off' ? {} : versionHeader(version);
}

export function noSuchKey(): S3Error {
  return new S3Error('NoSuchKey', 'there is no such object: check its name', {
    headers: { 'x-amz-delete-marker': 'false' },
  });
}

function noSuchVersion(): S3Error {
  return new S3Error('NoSuchVersion', 'the object has no such version: list its versions');
}
