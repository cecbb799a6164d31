/** Routes about files, over the drives of the node. */
import { ACCESS_LEDGER } from './access/access-entry.js';
import { authorize, rolesAllowing } from './access/authorize.js';
import type { RouteModule } from './api/app.js';
import { rolesAt } from './api/authentication.js';
import { FEED_TIMES } from './api/routes/feed.js';
import { FilesError } from './files/files-error.js';
import { describeFiles } from './files/http/describe-files.js';
import { placeOf } from './files/http/file-request.js';
import type { FilesParts } from './files/http/files-parts.js';
import { filesRoutes } from './files/http/files-routes.js';
import { Snapshots } from './files/snapshots.js';
import {
  evidenceParts,
  ownAppending,
  type RouteParts,
  type SharedParts,
  v1,
} from './route-parts.js';

export function fileModules(parts: RouteParts, shared: SharedParts): RouteModule[] {
  const { opened, clock, stopping } = parts;
  const { book } = opened.access;
  const { guard, cursors, body, ledgers, seals, folderGrants: grants, timeoutMillis } = shared;
  const files: FilesParts = {
    ...{ cursors, body, ledgers, seals, grants, clock, stopping },
    guard: guard.below(placeOf),
    drives: opened.files,
    snapshots: new Snapshots({ ...ownAppending(parts, ledgers), ledgers }),
    evidence: evidenceParts(opened),
    idleTimeoutMillis: timeoutMillis,
    events: { ...FEED_TIMES, idleTimeoutMillis: timeoutMillis },
    needsTwo: (tenant) => book.of(tenant).settings.approvals,
    isListed: (principal, drive) =>
      drive !== ACCESS_LEDGER && !book.rolesIn(principal, drive).isHidden,
    require: async (principal, action, drive, place) => {
      const asked = { action, ledger: drive, place };
      const { roles, isHidden } = await rolesAt(
        { authority: book, folders: grants },
        principal,
        asked,
      );
      // As one that is not there: nobody learns that it is.
      if (isHidden && rolesAllowing(action, roles).length > 0)
        throw new FilesError('DRIVE_UNKNOWN', 'there is no such drive');
      authorize({ ...principal, roles }, action, principal.tenant);
    },
  };
  return [v1(filesRoutes(files), describeFiles)];
}
