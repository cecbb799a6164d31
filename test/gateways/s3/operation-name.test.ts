import { describe, expect, it } from '@jest/globals';
import { operationOf } from '../../../src/gateways/s3/operation-name.js';
import { parseTarget } from '../../../src/gateways/s3/request-target.js';
import {
  S3_OPERATIONS,
  type S3OperationName,
} from '../../../src/gateways/s3/s3-operation-names.js';

function operation(method: string, url: string, ...headers: readonly string[]): S3OperationName {
  const { bucket, key, pairs } = parseTarget(url, { host: 'a' });
  return operationOf({
    ...{ method, bucket, key, query: new Map(pairs) },
    hasHeader: (name) => headers.includes(name),
  });
}

const code = (method: string, url: string): unknown => {
  try {
    return operation(method, url);
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

const COPY = 'x-amz-copy-source';

/** As the API reference of S3 has them. */
const EXAMPLES: readonly (readonly [S3OperationName, string, string, ...string[]])[] = [
  ['ListBuckets', 'GET', '/?max-buckets=3'],
  ['CreateBucket', 'PUT', '/b'],
  ['CreateBucket', 'PUT', '/b/'],
  ['HeadBucket', 'HEAD', '/b'],
  ['DeleteBucket', 'DELETE', '/b'],
  ['ListObjects', 'GET', '/b?prefix=&delimiter=/&marker=a&max-keys=3&encoding-type=url'],
  ['ListObjectsV2', 'GET', '/b?list-type=2&continuation-token=a&fetch-owner=true&start-after=b'],
  ['ListObjectVersions', 'GET', '/b?versions&key-marker=a&version-id-marker=b'],
  ['ListObjectVersions', 'GET', '/b?versions&list-type=2'],
  ['ListMultipartUploads', 'GET', '/b?uploads&upload-id-marker=a&max-uploads=1'],
  ['DeleteObjects', 'POST', '/b?delete'],
  ['DeleteObjects', 'POST', '/b?delete='],
  ['PostObject', 'POST', '/b'],
  ['Preflight', 'OPTIONS', '/b/k?anything'],
  ['GetObjectLockConfiguration', 'GET', '/b?object-lock'],
  ['PutObjectLockConfiguration', 'PUT', '/b?object-lock'],
  ['GetBucketLifecycleConfiguration', 'GET', '/b?lifecycle'],
  ['GetObject', 'GET', '/b/k?versionId=1&partNumber=2&response-content-type=a&x-id=GetObject'],
  ['GetObject', 'GET', '/b/k?ts=17'],
  ['HeadObject', 'HEAD', '/b/k/'],
  ['PutObject', 'PUT', '/b/k'],
  ['CopyObject', 'PUT', '/b/k', COPY],
  ['DeleteObject', 'DELETE', '/b/k?versionId=null'],
  ['GetObjectRetention', 'GET', '/b/k?retention&versionId=1'],
  ['PutObjectLegalHold', 'PUT', '/b/k?legal-hold'],
  ['GetObjectAttributes', 'GET', '/b/k?attributes'],
  ['CreateMultipartUpload', 'POST', '/b/k?uploads'],
  ['UploadPart', 'PUT', '/b/k?uploadId=a&partNumber=1'],
  ['UploadPartCopy', 'PUT', '/b/k?uploadId=a&partNumber=1', COPY],
  ['ListParts', 'GET', '/b/k?uploadId=a&max-parts=1&part-number-marker=2'],
  ['CompleteMultipartUpload', 'POST', '/b/k?uploadId=a'],
  ['AbortMultipartUpload', 'DELETE', '/b/k?uploadId=a'],
  ['SelectObjectContent', 'POST', '/b/k?select&select-type=2'],
];

describe('operationOf', () => {
  it.each(EXAMPLES)('finds %s in %s %s', (name, method, url, ...headers) => {
    expect(operation(method, url, ...headers)).toBe(name);
  });

  it('finds every operation that there is, by some method and sub-resource', () => {
    const words = [
      ...['', 'acl', 'cors', 'tagging', 'policy', 'policyStatus', 'encryption', 'lifecycle'],
      ...['ownershipControls', 'publicAccessBlock', 'requestPayment', 'logging', 'notification'],
      ...['website', 'replication', 'accelerate', 'object-lock', 'versions', 'uploads', 'delete'],
      ...['location', 'versioning', 'list-type=2', 'retention', 'legal-hold', 'attributes'],
      ...['torrent', 'restore', 'select', 'uploadId=1&partNumber=1'],
    ];
    const found = new Set<unknown>();
    for (const method of ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS'])
      for (const place of ['/', '/b', '/b/k'])
        for (const word of words)
          for (const headers of [[], [COPY]])
            try {
              found.add(operation(method, `${place}?${word}`, ...headers));
            } catch {
              // Most of these are nothing.
            }
    expect([...found].sort()).toEqual([...S3_OPERATIONS].sort());
  });

  it.each([
    ['NotImplemented', 'GET', '/b?inventory&id=1'],
    ['NotImplemented', 'GET', '/b?analytics'],
    ['NotImplemented', 'GET', '/b?session'],
    ['NotImplemented', 'GET', '/b/k?something'],
    ['NotImplemented', 'GET', '/?acl'],
    ['NotImplemented', 'PUT', '/b/k?versioning'],
    ['InvalidArgument', 'GET', '/b?acl&cors'],
    ['InvalidArgument', 'GET', '/b/k?acl&uploadId=1'],
    ['InvalidArgument', 'GET', '/b?list-type=3'],
    ['InvalidArgument', 'PUT', '/b/k?uploadId=1'],
    ['MethodNotAllowed', 'POST', '/b/k'],
    ['MethodNotAllowed', 'PATCH', '/b'],
    ['MethodNotAllowed', 'POST', '/'],
    ['MethodNotAllowed', 'DELETE', '/b?object-lock'],
  ])('is %s for %s %s', (expected, method, url) => {
    expect(code(method, url)).toBe(expected);
  });
});
