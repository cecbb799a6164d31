/** What only S3 keeps of a bucket: the member `s3` of a drive's settings. */
import type { JsonObject } from '../../../base/canonical-json.js';
import { BOOLEAN, JsonMembers, oneOf, textLike } from '../../../base/json-members.js';
import { without } from '../../../base/without.js';
import { type DriveSettings, given } from '../../../files/drive-settings.js';
import { damagedSettings } from './kept-settings-error.js';

export interface PublicAccessBlock {
  readonly blockPublicAcls: boolean;
  readonly ignorePublicAcls: boolean;
  readonly blockPublicPolicy: boolean;
  readonly restrictPublicBuckets: boolean;
}

/** `BucketOwnerPreferred` is not served: objects would change hands by what an ACL says. */
export const OWNERSHIPS = ['BucketOwnerEnforced', 'ObjectWriter'] as const;
export type Ownership = (typeof OWNERSHIPS)[number];

export interface BucketS3 {
  /** What its maker called the place where it lies. */
  readonly location?: string;
  readonly publicAccess?: PublicAccessBlock;
  readonly ownership?: Ownership;
}

export const LOCATION = /^[a-z0-9-]{1,64}$/i;

/** @throws FilesError FILES_DAMAGED. */
export function bucketS3Of({ s3 }: Pick<DriveSettings, 's3'>): BucketS3 {
  if (s3 === undefined) return {};
  const members = new JsonMembers(s3, refuse, 's3');
  const hasBlock = 'publicAccess' in s3;
  const read: BucketS3 = {
    ...given('location', members.optional('location', textLike(LOCATION, 'a location'))),
    ...given('ownership', members.optional('ownership', oneOf(...OWNERSHIPS))),
    ...(hasBlock && { publicAccess: readBlock(members.object('publicAccess')) }),
  };
  members.end();
  return read;
}

function readBlock(members: JsonMembers): PublicAccessBlock {
  const block = {
    blockPublicAcls: members.required('blockPublicAcls', BOOLEAN),
    ignorePublicAcls: members.required('ignorePublicAcls', BOOLEAN),
    blockPublicPolicy: members.required('blockPublicPolicy', BOOLEAN),
    restrictPublicBuckets: members.required('restrictPublicBuckets', BOOLEAN),
  };
  members.end();
  return block;
}

/** With these members in place of what they were; one that is undefined goes. */
export function withBucketS3(
  settings: DriveSettings,
  change: { readonly [name in keyof BucketS3]: BucketS3[name] | undefined },
): DriveSettings {
  const changed = { ...bucketS3Of(settings), ...change };
  const { location, publicAccess, ownership } = changed;
  const s3: JsonObject = {
    ...given('location', location),
    ...given('ownership', ownership),
    ...(publicAccess !== undefined && { publicAccess: { ...publicAccess } }),
  };
  return Object.keys(s3).length === 0 ? without(settings, 's3') : { ...settings, s3 };
}

function refuse(reason: string): Error {
  return damagedSettings('what S3 keeps', reason);
}
