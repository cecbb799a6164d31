/** The header `x-amz-copy-source`: `/bucket/key?versionId=…`, percent-encoded. */
import { S3Error } from '../s3-error.js';
import type { S3Request } from '../s3-request.js';
import { type Bucket, findBucket } from './bucket-access.js';
import { checkSource } from './conditions.js';
import { objectIn, type ObjectName, pathOf, type S3Object } from './object-access.js';
import type { S3Parts } from './operation.js';

interface CopySource extends ObjectName {
  readonly bucket: string;
}

/** @throws S3Error InvalidArgument. */
export function parseCopySource(header: string): CopySource {
  // Behind the last `?`: a key may have one of its own, which then is encoded.
  const at = header.lastIndexOf('?versionId=');
  const place = at === -1 ? header : header.slice(0, at);
  const id = at === -1 ? undefined : decoded(header.slice(at + '?versionId='.length));
  const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(decoded(place)) ?? [];
  if (bucket === undefined || key === undefined) throw invalid();
  return { bucket, path: pathOf(key), id };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw invalid(cause);
  }
}

function invalid(cause?: unknown): S3Error {
  const options = cause === undefined ? {} : { cause };
  return new S3Error(
    'InvalidArgument',
    'x-amz-copy-source is /bucket/key, percent-encoded',
    options,
  );
}

/** @throws S3Error of the source; PreconditionFailed. */
export async function openSource(
  parts: S3Parts,
  request: S3Request,
  into: Bucket,
): Promise<S3Object> {
  const source = parseCopySource(request.headers.get('x-amz-copy-source') ?? '');
  const isSame = source.bucket === into.drive.name;
  const bucket = isSame ? into : await findBucket(parts, request, source.bucket);
  const expected = request.headers.get('x-amz-source-expected-bucket-owner');
  if (expected !== undefined && expected !== bucket.owner.id)
    throw new S3Error('AccessDenied', 'the source is of another owner than expected');
  const object = await objectIn(parts, request, bucket, 'READ', source);
  checkSource(request.headers, object.version);
  return object;
}
