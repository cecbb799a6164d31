/** GetBucketVersioning, PutBucketVersioning. */
import { xmlAnswer } from '../s3-answer.js';
import { notImplemented, S3Error } from '../s3-error.js';
import { readXmlBody } from '../small-body.js';
import { childText, element, s3Document } from '../xml-element.js';
import { openOwnBucket, setting } from './configure-bucket.js';
import type { S3Operation } from './operation.js';

export const getBucketVersioning: S3Operation = async (parts, request) => {
  const { settings } = await openOwnBucket(parts, request);
  const status = { off: null, on: 'Enabled', suspended: 'Suspended' }[settings.versioning];
  return xmlAnswer(
    s3Document('VersioningConfiguration', status === null ? [] : [element('Status', status)]),
  );
};

export const putBucketVersioning: S3Operation = setting(
  async (request) => {
    const root = await readXmlBody(request, 'VersioningConfiguration', 4096);
    if (childText(root, 'MfaDelete') === 'Enabled') throw notImplemented('MFA Delete');
    const status = childText(root, 'Status');
    if (status !== 'Enabled' && status !== 'Suspended')
      throw new S3Error('MalformedXML', 'the Status is Enabled or Suspended');
    return { versioning: status === 'Enabled' ? 'on' : 'suspended' } as const;
  },
  (old, { versioning }) => {
    if (old.lock !== undefined && versioning === 'suspended')
      throw new S3Error(
        'InvalidBucketState',
        'the bucket has Object Lock, which needs versions: versioning stays on',
      );
    return { ...old, versioning };
  },
);
