/** ListParts, ListMultipartUploads. */
import { formatInstant } from '../../../base/time.js';
import type { Upload } from '../../../files/uploads-port.js';
import { xmlAnswer } from '../s3-answer.js';
import { element, s3Document, type XmlElement } from '../xml-element.js';
import { openBucket } from './bucket-access.js';
import { algorithmOf, checksumElements } from './checksums.js';
import { openUpload } from './create-upload.js';
import { MAX_KEYS, readCount, readEncoding } from './list-query.js';
import type { S3Operation } from './operation.js';
import { ownerElement, ownerOf } from './owner.js';

/** Nothing of it has been put yet, so that nothing is shown that an entry says. */
export const listParts: S3Operation = async (parts, request) => {
  const { query } = request;
  const limit = readCount(query.get('max-parts'), 'max-parts', MAX_KEYS);
  const after = readCount(query.get('part-number-marker') ?? '0', 'part-number-marker', 10_000);
  const { bucket, upload } = await openUpload(parts, request);
  const found = await bucket.drive.uploads.parts(upload.id, after, limit + 1);
  const page = found.slice(0, limit);
  const { options } = upload;
  return xmlAnswer(
    s3Document('ListPartsResult', [
      element('Bucket', bucket.drive.name),
      element('Key', upload.path),
      element('UploadId', upload.id),
      ...ownersOf(upload),
      element('StorageClass', 'STANDARD'),
      element('PartNumberMarker', after),
      element('NextPartNumberMarker', page.at(-1)?.number ?? 0),
      element('MaxParts', limit),
      element('IsTruncated', found.length > page.length),
      ...sumElements(options),
      ...page.map((part) =>
        element('Part', [
          element('PartNumber', part.number),
          element('LastModified', formatInstant(part.storedAt)),
          element('ETag', `"${part.etag}"`),
          element('Size', part.size),
          ...checksumElements({ etag: part.etag, checksums: part.sums }),
        ]),
      ),
    ]),
  );
};

export const listMultipartUploads: S3Operation = async (parts, request) => {
  const { query } = request;
  const { isUrl, encoded } = readEncoding(request);
  const limit = readCount(query.get('max-uploads'), 'max-uploads', MAX_KEYS, 1);
  const bucket = await openBucket(parts, request, 'READ');
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const start = keyMarker === '' ? null : { path: keyMarker, id: idMarker };
  const { items, isTruncated } = await bucket.drive.uploads.list({
    prefix,
    limit,
    ...(start !== null && { after: idMarker === '' ? { path: keyMarker } : start }),
  });
  const { shown, prefixes } = folded(items, prefix, delimiter);
  const last = items.at(-1);
  return xmlAnswer(
    s3Document('ListMultipartUploadsResult', [
      element('Bucket', bucket.drive.name),
      element('KeyMarker', encoded(keyMarker)),
      element('UploadIdMarker', idMarker),
      ...(isTruncated && last !== undefined
        ? [element('NextKeyMarker', encoded(last.path)), element('NextUploadIdMarker', last.id)]
        : []),
      element('Prefix', encoded(prefix)),
      ...(delimiter === '' ? [] : [element('Delimiter', encoded(delimiter))]),
      element('MaxUploads', limit),
      element('IsTruncated', isTruncated),
      ...(isUrl ? [element('EncodingType', 'url')] : []),
      ...shown.map((upload) =>
        element('Upload', [
          element('Key', encoded(upload.path)),
          element('UploadId', upload.id),
          ...ownersOf(upload),
          element('StorageClass', 'STANDARD'),
          element('Initiated', formatInstant(upload.begunAt)),
          ...sumElements(upload.options),
        ]),
      ),
      ...prefixes.map((one) => element('CommonPrefixes', [element('Prefix', encoded(one))])),
    ]),
  );
};

/** What has the delimiter behind the prefix is told as what stands before it. */
function folded(
  items: readonly Upload[],
  prefix: string,
  delimiter: string,
): { readonly shown: readonly Upload[]; readonly prefixes: readonly string[] } {
  if (delimiter === '') return { shown: items, prefixes: [] };
  const commonOf = ({ path }: Upload): string | null => {
    const at = path.indexOf(delimiter, prefix.length);
    return at === -1 ? null : path.slice(0, at + delimiter.length);
  };
  const prefixes = items.map(commonOf).filter((one) => one !== null);
  return {
    shown: items.filter((item) => commonOf(item) === null),
    prefixes: [...new Set(prefixes)],
  };
}

function ownersOf({ author }: Upload): readonly XmlElement[] {
  const owner = ownerOf(author);
  return [ownerElement('Initiator', owner), ownerElement('Owner', owner)];
}

function sumElements({ sum, sumType }: Upload['options']): readonly XmlElement[] {
  if (sum === undefined) return [];
  return [
    element('ChecksumAlgorithm', algorithmOf(sum)),
    ...(sumType === undefined ? [] : [element('ChecksumType', sumType)]),
  ];
}
