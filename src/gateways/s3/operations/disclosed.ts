/** What answers show, as the access ledger has it. */
import type { JsonObject } from '../../../base/canonical-json.js';
import type { Version } from '../../../files/drive-port.js';
import { FILE_TYPE } from '../../../files/file-change.js';
import type { S3Disclosure } from '../s3-answer.js';
import type { S3Request } from '../s3-request.js';
import type { Bucket } from './bucket-access.js';

/** @param question what was asked for, besides the operation. */
export function disclosed(
  request: S3Request,
  { drive, place }: Bucket,
  versions: readonly Version[],
  question: JsonObject,
): S3Disclosure {
  return {
    action: 'file:read',
    tenant: place.tenant,
    ledger: drive.name,
    question: { operation: request.operation, ...question },
    entries: versions.map(({ id, recordedAt, subject }) => ({
      leafHash: id,
      recordedAt,
      type: FILE_TYPE,
      subject,
    })),
  };
}

/** Of one object. */
export function disclosedObject(
  request: S3Request,
  bucket: Bucket,
  version: Version,
): S3Disclosure {
  return disclosed(request, bucket, [version], { path: version.path, version: version.id });
}
