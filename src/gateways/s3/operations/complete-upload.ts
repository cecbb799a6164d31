/** CompleteMultipartUpload: the parts that the client names become a version. */
import type { Version } from '../../../files/drive-port.js';
import { FilesError } from '../../../files/files-error.js';
import { CHECKSUMS } from '../../../files/stored-content.js';
import type { CompletedPart } from '../../../files/uploads-port.js';
import { checksumHeader } from '../checksum.js';
import { S3Error } from '../s3-error.js';
import type { S3Request } from '../s3-request.js';
import { readXmlBody } from '../small-body.js';
import { children, childText, element, s3Document, type XmlElement } from '../xml-element.js';
import { openBucket } from './bucket-access.js';
import { algorithmOf, checksumElements } from './checksums.js';
import { completedBefore } from './completed-before.js';
import { writeCondition } from './conditions.js';
import { findUpload } from './create-upload.js';
import { madeAnswer } from './made-answer.js';
import { checkAnnounced, type Completing, sizeOf } from './named-parts.js';
import { pathOf } from './object-access.js';
import type { S3Operation } from './operation.js';
import { actorOf } from './owner.js';

/** As Amazon S3 has it: all but the last. */
const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;
/** So many parts, each with what may be said of it. */
const MAX_BODY = 4 * 1024 * 1024;

export const completeMultipartUpload: S3Operation = async (parts, request) => {
  const bucket = await openBucket(parts, request, 'WRITE');
  const { drive } = bucket;
  const path = pathOf(request.key ?? '');
  const upload = await findUpload(drive, path, request);
  const named = readParts(await readXmlBody(request, 'CompleteMultipartUpload', MAX_BODY));
  const documentOf = (version: Version): XmlElement =>
    s3Document('CompleteMultipartUploadResult', [
      element('Location', `${request.origin}${encodeURI(`/${drive.name}/${path}`)}`),
      element('Bucket', drive.name),
      element('Key', path),
      element('ETag', `"${version.etag}"`),
      ...checksumElements(version),
    ]);
  const before = (): Promise<Version> => completedBefore(drive, path, named);
  if (upload === null) return madeAnswer(false, { bucket, make: before, documentOf });
  const completing = { drive, upload, named };
  const size = await sizeOf(completing);
  checkAnnounced(request.headers, size);
  const make = (): Promise<Version> => complete(request, completing).catch(orElse(before));
  return madeAnswer(size >= parts.longBytes, { bucket, make, documentOf });
};

async function complete(
  request: S3Request,
  { drive, upload, named }: Completing,
): Promise<Version> {
  const { headers } = request;
  const { sum } = upload.options;
  const announced = sum === undefined ? undefined : headers.get(checksumHeader(algorithmOf(sum)));
  const condition = writeCondition(headers);
  const written = await drive.uploads.complete(actorOf(request), upload.id, named, {
    minPartBytes: MIN_PART_BYTES,
    ...(condition !== undefined && { condition }),
    ...(announced !== undefined && { checksum: announced.replace(/-\d+$/, '') }),
  });
  return written.version;
}

/** A client that would not wait asks again: the first of its requests has completed it meanwhile. */
function orElse(before: () => Promise<Version>): (error: unknown) => Promise<Version> {
  return (error) => {
    if (error instanceof FilesError && error.code === 'UPLOAD_UNKNOWN') return before();
    throw error;
  };
}

/** @throws S3Error MalformedXML, InvalidPartOrder. */
function readParts(root: XmlElement): readonly CompletedPart[] {
  const elements = children(root, 'Part');
  if (elements.length === 0 || elements.length > MAX_PARTS) throw malformed();
  const parts = elements.map(readPart);
  if (parts.some(({ number }, at) => at > 0 && number < (parts[at - 1]?.number ?? 0)))
    throw new S3Error('InvalidPartOrder', 'name the parts in ascending order of their numbers');
  // Clients that sent a part twice name it twice: what counts is what they named last.
  return parts.filter(({ number }, at) => parts[at + 1]?.number !== number);
}

function readPart(part: XmlElement): CompletedPart {
  const number = childText(part, 'PartNumber') ?? '';
  const etag = childText(part, 'ETag');
  if (!/^\d{1,5}$/.test(number) || etag === null) throw malformed();
  const sums = CHECKSUMS.flatMap((name) => {
    const value = childText(part, `Checksum${algorithmOf(name)}`);
    return value === null ? [] : [[name, value] as const];
  });
  return {
    number: Number(number),
    etag: etag.replace(/^"(.*)"$/, '$1'),
    ...(sums.length > 0 && { sums: Object.fromEntries(sums) }),
  };
}

function malformed(): S3Error {
  return new S3Error(
    'MalformedXML',
    `CompleteMultipartUpload names 1 to ${MAX_PARTS} parts, each by PartNumber and ETag`,
  );
}
