/** GetPublicAccessBlock, PutPublicAccessBlock, DeletePublicAccessBlock. */
import { xmlAnswer } from '../s3-answer.js';
import { S3Error } from '../s3-error.js';
import { readXmlBody } from '../small-body.js';
import { childText, element, s3Document, type XmlElement } from '../xml-element.js';
import { withBucketS3 } from './bucket-s3.js';
import { openOwnBucket, setting } from './configure-bucket.js';
import type { S3Operation } from './operation.js';

const ROOT = 'PublicAccessBlockConfiguration';

export const getPublicAccessBlock: S3Operation = async (parts, request) => {
  const block = (await openOwnBucket(parts, request)).s3.publicAccess;
  if (block === undefined)
    throw new S3Error('NoSuchPublicAccessBlockConfiguration', 'the bucket has none');
  return xmlAnswer(
    s3Document(ROOT, [
      element('BlockPublicAcls', block.blockPublicAcls),
      element('IgnorePublicAcls', block.ignorePublicAcls),
      element('BlockPublicPolicy', block.blockPublicPolicy),
      element('RestrictPublicBuckets', block.restrictPublicBuckets),
    ]),
  );
};

/** What is said of policies is kept, and holds: there are none. */
export const putPublicAccessBlock: S3Operation = setting(
  async (request) => {
    const root = await readXmlBody(request, ROOT, 4096);
    return {
      publicAccess: {
        blockPublicAcls: readFlag(root, 'BlockPublicAcls'),
        ignorePublicAcls: readFlag(root, 'IgnorePublicAcls'),
        blockPublicPolicy: readFlag(root, 'BlockPublicPolicy'),
        restrictPublicBuckets: readFlag(root, 'RestrictPublicBuckets'),
      },
    };
  },
  (old, { publicAccess }) => withBucketS3(old, { publicAccess }),
);

export const deletePublicAccessBlock: S3Operation = setting(
  () => Promise.resolve({}),
  (old) => withBucketS3(old, { publicAccess: undefined }),
  204,
);

function readFlag(root: XmlElement, name: string): boolean {
  const text = (childText(root, name) ?? 'false').toLowerCase();
  if (text !== 'true' && text !== 'false')
    throw new S3Error('MalformedXML', `${name} is true or false`);
  return text === 'true';
}
