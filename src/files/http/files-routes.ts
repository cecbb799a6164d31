/** `/v1/files`: drives, what is in them, and what was. Which of several answers a path gives, its query says. */
import { Router } from 'express';
import { addResource } from '../../api/resource.js';
import {
  changeDriveHandler,
  listDrivesHandler,
  makeDriveHandler,
  removeDriveHandler,
  settingsHandler,
} from './drive-changes.js';
import { diffHandler, historyHandler, listHandler, versionsHandler } from './drive-list.js';
import { eventsHandler } from './events.js';
import { actionHandler, restoreFolderHandler } from './file-actions.js';
import { fileEvidenceHandler } from './file-evidence.js';
import { metadataHandler, readHandler } from './file-read.js';
import { byQuery, DRIVE, FILE } from './file-request.js';
import { deleteHandler, putHandler } from './file-write.js';
import type { FilesParts } from './files-parts.js';
import { listGrantsHandler, makeGrantHandler, revokeGrantHandler } from './grant-routes.js';
import { listSnapshotsHandler, makeSnapshotHandler } from './snapshot-routes.js';
import { TUS_ABILITIES } from './tus-protocol.js';
import { tusHandlers } from './tus.js';

export function filesRoutes(parts: FilesParts): Router {
  const tus = tusHandlers(parts);
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/files', { get: listDrivesHandler(parts) });
  addResource(router, DRIVE, {
    get: byQuery({
      versions: versionsHandler(parts),
      diff: diffHandler(parts),
      events: eventsHandler(parts),
      snapshots: listSnapshotsHandler(parts),
      grants: listGrantsHandler(parts),
      settings: settingsHandler(parts),
      plain: listHandler(parts),
    }),
    put: byQuery({ snapshot: makeSnapshotHandler(parts), plain: makeDriveHandler(parts) }),
    patch: changeDriveHandler(parts),
    post: byQuery({ grants: makeGrantHandler(parts), plain: restoreFolderHandler(parts) }),
    delete: byQuery({ grant: revokeGrantHandler(parts), plain: removeDriveHandler(parts) }),
  });
  addResource(
    router,
    FILE,
    {
      get: byQuery({
        upload: tus.head,
        metadata: metadataHandler(parts),
        versions: historyHandler(parts),
        evidence: fileEvidenceHandler(parts),
        plain: readHandler(parts),
      }),
      put: putHandler(parts),
      post: byQuery({ uploads: tus.begin, plain: actionHandler(parts) }),
      patch: tus.send,
      delete: byQuery({ upload: tus.abort, plain: deleteHandler(parts) }),
    },
    TUS_ABILITIES,
  );
  return router;
}
