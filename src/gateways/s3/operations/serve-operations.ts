/** All operations that are served, by their names. */
import type { S3Answer } from '../s3-answer.js';
import type { S3OperationName } from '../s3-operation-names.js';
import type { S3Operations } from '../s3-operations.js';
import type { S3Handler } from '../s3-request.js';
import type { XmlElement } from '../xml-element.js';
import { getBucketAcl, getBucketPolicyStatus, putBucketAcl } from './bucket-acl.js';
import { deleteBucketCors, getBucketCors, preflight, putBucketCors } from './bucket-cors.js';
import { deleteBucketTagging, getBucketTagging, putBucketTagging } from './bucket-tagging.js';
import { getBucketVersioning, putBucketVersioning } from './bucket-versioning.js';
import { deleteBucket, getBucketLocation, headBucket } from './bucket.js';
import { completeMultipartUpload } from './complete-upload.js';
import { copyObject } from './copy-object.js';
import { withCors } from './cors-headers.js';
import { createBucket } from './create-bucket.js';
import { abortMultipartUpload, createMultipartUpload } from './create-upload.js';
import { deleteObject } from './delete-object.js';
import { deleteObjects } from './delete-objects.js';
import { getObject } from './get-object.js';
import { listBuckets } from './list-buckets.js';
import { listObjects, listObjectsV2 } from './list-objects.js';
import { listMultipartUploads, listParts } from './list-uploads.js';
import { listObjectVersions } from './list-versions.js';
import { getObjectAcl, putObjectAcl } from './object-acl.js';
import { getObjectAttributes } from './object-attributes.js';
import {
  getObjectLockConfiguration,
  putObjectLockConfiguration,
} from './object-lock-configuration.js';
import {
  getObjectLegalHold,
  getObjectRetention,
  putObjectLegalHold,
  putObjectRetention,
} from './object-retention.js';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './object-tagging.js';
import type { S3Operation, S3Parts } from './operation.js';
import {
  deleteOwnershipControls,
  getOwnershipControls,
  putOwnershipControls,
} from './ownership-controls.js';
import { postObject } from './post-object.js';
import {
  deletePublicAccessBlock,
  getPublicAccessBlock,
  putPublicAccessBlock,
} from './public-access-block.js';
import { putObject } from './put-object.js';
import { toS3Error } from './to-s3-error.js';
import {
  getRequestPayment,
  takeNothingAway,
  unset,
  unsetDocument,
} from './unset-configurations.js';
import { uploadPart, uploadPartCopy } from './upload-part.js';

const SERVED: Readonly<Partial<Record<S3OperationName, S3Operation>>> = {
  ListBuckets: listBuckets,
  CreateBucket: createBucket,
  HeadBucket: headBucket,
  DeleteBucket: deleteBucket,
  GetBucketLocation: getBucketLocation,
  GetBucketVersioning: getBucketVersioning,
  PutBucketVersioning: putBucketVersioning,
  GetBucketAcl: getBucketAcl,
  PutBucketAcl: putBucketAcl,
  GetBucketCors: getBucketCors,
  PutBucketCors: putBucketCors,
  DeleteBucketCors: deleteBucketCors,
  GetBucketTagging: getBucketTagging,
  PutBucketTagging: putBucketTagging,
  DeleteBucketTagging: deleteBucketTagging,
  GetBucketPolicyStatus: getBucketPolicyStatus,
  GetBucketOwnershipControls: getOwnershipControls,
  PutBucketOwnershipControls: putOwnershipControls,
  DeleteBucketOwnershipControls: deleteOwnershipControls,
  GetPublicAccessBlock: getPublicAccessBlock,
  PutPublicAccessBlock: putPublicAccessBlock,
  DeletePublicAccessBlock: deletePublicAccessBlock,
  GetObjectLockConfiguration: getObjectLockConfiguration,
  PutObjectLockConfiguration: putObjectLockConfiguration,
  GetBucketPolicy: unset('NoSuchBucketPolicy', 'policy'),
  DeleteBucketPolicy: takeNothingAway,
  GetBucketEncryption: unset(
    'ServerSideEncryptionConfigurationNotFoundError',
    'encryption of its own',
  ),
  DeleteBucketEncryption: takeNothingAway,
  GetBucketLifecycleConfiguration: unset('NoSuchLifecycleConfiguration', 'lifecycle'),
  DeleteBucketLifecycle: takeNothingAway,
  GetBucketWebsite: unset('NoSuchWebsiteConfiguration', 'website'),
  DeleteBucketWebsite: takeNothingAway,
  GetBucketReplication: unset('ReplicationConfigurationNotFoundError', 'replication of its own'),
  DeleteBucketReplication: takeNothingAway,
  GetBucketRequestPayment: getRequestPayment,
  GetBucketLogging: unsetDocument('BucketLoggingStatus'),
  GetBucketNotificationConfiguration: unsetDocument('NotificationConfiguration'),
  GetBucketAccelerateConfiguration: unsetDocument('AccelerateConfiguration'),
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  ListObjectVersions: listObjectVersions,
  ListMultipartUploads: listMultipartUploads,
  DeleteObjects: deleteObjects,
  PostObject: postObject,
  Preflight: preflight,
  GetObject: getObject,
  HeadObject: getObject,
  PutObject: putObject,
  CopyObject: copyObject,
  DeleteObject: deleteObject,
  GetObjectAcl: getObjectAcl,
  PutObjectAcl: putObjectAcl,
  GetObjectTagging: getObjectTagging,
  PutObjectTagging: putObjectTagging,
  DeleteObjectTagging: deleteObjectTagging,
  GetObjectRetention: getObjectRetention,
  PutObjectRetention: putObjectRetention,
  GetObjectLegalHold: getObjectLegalHold,
  PutObjectLegalHold: putObjectLegalHold,
  GetObjectAttributes: getObjectAttributes,
  CreateMultipartUpload: createMultipartUpload,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  ListParts: listParts,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
};

export function s3Operations(parts: S3Parts): S3Operations {
  return Object.fromEntries(
    Object.entries(SERVED).map(([name, operation]) => [name, handlerOf(parts, operation)]),
  );
}

function handlerOf(parts: S3Parts, operation: S3Operation): S3Handler {
  return withCors(parts, async (request) => {
    try {
      return withErrorsOfS3(await operation(parts, request));
    } catch (error) {
      throw toS3Error(error);
    }
  });
}

/** Also of what is done when the answer has begun. */
function withErrorsOfS3(answer: S3Answer): S3Answer {
  const { body } = answer;
  if (body.kind !== 'late-xml') return answer;
  const document = (): Promise<XmlElement> =>
    body.document().catch((error: unknown) => {
      throw toS3Error(error);
    });
  return { ...answer, body: { kind: 'late-xml', document } };
}
