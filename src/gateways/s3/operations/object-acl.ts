/** GetObjectAcl, PutObjectAcl. */
import { emptyAnswer, xmlAnswer } from '../s3-answer.js';
import { aclDocument } from './acl-xml.js';
import { aclToJson } from './acl.js';
import { disclosedObject } from './disclosed.js';
import { readNewAcl } from './new-acl.js';
import { aclOfObject, openObject, ownerOfObject, versionHeaderIn } from './object-access.js';
import type { S3Operation } from './operation.js';
import { actorOf } from './owner.js';

export const getObjectAcl: S3Operation = async (parts, request) => {
  const { bucket, version } = await openObject(parts, request, 'READ_ACP');
  const document = aclDocument(ownerOfObject(bucket, version), aclOfObject(bucket, version));
  return {
    ...xmlAnswer(document, versionHeaderIn(bucket, version)),
    disclosure: disclosedObject(request, bucket, version),
  };
};

export const putObjectAcl: S3Operation = async (parts, request) => {
  const { bucket, version } = await openObject(parts, request, 'WRITE_ACP');
  const acl = await readNewAcl(parts, request, bucket, ownerOfObject(bucket, version), 'object');
  const { drive } = bucket;
  await drive.say(actorOf(request), version.path, version.id, { acl: aclToJson(acl) });
  return emptyAnswer(200, versionHeaderIn(bucket, version));
};
