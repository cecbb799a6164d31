/** ListObjectVersions. */
import { formatInstant } from '../../../base/time.js';
import type { Version } from '../../../files/drive-port.js';
import { xmlAnswer } from '../s3-answer.js';
import { S3Error } from '../s3-error.js';
import { element, s3Document, type XmlElement } from '../xml-element.js';
import { type Bucket, openBucket } from './bucket-access.js';
import { algorithmElements } from './checksums.js';
import { disclosed } from './disclosed.js';
import { commonPrefixes, NOTHING } from './list-objects.js';
import { MAX_KEYS, readCount, readEncoding } from './list-query.js';
import { ownerOfObject, versionId } from './object-access.js';
import type { S3Operation } from './operation.js';
import { ownerElement } from './owner.js';

export const listObjectVersions: S3Operation = async (parts, request) => {
  const { query } = request;
  const { isUrl, encoded } = readEncoding(request);
  const limit = readCount(query.get('max-keys'), 'max-keys', MAX_KEYS);
  const bucket = await openBucket(parts, request, 'READ');
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const after = query.get('key-marker') ?? '';
  const afterVersion = query.get('version-id-marker') ?? '';
  if (afterVersion !== '' && after === '')
    throw new S3Error('InvalidArgument', 'a version-id-marker needs a key-marker');
  await bucket.drive.upToDate();
  const listing =
    limit === 0
      ? NOTHING
      : bucket.drive.listVersions({
          limit,
          prefix,
          ...(delimiter !== '' && { delimiter }),
          ...(after !== '' && { after }),
          ...(afterVersion !== '' && { afterVersion }),
        });
  const { items, isTruncated, last } = listing;
  const document = s3Document('ListVersionsResult', [
    element('Name', bucket.drive.name),
    element('Prefix', encoded(prefix)),
    element('KeyMarker', encoded(after)),
    element('VersionIdMarker', afterVersion),
    ...(isTruncated && last !== null
      ? [
          element('NextKeyMarker', encoded(last.path)),
          ...(last.version === null ? [] : [element('NextVersionIdMarker', last.version)]),
        ]
      : []),
    element('MaxKeys', limit),
    ...(delimiter === '' ? [] : [element('Delimiter', encoded(delimiter))]),
    element('IsTruncated', isTruncated),
    ...(isUrl ? [element('EncodingType', 'url')] : []),
    ...items.map((item) => versionElement(bucket, item, encoded)),
    ...commonPrefixes(listing, encoded),
  ]);
  const question = { prefix, delimiter, after };
  return { ...xmlAnswer(document), disclosure: disclosed(request, bucket, items, question) };
};

function versionElement(
  bucket: Bucket,
  version: Version,
  encoded: (text: string) => string,
): XmlElement {
  const isFile = version.kind === 'file';
  return element(isFile ? 'Version' : 'DeleteMarker', [
    element('Key', encoded(version.path)),
    element('VersionId', versionId(version)),
    element('IsLatest', version.isLatest),
    element('LastModified', formatInstant(version.recordedAt)),
    ...(isFile
      ? [
          element('ETag', `"${version.etag}"`),
          ...algorithmElements(version.checksums),
          element('Size', version.size),
          element('StorageClass', 'STANDARD'),
        ]
      : []),
    ownerElement('Owner', ownerOfObject(bucket, version)),
  ]);
}
