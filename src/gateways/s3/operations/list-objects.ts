/** ListObjects and ListObjectsV2. */
import { formatInstant } from '../../../base/time.js';
import type { Listing, Version } from '../../../files/drive-port.js';
import { xmlAnswer } from '../s3-answer.js';
import { element, s3Document, type XmlElement } from '../xml-element.js';
import { type Bucket, openBucket } from './bucket-access.js';
import { algorithmElements } from './checksums.js';
import { disclosed } from './disclosed.js';
import { MAX_KEYS, readCount, readEncoding } from './list-query.js';
import { ownerOfObject } from './object-access.js';
import type { S3Operation } from './operation.js';
import { ownerElement } from './owner.js';
import { decodeToken, encodeToken } from './tokens.js';

type Encoded = (text: string) => string;

export const listObjects: S3Operation = async (parts, request) => {
  const { query } = request;
  const { isUrl, encoded } = readEncoding(request);
  const limit = readCount(query.get('max-keys'), 'max-keys', MAX_KEYS);
  const bucket = await openBucket(parts, request, 'READ');
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const marker = query.get('marker') ?? '';
  const listing = await listed(bucket, { prefix, delimiter, after: marker, limit });
  const { items, isTruncated, last } = listing;
  const document = s3Document('ListBucketResult', [
    element('Name', bucket.drive.name),
    // As it came: clients decode it in version 2 alone.
    element('Prefix', prefix),
    element('Marker', encoded(marker)),
    ...(isTruncated && last !== null ? [element('NextMarker', encoded(last.path))] : []),
    element('MaxKeys', limit),
    ...(delimiter === '' ? [] : [element('Delimiter', encoded(delimiter))]),
    element('IsTruncated', isTruncated),
    ...(isUrl ? [element('EncodingType', 'url')] : []),
    ...items.map((item) => contents(bucket, item, encoded, true)),
    ...commonPrefixes(listing, encoded),
  ]);
  const question = { prefix, delimiter, marker };
  return { ...xmlAnswer(document), disclosure: disclosed(request, bucket, items, question) };
};

export const listObjectsV2: S3Operation = async (parts, request) => {
  const { query } = request;
  const { isUrl, encoded } = readEncoding(request);
  const limit = readCount(query.get('max-keys'), 'max-keys', MAX_KEYS);
  const owned = query.get('fetch-owner')?.toLowerCase() === 'true';
  const token = query.get('continuation-token');
  const bucket = await openBucket(parts, request, 'READ');
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const startAfter = query.get('start-after');
  // An empty token is one that a client had none for.
  const after = token === undefined || token === '' ? (startAfter ?? '') : decodeToken(token);
  const listing = await listed(bucket, { prefix, delimiter, after, limit });
  const { items, prefixes, isTruncated, last } = listing;
  const document = s3Document('ListBucketResult', [
    element('Name', bucket.drive.name),
    element('Prefix', encoded(prefix)),
    ...(startAfter === undefined ? [] : [element('StartAfter', encoded(startAfter))]),
    ...(token === undefined ? [] : [element('ContinuationToken', token)]),
    ...(isTruncated && last !== null
      ? [element('NextContinuationToken', encodeToken(last.path))]
      : []),
    element('KeyCount', items.length + prefixes.length),
    element('MaxKeys', limit),
    ...(delimiter === '' ? [] : [element('Delimiter', encoded(delimiter))]),
    element('IsTruncated', isTruncated),
    ...(isUrl ? [element('EncodingType', 'url')] : []),
    ...items.map((item) => contents(bucket, item, encoded, owned)),
    ...commonPrefixes(listing, encoded),
  ]);
  const question = { prefix, delimiter, after };
  return { ...xmlAnswer(document), disclosure: disclosed(request, bucket, items, question) };
};

/** What a list of at most no items has. */
export const NOTHING: Listing = { items: [], prefixes: [], isTruncated: false, last: null };

async function listed(
  { drive }: Bucket,
  question: { prefix: string; delimiter: string; after: string; limit: number },
): Promise<Listing> {
  if (question.limit === 0) return NOTHING;
  await drive.upToDate();
  const { prefix, delimiter, after, limit } = question;
  return drive.list({
    limit,
    prefix,
    ...(delimiter !== '' && { delimiter }),
    ...(after !== '' && { after }),
  });
}

function contents(bucket: Bucket, version: Version, encoded: Encoded, owned: boolean): XmlElement {
  return element('Contents', [
    element('Key', encoded(version.path)),
    element('LastModified', formatInstant(version.recordedAt)),
    element('ETag', `"${version.etag}"`),
    ...algorithmElements(version.checksums),
    element('Size', version.size),
    ...(owned ? [ownerElement('Owner', ownerOfObject(bucket, version))] : []),
    element('StorageClass', 'STANDARD'),
  ]);
}

export function commonPrefixes(
  { prefixes }: Pick<Listing, 'prefixes'>,
  encoded: Encoded,
): readonly XmlElement[] {
  return prefixes.map((prefix) => element('CommonPrefixes', [element('Prefix', encoded(prefix))]));
}
