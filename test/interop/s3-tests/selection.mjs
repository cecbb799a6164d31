/** Which tests of ceph/s3-tests are asked of us: those of Amazon S3's own behaviour, of what this project serves. */

/** Marks of tests that are of other servers, or of what is another service's business. */
const LEFT_OUT = [
  'fails_on_aws',
  'lifecycle',
  'lifecycle_expiration',
  'lifecycle_transition',
  'bucket_logging',
  'bucket_logging_cleanup',
  'encryption',
  'bucket_encryption',
  'sse_s3',
  'cloud_transition',
  'cloud_restore',
  'bucket_policy',
];

export const TEST_FILE = 's3tests/functional/test_s3.py';
export const MARKS = LEFT_OUT.map((mark) => `not ${mark}`).join(' and ');

/** In this order, by what their names have: the first that fits. */
const GROUPS = [
  ['Object Lock', /object_lock/],
  ['versions, delete markers', /version|delete_marker/],
  ['multipart', /multipart/],
  ['lists', /bucket_list|basic_key_count|list_buckets|buckets_/],
  ['forms of browsers', /post_object/],
  ['copies', /copy/],
  ['CORS', /cors/],
  ['ACLs, public access, ownership', /acl|access_bucket|public|ownership|anon|policy/],
  ['conditions, ranges, checksums', /if_?(none)?_?match|modifiedsince|ranged|checksum|attributes/],
  ['tags', /tag/],
];

export const OTHER = 'everything else';

/** @param {string} name of a test, without its parameters */
export function groupOf(name) {
  return GROUPS.find(([, pattern]) => pattern.test(name))?.[0] ?? OTHER;
}

export const GROUP_NAMES = [...GROUPS.map(([group]) => group), OTHER];
