/**
 * Which operation a request is: S3 tells them apart by method, by whether there is a key, and by sub-resources in
 * the query. A sub-resource that nobody here knows is told by its name, and never taken for part of another question.
 */
import { notImplemented, S3Error } from './s3-error.js';
import type { S3OperationName } from './s3-operation-names.js';

export interface Asked {
  readonly method: string;
  readonly bucket: string | null;
  readonly key: string | null;
  readonly query: ReadonlyMap<string, string>;
  /** By its name in lower case. */
  readonly hasHeader: (name: string) => boolean;
}

/** @throws S3Error NotImplemented, MethodNotAllowed or InvalidArgument. */
export function operationOf(asked: Asked): S3OperationName {
  const { method, bucket, key, query } = asked;
  if (method === 'OPTIONS') return 'Preflight';
  const table = bucket === null ? SERVICE : key === null ? BUCKET : OBJECT;
  const named = [...query.keys()].filter((name) => table[name] !== undefined);
  const foreign = [...query.keys()].find(
    (name) => table[name] === undefined && !isParameter(name, query.get(name) ?? ''),
  );
  if (foreign !== undefined) throw notImplemented(`the sub-resource ${printable(foreign)}`);
  const [subResource = '', another] = named.filter((name) => !isQualifier(name, named));
  if (another !== undefined)
    throw new S3Error(
      'InvalidArgument',
      `${subResource} and ${another} are of two operations: ask for one at a time`,
    );
  const operation = table[subResource]?.[method];
  if (operation === undefined) throw notAllowed(table[subResource] ?? {}, method);
  return special(operation, asked);
}

type Methods = Readonly<Partial<Record<string, S3OperationName>>>;
type Resources = Readonly<Partial<Record<string, Methods>>>;

const SERVICE: Resources = { '': { GET: 'ListBuckets' } };

const BUCKET: Resources = {
  '': {
    GET: 'ListObjects',
    HEAD: 'HeadBucket',
    PUT: 'CreateBucket',
    DELETE: 'DeleteBucket',
    POST: 'PostObject',
  },
  'list-type': { GET: 'ListObjectsV2' },
  versions: { GET: 'ListObjectVersions' },
  uploads: { GET: 'ListMultipartUploads' },
  delete: { POST: 'DeleteObjects' },
  location: { GET: 'GetBucketLocation' },
  versioning: { GET: 'GetBucketVersioning', PUT: 'PutBucketVersioning' },
  acl: { GET: 'GetBucketAcl', PUT: 'PutBucketAcl' },
  cors: { GET: 'GetBucketCors', PUT: 'PutBucketCors', DELETE: 'DeleteBucketCors' },
  tagging: { GET: 'GetBucketTagging', PUT: 'PutBucketTagging', DELETE: 'DeleteBucketTagging' },
  policy: { GET: 'GetBucketPolicy', PUT: 'PutBucketPolicy', DELETE: 'DeleteBucketPolicy' },
  policyStatus: { GET: 'GetBucketPolicyStatus' },
  encryption: {
    GET: 'GetBucketEncryption',
    PUT: 'PutBucketEncryption',
    DELETE: 'DeleteBucketEncryption',
  },
  lifecycle: {
    GET: 'GetBucketLifecycleConfiguration',
    PUT: 'PutBucketLifecycleConfiguration',
    DELETE: 'DeleteBucketLifecycle',
  },
  ownershipControls: {
    GET: 'GetBucketOwnershipControls',
    PUT: 'PutBucketOwnershipControls',
    DELETE: 'DeleteBucketOwnershipControls',
  },
  publicAccessBlock: {
    GET: 'GetPublicAccessBlock',
    PUT: 'PutPublicAccessBlock',
    DELETE: 'DeletePublicAccessBlock',
  },
  requestPayment: { GET: 'GetBucketRequestPayment', PUT: 'PutBucketRequestPayment' },
  logging: { GET: 'GetBucketLogging', PUT: 'PutBucketLogging' },
  notification: {
    GET: 'GetBucketNotificationConfiguration',
    PUT: 'PutBucketNotificationConfiguration',
  },
  website: { GET: 'GetBucketWebsite', PUT: 'PutBucketWebsite', DELETE: 'DeleteBucketWebsite' },
  replication: {
    GET: 'GetBucketReplication',
    PUT: 'PutBucketReplication',
    DELETE: 'DeleteBucketReplication',
  },
  accelerate: {
    GET: 'GetBucketAccelerateConfiguration',
    PUT: 'PutBucketAccelerateConfiguration',
  },
  'object-lock': { GET: 'GetObjectLockConfiguration', PUT: 'PutObjectLockConfiguration' },
};

const OBJECT: Resources = {
  '': { GET: 'GetObject', HEAD: 'HeadObject', PUT: 'PutObject', DELETE: 'DeleteObject' },
  acl: { GET: 'GetObjectAcl', PUT: 'PutObjectAcl' },
  tagging: { GET: 'GetObjectTagging', PUT: 'PutObjectTagging', DELETE: 'DeleteObjectTagging' },
  retention: { GET: 'GetObjectRetention', PUT: 'PutObjectRetention' },
  'legal-hold': { GET: 'GetObjectLegalHold', PUT: 'PutObjectLegalHold' },
  attributes: { GET: 'GetObjectAttributes' },
  torrent: { GET: 'GetObjectTorrent' },
  restore: { POST: 'RestoreObject' },
  select: { POST: 'SelectObjectContent' },
  uploads: { POST: 'CreateMultipartUpload' },
  uploadId: {
    GET: 'ListParts',
    PUT: 'UploadPart',
    POST: 'CompleteMultipartUpload',
    DELETE: 'AbortMultipartUpload',
  },
};

/** `?select&select-type=2`: the second says more of the first. None of those that we serve has one but these. */
function isQualifier(name: string, named: readonly string[]): boolean {
  return name === 'list-type' && named.includes('versions');
}

/** Parameters of operations, which say what is wanted and not which operation it is. */
const PARAMETERS: ReadonlySet<string> = new Set([
  'prefix',
  'delimiter',
  'marker',
  'max-keys',
  'encoding-type',
  'fetch-owner',
  'start-after',
  'continuation-token',
  'key-marker',
  'version-id-marker',
  'upload-id-marker',
  'max-uploads',
  'max-parts',
  'max-buckets',
  'bucket-region',
  'part-number-marker',
  'partNumber',
  'versionId',
  'response-content-type',
  'response-content-language',
  'response-expires',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  // How select and its kind say which version of themselves they are.
  'select-type',
  // What SDKs say of themselves: `x-id=GetObject`.
  'x-id',
]);

/**
 * A name with a value that S3 does not know is let pass by it, and clients send such (`?ts=1`, against caches). A
 * name without one is how sub-resources look, so it is not.
 */
function isParameter(name: string, value: string): boolean {
  return PARAMETERS.has(name) || (value !== '' && !UNSERVED.has(name));
}

/** Sub-resources that come with a value. */
const UNSERVED: ReadonlySet<string> = new Set([
  'analytics',
  'annotation',
  'id',
  'inventory',
  'intelligent-tiering',
  'metadataConfiguration',
  'metadataTable',
  'metrics',
  'session',
]);

function special(operation: S3OperationName, { query, hasHeader }: Asked): S3OperationName {
  const isCopy = hasHeader('x-amz-copy-source');
  if (operation === 'PutObject') return isCopy ? 'CopyObject' : operation;
  if (operation === 'UploadPart') {
    if (!query.has('partNumber'))
      throw new S3Error('InvalidArgument', 'a part needs its partNumber beside the uploadId');
    return isCopy ? 'UploadPartCopy' : operation;
  }
  if (operation === 'ListObjectsV2' && query.get('list-type') !== '2')
    throw new S3Error('InvalidArgument', 'list-type must be 2: leave it out for the older list');
  return operation;
}

function notAllowed(methods: Methods, method: string): S3Error {
  return new S3Error(
    'MethodNotAllowed',
    'the method is not allowed for this resource: check it against the API reference',
    {
      details: { Method: method, ResourceType: 'RESOURCE' },
      headers: { Allow: Object.keys(methods).join(', ') },
    },
  );
}

/** Names of sub-resources are short; a stranger's text is not quoted at length. */
function printable(name: string): string {
  return /^[A-Za-z0-9-]{1,40}$/.test(name) ? name : 'in the query';
}
