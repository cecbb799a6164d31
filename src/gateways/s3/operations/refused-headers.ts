/** What a client may ask of an object that is not served here: told by name, never ignored. */
import { notImplemented } from '../s3-error.js';
import type { S3Headers } from '../s3-request.js';

const REFUSED = [
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-context',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-server-side-encryption-customer-key',
  'x-amz-copy-source-server-side-encryption-customer-algorithm',
  'x-amz-website-redirect-location',
  'x-amz-write-offset-bytes',
] as const;

/** Everything lies here encrypted, under keys that a client cannot choose. @throws S3Error NotImplemented. */
export function refuseUnserved(headers: S3Headers): void {
  for (const name of REFUSED)
    if (headers.get(name) !== undefined)
      throw notImplemented(`the header ${name}`, { Header: name });
  const storage = headers.get('x-amz-storage-class') ?? 'STANDARD';
  if (storage !== 'STANDARD')
    throw notImplemented('another storage class than STANDARD', { Header: 'x-amz-storage-class' });
}
