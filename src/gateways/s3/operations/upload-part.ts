/** UploadPart, UploadPartCopy. */
import { formatInstant } from '../../../base/time.js';
import type { ReadRange, StoreOptions } from '../../../files/drive-port.js';
import type { StoredContent } from '../../../files/stored-content.js';
import type { Upload, UploadPart } from '../../../files/uploads-port.js';
import { emptyAnswer, xmlAnswer } from '../s3-answer.js';
import { MAX_BODY_BYTES } from '../s3-body.js';
import { S3Error } from '../s3-error.js';
import { element, s3Document } from '../xml-element.js';
import { readPartNumber } from './byte-range.js';
import { algorithmOf, checksumElements, checksumHeaders } from './checksums.js';
import { sourceHeader } from './copy-object.js';
import { openSource } from './copy-source.js';
import { openUpload } from './create-upload.js';
import { disclosedObject } from './disclosed.js';
import type { S3Object } from './object-access.js';
import type { S3Operation } from './operation.js';

export const uploadPart: S3Operation = async (parts, request) => {
  const number = partNumberOf(request.query.get('partNumber'));
  const { bucket, upload } = await openUpload(parts, request);
  const { drive } = bucket;
  const content = await drive.store(request.body, {
    ...optionsFor(upload),
    md5: () => request.body.facts().md5,
  });
  requireAlgorithm(upload, request.body.facts().checksums);
  const part = await drive.uploads.addPart(upload.id, number, content);
  return emptyAnswer(200, {
    etag: `"${part.etag}"`,
    ...checksumHeaders({ etag: part.etag, checksums: part.sums }),
  });
};

export const uploadPartCopy: S3Operation = async (parts, request) => {
  const number = partNumberOf(request.query.get('partNumber'));
  const { bucket, upload } = await openUpload(parts, request);
  const source = await openSource(parts, request, bucket);
  const header = request.headers.get('x-amz-copy-source-range');
  const content = await copied(source, header, (bytes) =>
    bucket.drive.store(bytes, optionsFor(upload)),
  );
  const part: UploadPart = await bucket.drive.uploads.addPart(upload.id, number, content);
  const document = s3Document('CopyPartResult', [
    element('LastModified', formatInstant(part.storedAt)),
    element('ETag', `"${part.etag}"`),
    ...checksumElements({ etag: part.etag, checksums: part.sums }),
  ]);
  return {
    ...xmlAnswer(document, sourceHeader(source)),
    disclosure: disclosedObject(request, source.bucket, source.version),
  };
};

async function copied(
  { bucket, version }: S3Object,
  header: string | undefined,
  store: (bytes: AsyncIterable<Uint8Array>) => Promise<StoredContent>,
): Promise<StoredContent> {
  const range = header === undefined ? undefined : readCopyRange(header, version.size);
  const put = await bucket.drive.open(version);
  return store(bucket.drive.read(put.content, range));
}

/** Unlike a Range, it has both ends, and they are there. */
function readCopyRange(header: string, size: number): ReadRange {
  const [, first, last] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header) ?? [];
  if (first === undefined || Number(last) < Number(first))
    throw new S3Error('InvalidArgument', 'x-amz-copy-source-range is bytes=first-last');
  const range = { start: Number(first), end: Number(last) + 1 };
  if (range.end > size) throw new S3Error('InvalidRange', 'the source has no such bytes');
  return range;
}

function optionsFor({ author, subject, options }: Upload): StoreOptions {
  const sums = options.sum === undefined ? [] : [options.sum];
  return { by: { author }, subject, sums, maxBytes: MAX_BODY_BYTES };
}

function requireAlgorithm(
  { options }: Upload,
  checksums: readonly { readonly algorithm: string }[],
): void {
  if (options.sum === undefined) return;
  const expected = algorithmOf(options.sum);
  if (!checksums.every(({ algorithm }) => algorithm === expected))
    throw new S3Error(
      'InvalidRequest',
      `the upload has checksums of ${expected}: send that of the part`,
    );
}

function partNumberOf(text: string | undefined): number {
  return readPartNumber(text ?? '') ?? 0;
}
