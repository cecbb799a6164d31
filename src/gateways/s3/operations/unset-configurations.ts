/**
 * Settings of a bucket that nothing here takes: asked for, they are not set, which is the truth. Putting one is
 * NotImplemented, because it is in no table.
 */
import { emptyAnswer, xmlAnswer } from '../s3-answer.js';
import { type S3ErrorCode, S3Error } from '../s3-error.js';
import { element, s3Document, type XmlElement } from '../xml-element.js';
import { openOwnBucket } from './configure-bucket.js';
import type { S3Operation } from './operation.js';

/** Answers with that error once the caller has been found to be one who may ask. */
export function unset(code: S3ErrorCode, what: string): S3Operation {
  return async (parts, request) => {
    await openOwnBucket(parts, request);
    throw new S3Error(code, `the bucket has no ${what}`);
  };
}

/** The document that says so. */
export function unsetDocument(name: string, content: readonly XmlElement[] = []): S3Operation {
  return async (parts, request) => {
    await openOwnBucket(parts, request);
    return xmlAnswer(s3Document(name, content));
  };
}

/** What is not there is taken away already. */
export const takeNothingAway: S3Operation = async (parts, request) => {
  await openOwnBucket(parts, request);
  return emptyAnswer(204);
};

export const getRequestPayment = unsetDocument('RequestPaymentConfiguration', [
  element('Payer', 'BucketOwner'),
]);
