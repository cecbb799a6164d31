/** Faults of the operations of S3 that the suites of this folder must notice. */
import type { FaultOfSuite } from '../../../support/planted-suite.js';

const FOLDER = 'gateways/s3/operations';
const ACCESS = 'test/gateways/s3/operations/access.test.ts';
const LOCKS = 'test/gateways/s3/operations/locks.test.ts';
const OBJECTS = 'test/gateways/s3/operations/objects.test.ts';

export const S3_OPERATION_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'an ACL adds to what a role allows',
    file: `${FOLDER}/bucket-access.js`,
    find: 'if (!access.allows(request, ACTION_OF[asked], place)) return false;',
    replace: '',
    suite: ACCESS,
    tests: 'as far as the role goes',
  },
  {
    name: 'a role is all that is asked for',
    file: `${FOLDER}/bucket-access.js`,
    find: 'return grantsTo(acl, { id: ownerOf(authorOf(request)).id, groups }, asked);',
    replace: 'return true;',
    suite: ACCESS,
    tests: 'is its owner',
  },
  {
    name: 'anybody with a bucket opens it to everybody',
    file: `${FOLDER}/public-grants.js`,
    find: 'if (opens && ',
    replace: 'if (false && ',
    suite: ACCESS,
    tests: 'opens to everybody only by',
  },
  {
    name: 'public ACLs are in force behind a public access block',
    file: `${FOLDER}/bucket-access.js`,
    find: 'return ignoresPublic ? withoutPublic(acl) : acl;',
    replace: 'return acl;',
    suite: ACCESS,
    tests: 'behind a public access block',
  },
  {
    name: 'what is not there is told to everybody',
    file: `${FOLDER}/object-access.js`,
    find: 'if (asked !== null) await demand(parts, request, bucket, "READ");',
    replace: '',
    suite: ACCESS,
    tests: 'tells nobody else what is not there',
  },
  {
    name: 'whoever makes drives configures those of others',
    file: `${FOLDER}/configure-bucket.js`,
    find: 'return owner.id === ownerOf(authorOf(request)).id && ',
    replace: 'return ',
    suite: ACCESS,
    tests: 'configured and deleted by its owner alone',
  },
  {
    name: 'a refused try is not entered',
    file: `${FOLDER}/bucket-access.js`,
    find: 'await access.refused(request, action, place, "ACCESS_DENIED");',
    replace: '',
    suite: ACCESS,
    tests: 'has every refused try entered',
  },
  {
    name: 'a bucket that is asked for again, otherwise, is said to be so',
    file: `${FOLDER}/create-bucket.js`,
    find: 'if (!isSame) throw taken;',
    replace: '',
    suite: ACCESS,
    tests: 'is a bucket',
  },
  {
    name: 'whoever may write locks what is another’s',
    file: `${FOLDER}/object-lock.js`,
    find: 'if (!byRole && !mayConfigure(parts, request, bucket))',
    replace: 'if (false)',
    suite: LOCKS,
    tests: 'nobody locks what is in another',
  },
  {
    name: 'anybody passes over governance locks',
    file: `${FOLDER}/object-lock.js`,
    find: 'await parts.access.require(request, "file:bypass-lock", place);',
    replace: '',
    suite: LOCKS,
    tests: 'a governance lock yields',
  },
  {
    name: 'a write does not look at its condition when it is made',
    file: `${FOLDER}/put-object.js`,
    find: '...condition !== void 0 && { condition }',
    replace: '',
    suite: OBJECTS,
    tests: 'of two who put it',
  },
  {
    name: 'what is shown is not said',
    file: `${FOLDER}/get-object.js`,
    find: '{ ...headers, ...overrides }), disclosure }',
    replace: '{ ...headers, ...overrides }) }',
    suite: OBJECTS,
    tests: 'entered as shown',
  },
  {
    name: 'a completed upload is answered by any version',
    file: `${FOLDER}/completed-before.js`,
    find: 'if (newest?.etag !== etagOf(parts)) throw noSuchUpload();',
    replace: 'if (newest === null) throw noSuchUpload();',
    suite: OBJECTS,
    tests: 'completed twice alike',
  },
];
