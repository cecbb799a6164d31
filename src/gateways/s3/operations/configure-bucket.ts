/** Changing what is set of a bucket: an administrative act, of its owner or whoever may configure drives. */
import type { JsonObject } from '../../../base/canonical-json.js';
import type { DriveSettings } from '../../../files/drive-settings.js';
import { emptyAnswer, type S3Answer } from '../s3-answer.js';
import type { S3Request } from '../s3-request.js';
import { type Bucket, denied, findBucket, requireExpectedOwner } from './bucket-access.js';
import type { S3Parts } from './operation.js';
import { actorOf, authorOf, ownerOf } from './owner.js';

/** @throws S3Error as `findBucket`; AccessDenied. */
export async function openOwnBucket(parts: S3Parts, request: S3Request): Promise<Bucket> {
  const bucket = await findBucket(parts, request);
  await requireExpectedOwner(parts, request, bucket);
  if (!mayConfigure(parts, request, bucket))
    throw await denied(parts, request, 'drive:configure', bucket.place);
  return bucket;
}

/** Whoever may make drives looks after their own. */
export function mayConfigure(
  { access }: Pick<S3Parts, 'access'>,
  request: S3Request,
  { place, owner }: Bucket,
): boolean {
  if (access.allows(request, 'drive:configure', place)) return true;
  return (
    owner.id === ownerOf(authorOf(request)).id && access.allows(request, 'drive:create', place)
  );
}

/**
 * @param question what is to be set, for the access ledger.
 * @param change also looks whether it can be: what it throws is thrown.
 */
export async function configure(
  { access }: Pick<S3Parts, 'access'>,
  request: S3Request,
  { drive, place }: Bucket,
  question: JsonObject,
  change: (old: DriveSettings) => DriveSettings,
): Promise<void> {
  const about = { question: { operation: request.operation, ...question } };
  await access.act(request, 'drive:configure', place, about, async () => {
    await drive.configure(actorOf(request), change);
    return { made: {}, result: undefined };
  });
}

/** An operation that sets one thing to what its body says, once the caller has been found to be one who may. */
export function setting<T extends JsonObject>(
  read: (request: S3Request, bucket: Bucket) => Promise<T>,
  change: (old: DriveSettings, value: T) => DriveSettings,
  status = 200,
): (parts: S3Parts, request: S3Request) => Promise<S3Answer> {
  return async (parts, request) => {
    const bucket = await openOwnBucket(parts, request);
    const value = await read(request, bucket);
    await configure(parts, request, bucket, value, (old) => change(old, value));
    return emptyAnswer(status);
  };
}
