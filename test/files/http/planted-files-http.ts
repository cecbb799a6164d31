/** Faults that the suites of files over HTTP must notice, each in one of them, by the tests with that in their name. */
import type { FaultOfSuite } from '../../support/planted-suite.js';

const CONTENT = 'test/files/http/content.test.ts';
const HISTORY = 'test/files/http/history.test.ts';
const SHARING = 'test/files/http/sharing.test.ts';
const TUS = 'test/files/http/tus.test.ts';
const GUARD = 'api/authentication.js';

export const FILES_HTTP_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'a checksum that was sent is not checked',
    file: 'files/http/file-write.js',
    find: 'checkDigests(digests, content);',
    replace: '',
    suite: CONTENT,
    tests: 'that is not what its sender says',
  },
  {
    name: 'a condition holds before the turn of the path, and not in it',
    file: 'files/http/file-write.js',
    find: '...given("condition", condition),\n      ...given("idempotencyKey"',
    replace: '...given("idempotencyKey"',
    suite: CONTENT,
    tests: 'is not sent again to whoever has it',
  },
  {
    name: 'a range ends one byte too soon',
    file: 'files/http/range.js',
    find: 'Number(last) + 1',
    replace: 'Number(last)',
    suite: CONTENT,
    tests: 'is given in ranges',
  },
  {
    name: 'a grant for a folder is one for all that begins like it',
    file: 'files/folder-grant.js',
    find: 'place === prefix',
    replace: 'place.startsWith(prefix)',
    suite: 'test/files/folder-grant.test.ts',
    tests: 'are for a folder',
  },
  {
    name: 'a copy does not ask whether it may write where it goes',
    file: 'files/http/file-actions.js',
    find: 'await parts.require(principal, "file:write", target, to);',
    replace: '',
    suite: SHARING,
    tests: 'to write is one to read',
  },
  {
    name: 'a restricted drive that a folder is granted of is open to other roles as well',
    file: GUARD,
    find: 'found.isHidden ? more : [',
    replace: '[',
    suite: SHARING,
    tests: 'opens a restricted drive',
  },
  {
    name: 'changes go on for whom the grant was taken back',
    file: GUARD,
    find: 'await stillMay();',
    replace: '',
    suite: SHARING,
    tests: 'are on record as shown',
  },
  {
    name: 'changes are sent and not entered',
    file: 'files/http/events.js',
    find: 'await more(group.map(disclosedVersion));',
    replace: '',
    suite: SHARING,
    tests: 'are on record as shown',
  },
  {
    name: 'folders are granted where two persons are wanted',
    file: 'files/http/grant-routes.js',
    find: 'if (needsTwo(principal.tenant))',
    replace: 'if (false)',
    suite: SHARING,
    tests: 'is no way around two persons',
  },
  {
    name: 'a page that follows is of another state',
    file: 'files/http/drive-list.js',
    find: 'const at = start?.size ?? state.size;',
    replace: 'const at = state.size;',
    suite: HISTORY,
    tests: 'goes by prefix and delimiter',
  },
  {
    name: 'restoring leaves what came later',
    file: 'files/restore-files.js',
    find: 'else if (after !== null)',
    replace: 'else if (false)',
    suite: HISTORY,
    tests: 'is made so again',
  },
  {
    name: 'an upload takes bytes for any place',
    file: 'files/resumable-uploads.js',
    find: 'if (offset !== stretch.offset)',
    replace: 'if (false)',
    suite: TUS,
    tests: 'takes bytes at its offset',
  },
  {
    name: 'a chunk is kept whose checksum differs',
    file: 'files/resumable-uploads.js',
    find: 'checked.check(content);',
    replace: '',
    suite: TUS,
    tests: 'keeps nothing of a chunk',
  },
  {
    name: 'an upload goes on at a path that it is not of',
    file: 'files/resumable-uploads.js',
    find: 'if (upload.path !== path)',
    replace: 'if (false)',
    suite: TUS,
    tests: 'is ended by whoever',
  },
];
