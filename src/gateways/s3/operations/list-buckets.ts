/** ListBuckets: those that the caller may look into. */
import { formatInstant } from '../../../base/time.js';
import { xmlAnswer } from '../s3-answer.js';
import { S3Error } from '../s3-error.js';
import { element, s3Document } from '../xml-element.js';
import { bucketOf, may, tenantOf } from './bucket-access.js';
import { mayConfigure } from './configure-bucket.js';
import { readCount } from './list-query.js';
import type { S3Operation } from './operation.js';
import { authorOf, ownerElement, ownerOf } from './owner.js';
import { encodeToken, decodeToken } from './tokens.js';

export const listBuckets: S3Operation = async (parts, request) => {
  const { drives, access } = parts;
  const { query, caller } = request;
  if (caller === null) throw new S3Error('AccessDenied', 'sign the request to list buckets');
  const tenant = tenantOf(request);
  const limit = readCount(query.get('max-buckets'), 'max-buckets', 10_000, 1);
  const prefix = query.get('prefix') ?? '';
  const token = query.get('continuation-token');
  const after = token === undefined ? '' : decodeToken(token);
  const all = await drives.list(tenant);
  const shown = all
    .map((drive) => bucketOf(drive, { tenant, drive: drive.name }))
    .filter((bucket) => bucket.drive.name.startsWith(prefix) && bucket.drive.name > after)
    .filter((bucket) => !access.hides(request, bucket.place))
    .filter(
      (bucket) =>
        may(parts, request, bucket, 'READ', bucket.acl) || mayConfigure(parts, request, bucket),
    );
  const page = shown.slice(0, limit);
  const last = page.at(-1);
  return xmlAnswer(
    s3Document(
      'ListAllMyBucketsResult',
      [
        ownerElement('Owner', ownerOf(authorOf(request))),
        element(
          'Buckets',
          page.map(({ drive, settings }) =>
            element('Bucket', [
              element('Name', drive.name),
              element('CreationDate', formatInstant(settings.madeAt)),
            ]),
          ),
        ),
        prefix === '' ? null : element('Prefix', prefix),
        shown.length > page.length && last !== undefined
          ? element('ContinuationToken', encodeToken(last.drive.name))
          : null,
      ].filter((one) => one !== null),
    ),
  );
};
