/** CreateMultipartUpload, AbortMultipartUpload, and which upload a request is about. */
import type { DrivePort } from '../../../files/drive-port.js';
import type { FilePath } from '../../../files/file-path.js';
import { FilesError } from '../../../files/files-error.js';
import type { ChecksumName } from '../../../files/stored-content.js';
import type { Upload, UploadOptions } from '../../../files/uploads-port.js';
import { emptyAnswer, xmlAnswer } from '../s3-answer.js';
import { S3Error } from '../s3-error.js';
import type { S3Headers, S3Request } from '../s3-request.js';
import { element, s3Document } from '../xml-element.js';
import { type Bucket, openBucket } from './bucket-access.js';
import { algorithmOf, readAlgorithm } from './checksums.js';
import { pathOf } from './object-access.js';
import { readDescription } from './object-description.js';
import type { S3Operation, S3Parts } from './operation.js';
import { actorOf } from './owner.js';
import { readSayings } from './put-object.js';

export const createMultipartUpload: S3Operation = async (parts, request) => {
  const path = pathOf(request.key ?? '');
  const bucket = await openBucket(parts, request, 'WRITE');
  const sums = readSums(request.headers);
  const upload = await bucket.drive.uploads.begin(actorOf(request), path, {
    ...readDescription(request.headers),
    ...(await readSayings(parts, request, bucket)),
    ...sums,
  });
  const document = s3Document('InitiateMultipartUploadResult', [
    element('Bucket', bucket.drive.name),
    element('Key', path),
    element('UploadId', upload.id),
  ]);
  return xmlAnswer(document, {
    ...(sums.sum !== undefined && { 'x-amz-checksum-algorithm': algorithmOf(sums.sum) }),
    ...(sums.sumType !== undefined && { 'x-amz-checksum-type': sums.sumType }),
  });
};

/** Which of whole files can be made out of those of parts, and which of them only that way. */
const TYPES: Readonly<Record<ChecksumName, readonly ('FULL_OBJECT' | 'COMPOSITE')[]>> = {
  crc32: ['COMPOSITE', 'FULL_OBJECT'],
  crc32c: ['COMPOSITE', 'FULL_OBJECT'],
  crc64nvme: ['FULL_OBJECT'],
  sha1: ['COMPOSITE'],
  sha256: ['COMPOSITE'],
};

function readSums(headers: S3Headers): Pick<UploadOptions, 'sum' | 'sumType'> {
  const sum = readAlgorithm(headers);
  const type = headers.get('x-amz-checksum-type')?.toUpperCase();
  if (sum === null) {
    if (type === undefined) return {};
    throw new S3Error('InvalidRequest', 'x-amz-checksum-type needs x-amz-checksum-algorithm');
  }
  const sumType = type === undefined ? TYPES[sum][0] : TYPES[sum].find((one) => one === type);
  if (sumType === undefined)
    throw new S3Error(
      'InvalidRequest',
      `${algorithmOf(sum)} has the types ${TYPES[sum].join(', ')}`,
    );
  return { sum, sumType };
}

export const abortMultipartUpload: S3Operation = async (parts, request) => {
  const { bucket, upload } = await openUpload(parts, request);
  await bucket.drive.uploads.abort(upload.id);
  return emptyAnswer(204);
};

/** Whoever may write into the bucket, and has its id, may go on with an upload. @throws S3Error NoSuchUpload. */
export async function openUpload(
  parts: S3Parts,
  request: S3Request,
): Promise<{ readonly bucket: Bucket; readonly upload: Upload }> {
  const path = pathOf(request.key ?? '');
  const bucket = await openBucket(parts, request, 'WRITE');
  const upload = await findUpload(bucket.drive, path, request);
  if (upload === null) throw noSuchUpload();
  return { bucket, upload };
}

/** Null where there is none of this path. */
export async function findUpload(
  { uploads }: DrivePort,
  path: FilePath,
  { query }: Pick<S3Request, 'query'>,
): Promise<Upload | null> {
  const id = query.get('uploadId') ?? '';
  if (!/^[0-9a-f]{32}$/.test(id)) return null;
  try {
    const upload = await uploads.find(id);
    return upload.path === path ? upload : null;
  } catch (error) {
    if (error instanceof FilesError && error.code === 'UPLOAD_UNKNOWN') return null;
    throw error;
  }
}

export function noSuchUpload(): S3Error {
  return new S3Error('NoSuchUpload', 'there is no such upload of this key: it may have ended');
}
