/** GetObjectRetention, PutObjectRetention, GetObjectLegalHold, PutObjectLegalHold. */
import { formatInstant } from '../../../base/time.js';
import type { FileLock } from '../../../files/file-change.js';
import { parseIsoInstant } from '../http-date.js';
import { emptyAnswer, xmlAnswer } from '../s3-answer.js';
import { S3Error } from '../s3-error.js';
import type { S3Request } from '../s3-request.js';
import { readXmlBody } from '../small-body.js';
import { childText, element, s3Document, type XmlElement } from '../xml-element.js';
import { findBucket, requireExpectedOwner } from './bucket-access.js';
import { disclosedObject } from './disclosed.js';
import { lockModeOf, modeName } from './lock-names.js';
import { objectIn, openObject, pathOf, type S3Object } from './object-access.js';
import { demandLocks, readBypass, requireFuture } from './object-lock.js';
import type { S3Operation, S3Parts } from './operation.js';
import { actorOf } from './owner.js';

export const getObjectRetention: S3Operation = async (parts, request) => {
  const { bucket, version } = await openLocked(parts, request);
  if (version.lock === null)
    throw new S3Error('NoSuchObjectLockConfiguration', 'the version has no retention');
  const { mode, until } = version.lock;
  const document = s3Document('Retention', [
    element('Mode', modeName(mode)),
    element('RetainUntilDate', formatInstant(until)),
  ]);
  return { ...xmlAnswer(document), disclosure: disclosedObject(request, bucket, version) };
};

export const putObjectRetention: S3Operation = async (parts, request) => {
  const { bucket, version } = await openToLock(parts, request);
  const lock = readRetention(await readXmlBody(request, 'Retention', 4096));
  if (lock !== null) requireFuture(lock.until, parts.clock.now());
  const bypass = await readBypass(parts, request, bucket);
  const { drive } = bucket;
  await drive.say(actorOf(request), version.path, version.id, { lock }, { bypass });
  return emptyAnswer(200);
};

/** Null of an empty one, which takes a lock away as far as that can be. */
function readRetention(root: XmlElement): FileLock | null {
  if (root.content.length === 0) return null;
  const mode = lockModeOf(childText(root, 'Mode'));
  const until = parseIsoInstant(childText(root, 'RetainUntilDate') ?? '');
  if (mode === null || until === null)
    throw new S3Error(
      'MalformedXML',
      'a Retention has a Mode (GOVERNANCE or COMPLIANCE) and a RetainUntilDate',
    );
  return { mode, until };
}

export const getObjectLegalHold: S3Operation = async (parts, request) => {
  const { bucket, version } = await openLocked(parts, request);
  const document = s3Document('LegalHold', [element('Status', version.hold ? 'ON' : 'OFF')]);
  return { ...xmlAnswer(document), disclosure: disclosedObject(request, bucket, version) };
};

export const putObjectLegalHold: S3Operation = async (parts, request) => {
  const { bucket, version } = await openToLock(parts, request);
  const status = childText(await readXmlBody(request, 'LegalHold', 4096), 'Status');
  if (status !== 'ON' && status !== 'OFF')
    throw new S3Error('MalformedXML', 'the Status of a LegalHold is ON or OFF');
  const { drive } = bucket;
  await drive.say(actorOf(request), version.path, version.id, { hold: status === 'ON' });
  return emptyAnswer(200);
};

async function openLocked(parts: S3Parts, request: S3Request): Promise<S3Object> {
  const object = await openObject(parts, request, 'READ');
  if (object.bucket.settings.lock === undefined)
    throw new S3Error('InvalidRequest', 'the bucket has no Object Lock');
  return object;
}

async function openToLock(parts: S3Parts, request: S3Request): Promise<S3Object> {
  const bucket = await findBucket(parts, request);
  await requireExpectedOwner(parts, request, bucket);
  await demandLocks(parts, request, bucket);
  return objectIn(parts, request, bucket, null, {
    path: pathOf(request.key ?? ''),
    id: request.query.get('versionId'),
  });
}
