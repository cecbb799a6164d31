/** GetObjectAttributes. */
import type { Version } from '../../../files/drive-port.js';
import type { FilePut } from '../../../files/file-change.js';
import { CHECKSUMS } from '../../../files/stored-content.js';
import { formatHttpDate } from '../http-date.js';
import { xmlAnswer } from '../s3-answer.js';
import { S3Error } from '../s3-error.js';
import type { S3Headers } from '../s3-request.js';
import { element, s3Document, type XmlElement } from '../xml-element.js';
import { partCount } from './byte-range.js';
import { algorithmOf, checksumElements } from './checksums.js';
import { disclosedObject } from './disclosed.js';
import { readCount } from './list-query.js';
import { openObject, versionHeaderIn } from './object-access.js';
import type { S3Operation } from './operation.js';

const ATTRIBUTES = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'] as const;
type Attribute = (typeof ATTRIBUTES)[number];

export const getObjectAttributes: S3Operation = async (parts, request) => {
  const asked = readAsked(request.headers);
  const { bucket, version } = await openObject(parts, request, 'READ');
  const put = await bucket.drive.open(version);
  const told = asked.flatMap((attribute) =>
    attributeElement(attribute, version, put, request.headers),
  );
  const headers = {
    'last-modified': formatHttpDate(version.recordedAt),
    ...versionHeaderIn(bucket, version),
  };
  return {
    ...xmlAnswer(s3Document('GetObjectAttributesResponse', told), headers),
    disclosure: disclosedObject(request, bucket, version),
  };
};

function readAsked(headers: S3Headers): readonly Attribute[] {
  const names = (headers.get('x-amz-object-attributes') ?? '')
    .split(',')
    .map((name) => name.trim());
  const asked = ATTRIBUTES.filter((attribute) => names.includes(attribute));
  if (asked.length === 0 || asked.length !== new Set(names).size)
    throw new S3Error(
      'InvalidArgument',
      `x-amz-object-attributes names some of ${ATTRIBUTES.join(', ')}`,
    );
  return asked;
}

function attributeElement(
  attribute: Attribute,
  version: Version,
  put: FilePut,
  headers: S3Headers,
): readonly XmlElement[] {
  switch (attribute) {
    case 'ETag':
      return [element('ETag', version.etag)];
    case 'Checksum': {
      const sums = checksumElements(version);
      return sums.length === 0 ? [] : [element('Checksum', sums)];
    }
    case 'ObjectParts':
      return put.parts === undefined ? [] : [partsElement(put, headers)];
    case 'StorageClass':
      return [element('StorageClass', 'STANDARD')];
    case 'ObjectSize':
      return [element('ObjectSize', version.size)];
  }
}

function partsElement(
  { parts = [], partSums, checksums }: FilePut,
  headers: S3Headers,
): XmlElement {
  const limit = readCount(headers.get('x-amz-max-parts'), 'x-amz-max-parts', 1000);
  const after = readCount(
    headers.get('x-amz-part-number-marker') ?? '0',
    'x-amz-part-number-marker',
    10_000,
  );
  const sizes = parts.flatMap(([size, count]) => Array.from({ length: count }, () => size));
  const total = partCount(parts);
  const algorithm = CHECKSUMS.find((name) => checksums?.[name] !== undefined);
  const page = sizes.slice(after, after + limit);
  const next = after + page.length;
  return element('ObjectParts', [
    element('PartsCount', total),
    element('PartNumberMarker', after),
    element('NextPartNumberMarker', next),
    element('MaxParts', limit),
    element('IsTruncated', next < total),
    ...page.map((size, at) => {
      const sum = partSums?.[after + at];
      return element('Part', [
        element('PartNumber', after + at + 1),
        element('Size', size),
        sum === undefined || algorithm === undefined
          ? null
          : element(`Checksum${algorithmOf(algorithm)}`, sum),
      ]);
    }),
  ]);
}
