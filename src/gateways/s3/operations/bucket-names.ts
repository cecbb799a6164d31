/** Names of buckets: those of drives that are host names too (Amazon S3 User Guide, "Bucket naming rules"). */
import { S3Error } from '../s3-error.js';

/** @throws S3Error InvalidBucketName. */
export function checkBucketName(name: string): void {
  const isLabelled = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(name);
  const isAddress = /^\d{1,3}(\.\d{1,3}){3}$/.test(name);
  if (name.length < 3 || name.length > 63 || !isLabelled || isAddress)
    throw new S3Error(
      'InvalidBucketName',
      'a bucket has a name of 3 to 63 lower-case letters, digits, dots and hyphens, as a host has',
    );
}
