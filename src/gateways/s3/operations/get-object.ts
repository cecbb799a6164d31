/** GetObject and HeadObject, which differ in nothing that is decided here. */
import { without } from '../../../base/without.js';
import type { ReadRange, Version } from '../../../files/drive-port.js';
import type { FilePut } from '../../../files/file-change.js';
import { CHECKSUMS } from '../../../files/stored-content.js';
import { emptyAnswer, type S3Answer } from '../s3-answer.js';
import { S3Error } from '../s3-error.js';
import type { S3Request } from '../s3-request.js';
import { partCount, rangeOfPart, readPartNumber, readRange } from './byte-range.js';
import { checksumHeaders } from './checksums.js';
import { isToBeSent } from './conditions.js';
import { disclosedObject } from './disclosed.js';
import { openObject, type S3Object } from './object-access.js';
import { objectHeaders } from './object-headers.js';
import type { S3Operation } from './operation.js';

export const getObject: S3Operation = async (parts, request) => {
  const overrides = readOverrides(request);
  const object = await openObject(parts, request, 'READ');
  const { bucket, version } = object;
  const disclosure = disclosedObject(request, bucket, version);
  const put = await bucket.drive.open(version);
  const headers = objectHeaders(bucket, version, put);
  if (!isToBeSent(request.headers, version)) {
    return { ...emptyAnswer(304, without(headers, 'content-type')), disclosure };
  }
  return { ...contentAnswer(request, object, put, { ...headers, ...overrides }), disclosure };
};

function contentAnswer(
  request: S3Request,
  { bucket, version }: S3Object,
  put: FilePut,
  headers: Record<string, string>,
): S3Answer {
  const number = readPartNumber(request.query.get('partNumber'));
  const rangeHeader = request.headers.get('range');
  if (number !== undefined && rangeHeader !== undefined)
    throw new S3Error('InvalidRequest', 'give a Range or a partNumber, not both');
  const { size } = version;
  const range =
    number === undefined ? readRange(rangeHeader, size) : rangeOfPart(number, put.parts, size);
  const { start, end }: ReadRange = range ?? { start: 0, end: size };
  const wantsSums = request.headers.get('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
  return {
    status: range === null || size === 0 ? 200 : 206,
    headers: {
      ...headers,
      ...(wantsSums && sumsSent(version, put, { number, isWhole: end - start === size })),
      ...(range !== null && size > 0 && { 'content-range': `bytes ${start}-${end - 1}/${size}` }),
      ...(number !== undefined &&
        put.parts !== undefined && { 'x-amz-mp-parts-count': String(partCount(put.parts)) }),
    },
    body: {
      kind: 'stream',
      length: end - start,
      bytes: bucket.drive.read(put.content, { start, end }),
    },
  };
}

/** Of all of it, or of the part: nobody could check another piece by these. */
function sumsSent(
  version: Version,
  { parts, partSums, checksums }: FilePut,
  { number, isWhole }: { readonly number: number | undefined; readonly isWhole: boolean },
): Record<string, string> {
  if (number === undefined || parts === undefined) return isWhole ? checksumHeaders(version) : {};
  const name = CHECKSUMS.find((one) => checksums?.[one] !== undefined);
  const value = partSums?.[number - 1];
  if (name === undefined || value === undefined) return {};
  const type = checksums?.type;
  const sum = { [name]: value, ...(type !== undefined && { type }) };
  // The ETag of a part, which says nothing of others.
  return checksumHeaders({ etag: '', checksums: sum });
}

const OVERRIDES = [
  'content-type',
  'content-language',
  'expires',
  'cache-control',
  'content-disposition',
  'content-encoding',
] as const;

/** What the link that a client signed says to answer with. @throws S3Error InvalidRequest of one without a signature. */
function readOverrides({ query, caller }: S3Request): Record<string, string> {
  const asked = OVERRIDES.flatMap((header) => {
    const value = query.get(`response-${header}`);
    return value === undefined ? [] : [[header, value] as const];
  });
  if (asked.length > 0 && caller === null)
    throw new S3Error('InvalidRequest', 'headers of the answer are given in signed requests only');
  for (const [header, value] of asked)
    if (!/^[\t\x20-\x7e\x80-\xff]{0,1024}$/.test(value))
      throw new S3Error('InvalidArgument', `response-${header} is no value of a header`);
  return Object.fromEntries(asked);
}
