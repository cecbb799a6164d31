/** CreateBucket: a drive, whose ACL says from the start that it is its maker's alone. */
import type { DriveSettings } from '../../../files/drive-settings.js';
import { FilesError } from '../../../files/files-error.js';
import { emptyAnswer, type S3Answer } from '../s3-answer.js';
import { notImplemented, S3Error } from '../s3-error.js';
import type { S3Request } from '../s3-request.js';
import { readXmlBody } from '../small-body.js';
import { child, childText } from '../xml-element.js';
import { requestedAcl } from './acl-request.js';
import { type Acl, aclToJson, isPublic, privateTo } from './acl.js';
import { bucketOf, findBucket, tenantOf } from './bucket-access.js';
import { checkBucketName } from './bucket-names.js';
import { LOCATION, withBucketS3 } from './bucket-s3.js';
import type { S3Operation, S3Parts } from './operation.js';
import { actorOf, authorOf, ownerOf } from './owner.js';
import { readOwnership } from './ownership-controls.js';
import { requirePublisher } from './public-grants.js';

type Wanted = Pick<DriveSettings, 'versioning' | 'acl' | 'lock' | 's3'>;

export const createBucket: S3Operation = async (parts, request) => {
  const { drives, access } = parts;
  const name = request.bucket ?? '';
  const tenant = tenantOf(request);
  await access.require(request, 'drive:create', { tenant, drive: null });
  checkBucketName(name);
  const { acl, settings } = await wantedOf(request);
  const place = { tenant, drive: name };
  if (isPublic(acl)) await requirePublisher(parts, request, place, acl);
  const question = { operation: request.operation, bucket: name };
  try {
    await access.act(request, 'drive:create', place, { question }, async () => {
      const drive = await drives.make(tenant, actorOf(request), name, settings);
      return { made: { ledger: drive.name }, result: undefined };
    });
  } catch (error) {
    if (!(error instanceof FilesError) || error.code !== 'DRIVE_EXISTS') throw error;
    return again(parts, request, settings);
  }
  return created(name);
};

/** Made once more by its owner it stands as it is, as in S3's oldest region: clients make sure of their bucket so. */
async function again(parts: S3Parts, request: S3Request, wanted: Wanted): Promise<S3Answer> {
  const taken = new S3Error('BucketAlreadyExists', 'the name is taken: choose another');
  const found = await findBucket(parts, request).catch((error: unknown) => {
    // A ledger that is no drive, or a drive that the caller must not know of.
    if (error instanceof S3Error && error.code === 'NoSuchBucket') throw taken;
    throw error;
  });
  const { settings, owner } = bucketOf(found.drive, found.place);
  if (owner.id !== ownerOf(authorOf(request)).id) throw taken;
  const isSame =
    JSON.stringify(settings.acl) === JSON.stringify(wanted.acl) &&
    (settings.lock !== undefined) === (wanted.lock !== undefined);
  if (!isSame) throw taken;
  return created(found.drive.name);
}

function created(name: string): S3Answer {
  return emptyAnswer(200, { location: `/${name}` });
}

async function wantedOf(request: S3Request): Promise<{ acl: Acl; settings: Wanted }> {
  const owner = ownerOf(authorOf(request));
  const acl = requestedAcl(request.headers, owner, owner) ?? privateTo(owner);
  const isLocked =
    request.headers.get('x-amz-bucket-object-lock-enabled')?.toLowerCase() === 'true';
  const ownership = request.headers.get('x-amz-object-ownership');
  const known = ownership === undefined ? undefined : readOwnership(ownership);
  if (known === 'BucketOwnerEnforced' && isPublic(acl))
    throw new S3Error(
      'InvalidBucketAclWithObjectOwnership',
      'with BucketOwnerEnforced a bucket has no ACL: leave one of them out',
    );
  const location = await readLocation(request);
  const { s3 } = withBucketS3({} as DriveSettings, { location, ownership: known });
  return {
    acl,
    settings: {
      acl: aclToJson(acl),
      versioning: isLocked ? 'on' : 'off',
      ...(isLocked && { lock: {} }),
      ...(s3 !== undefined && { s3 }),
    },
  };
}

async function readLocation(request: S3Request): Promise<string | undefined> {
  if (request.body.expectedLength === 0 || request.body.expectedLength === null) {
    // Read all the same: it may be announced to be something else.
    for await (const piece of request.body)
      if (piece.length > 0) throw new S3Error('MissingContentLength', 'give Content-Length');
    return undefined;
  }
  const root = await readXmlBody(request, 'CreateBucketConfiguration', 4096);
  if (child(root, 'Bucket') !== null || child(root, 'Location') !== null)
    throw notImplemented('a directory bucket');
  if (child(root, 'Tags') !== null) throw notImplemented('CreateBucketConfiguration with Tags');
  const location = childText(root, 'LocationConstraint') ?? undefined;
  if (location !== undefined && !LOCATION.test(location))
    throw new S3Error(
      'InvalidLocationConstraint',
      'a location is 1 to 64 letters, digits and hyphens',
    );
  return location;
}
