/** DeleteObjects: up to a thousand, each for itself. */
import { Lanes } from '../../../base/lanes.js';
import { FilesError } from '../../../files/files-error.js';
import { xmlAnswer } from '../s3-answer.js';
import { notImplemented, S3Error } from '../s3-error.js';
import { readXmlBody } from '../small-body.js';
import { children, childText, element, s3Document, type XmlElement } from '../xml-element.js';
import { openBucket } from './bucket-access.js';
import { type Deleted, deleteIn } from './delete-object.js';
import { pathOf } from './object-access.js';
import { readBypass } from './object-lock.js';
import type { S3Operation } from './operation.js';
import { toS3Error } from './to-s3-error.js';

/** As Amazon S3 has it. */
const MAX_OBJECTS = 1000;
const MAX_BODY = 2 * 1024 * 1024;
/** At once, so that they share commits; versions of one key go in their order. */
const LANES = 64;

interface Named {
  readonly key: string;
  readonly id: string | null;
}

export const deleteObjects: S3Operation = async (parts, request) => {
  const bucket = await openBucket(parts, request, 'WRITE');
  const root = await readXmlBody(request, 'Delete', MAX_BODY);
  const named = readNamed(root);
  const isQuiet = childText(root, 'Quiet')?.toLowerCase() === 'true';
  const bypass = await readBypass(parts, request, bucket);
  const deleteOne = async (one: Named): Promise<XmlElement | null> => {
    try {
      const target = { path: pathOf(one.key), id: one.id ?? undefined };
      const done = await deleteIn(bucket.drive, request, target, { bypass, condition: undefined });
      return isQuiet ? null : deletedElement(one, done);
    } catch (error) {
      return errorElement(one, error);
    }
  };
  const lanes = new Lanes(LANES);
  const results = await Promise.all(named.map((one) => lanes.take(one.key, () => deleteOne(one))));
  return xmlAnswer(
    s3Document(
      'DeleteResult',
      results.filter((result) => result !== null),
    ),
  );
};

function readNamed(root: XmlElement): readonly Named[] {
  const objects = children(root, 'Object');
  if (objects.length === 0 || objects.length > MAX_OBJECTS) throw malformed();
  return objects.map((object) => {
    const key = childText(object, 'Key');
    if (key === null || key === '') throw malformed();
    for (const condition of ['ETag', 'LastModifiedTime', 'Size'])
      if (childText(object, condition) !== null)
        throw notImplemented(`${condition} in DeleteObjects`);
    return { key, id: childText(object, 'VersionId') };
  });
}

function deletedElement({ key, id }: Named, { taken, isMarker, marker }: Deleted): XmlElement {
  return element('Deleted', [
    element('Key', key),
    id === null ? null : element('VersionId', taken ?? id),
    isMarker ? element('DeleteMarker', true) : null,
    marker === null ? null : element('DeleteMarkerVersionId', marker),
  ]);
}

/** What went wrong with the store is not of one object: the request ends in it. */
function errorElement({ key, id }: Named, error: unknown): XmlElement {
  const known = error instanceof FilesError ? toS3Error(error) : error;
  if (!(known instanceof S3Error) || known.status >= 500) throw error;
  return element('Error', [
    element('Key', key),
    id === null ? null : element('VersionId', id),
    element('Code', known.code),
    element('Message', known.message),
  ]);
}

function malformed(): S3Error {
  return new S3Error('MalformedXML', `Delete names 1 to ${MAX_OBJECTS} objects, each by its Key`);
}
