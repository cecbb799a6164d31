/** CopyObject. What is copied is said to be shown: whoever has the copy has what it is of. */
import { formatInstant } from '../../../base/time.js';
import type { PutOptions, Version } from '../../../files/drive-port.js';
import type { FilePut } from '../../../files/file-change.js';
import { S3Error } from '../s3-error.js';
import type { S3Headers } from '../s3-request.js';
import { element, s3Document, type XmlElement } from '../xml-element.js';
import { openBucket } from './bucket-access.js';
import { checksumElements, fullChecksums, readAlgorithm } from './checksums.js';
import { writeCondition } from './conditions.js';
import { openSource } from './copy-source.js';
import { disclosedObject } from './disclosed.js';
import { madeAnswer } from './made-answer.js';
import { pathOf, type S3Object, versionId } from './object-access.js';
import { readDescription } from './object-description.js';
import type { S3Operation } from './operation.js';
import { actorOf } from './owner.js';
import { readSayings } from './put-object.js';

export const copyObject: S3Operation = async (parts, request) => {
  const { headers } = request;
  const path = pathOf(request.key ?? '');
  const bucket = await openBucket(parts, request, 'WRITE');
  const source = await openSource(parts, request, bucket);
  const replaces = readDirective(headers, 'x-amz-metadata-directive');
  const replacesTags = readDirective(headers, 'x-amz-tagging-directive');
  const isItself = source.bucket.drive === bucket.drive && source.version.path === path;
  if (isItself && source.version.isLatest && !replaces)
    throw new S3Error(
      'InvalidRequest',
      'a copy to itself changes something: give x-amz-metadata-directive: REPLACE',
    );
  const { tags, ...sayings } = await readSayings(parts, request, bucket);
  const from = source.bucket.drive;
  const put = await from.open(source.version);
  const algorithm = readAlgorithm(headers);
  const { subject } = source.version;
  const to = { by: actorOf(request), ...(algorithm !== null && { sums: [algorithm] }) };
  const condition = writeCondition(headers);
  // Before anything is copied; it is asked again when the version is made.
  condition?.(bucket.drive.newest(path));
  const make = async (): Promise<Version> => {
    const content = await bucket.drive.copyOf(put, subject, from, to);
    const checksums = fullChecksums(content.sums) ?? kept(put);
    const { version } = await bucket.drive.put(actorOf(request), path, content, {
      ...(replaces ? readDescription(headers) : descriptionOf(put)),
      ...sayings,
      tags: replacesTags ? (tags ?? {}) : source.version.tags,
      ...(checksums !== undefined && { checksums }),
      from: { drive: from.name, version: source.version.id },
      ...(condition !== undefined && { condition }),
    });
    return version;
  };
  const isLong = put.size >= parts.longBytes;
  const answer = await madeAnswer(isLong, {
    ...{ bucket, make, documentOf },
    headers: sourceHeader(source),
  });
  return { ...answer, disclosure: disclosedObject(request, source.bucket, source.version) };
};

function documentOf(version: Version): XmlElement {
  return s3Document('CopyObjectResult', [
    element('LastModified', formatInstant(version.recordedAt)),
    element('ETag', `"${version.etag}"`),
    ...checksumElements(version),
  ]);
}

/** Of the whole it holds for the copy as well; one of parts does not, as the copy has none. */
function kept({ checksums }: FilePut): FilePut['checksums'] {
  return checksums?.type === 'COMPOSITE' ? undefined : checksums;
}

function descriptionOf({
  mediaType,
  headers,
  metadata,
}: FilePut): Pick<PutOptions, 'mediaType' | 'headers' | 'metadata'> {
  return {
    mediaType,
    ...(headers !== undefined && { headers }),
    ...(metadata !== undefined && { metadata }),
  };
}

export function sourceHeader({ bucket, version }: S3Object): Record<string, string> {
  if (bucket.settings.versioning === 'off') return {};
  return { 'x-amz-copy-source-version-id': versionId(version) };
}

function readDirective(headers: S3Headers, name: string): boolean {
  const directive = headers.get(name) ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE')
    throw new S3Error('InvalidArgument', `${name} is COPY or REPLACE`);
  return directive === 'REPLACE';
}
