/** `/v1/files` in the description. A path that gives several answers by its query is one operation there. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { EVENT_STREAM } from '../../api/event-stream.js';
import { json, notModifiedResponse, problemResponse } from '../../api/schemas.js';
import { drivesQuery, drivesSchema } from './drive-changes.js';
import {
  diffQuery,
  diffSchema,
  historyQuery,
  historySchema,
  listingSchema,
  listQuery,
} from './drive-list.js';
import { eventHeaders, eventsQuery } from './events.js';
import {
  ACTION_BODIES,
  actionQuery,
  folderActionQuery,
  restoredSchema,
  restoreFolderSchema,
} from './file-actions.js';
import { evidenceQuery } from './file-evidence.js';
import { readQuery, saidSchema } from './file-read.js';
import { drivePath, filePath, flag } from './file-request.js';
import {
  changedDriveSchema,
  driveSchema,
  newDriveSchema,
  versionSchema,
  writtenSchema,
} from './file-schemas.js';
import { deleteQuery } from './file-write.js';
import {
  folderGrantSchema,
  folderGrantsSchema,
  newFolderGrantSchema,
  revokeQuery,
} from './grant-routes.js';
import { putHeadersSchema } from './put-headers.js';
import { newSnapshotQuery, snapshotsSchema } from './snapshot-routes.js';
import { TUS_BODY } from './tus-protocol.js';
import { uploadQuery } from './tus.js';

const drive = z.object(drivePath);
const file = z.object(filePath);
const bytes = z.string().meta({ format: 'binary' });
const optional = <T extends z.ZodRawShape>(schema: z.ZodObject<T>): z.ZodRawShape =>
  schema.partial().shape;
const tags = ['files'];

export function describeFiles(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'get',
    path: '/v1/files',
    summary: "List the tenant's drives, by name",
    tags,
    request: { query: drivesQuery },
    responses: {
      200: { description: 'A page of drives.', content: json(drivesSchema) },
      default: problemResponse,
    },
  });
  describeDrives(registry);
  describeContent(registry);
}

function describeDrives(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'get',
    path: '/v1/files/{ledger}',
    summary: 'List files of a drive, or what else its query asks for',
    description:
      'By path, in the order of their UTF-8. `versions`: all versions, of each path the newest first. `diff`: what differs between two states. `events`: changes as they come (server-sent events of type `change`, whose id is the index of the entry). `snapshots`, `grants`, `settings`: what they say. Names are content: each answer is on record as shown, and each group of events before it is sent.',
    tags,
    request: {
      params: drive,
      query: z.object({
        ...optional(diffQuery),
        ...optional(eventsQuery),
        ...optional(listQuery),
        versions: flag.optional(),
        snapshots: flag.optional(),
        grants: flag.optional(),
        settings: flag.optional(),
        from: z.string().optional().meta({
          description: 'Of `diff` as `asOf`; of `events` the first index.',
        }),
      }),
      headers: eventHeaders,
    },
    responses: {
      200: {
        description: 'A page, the settings, or the events.',
        content: {
          ...json(
            z.union([listingSchema, diffSchema, snapshotsSchema, folderGrantsSchema, driveSchema]),
          ),
          [EVENT_STREAM]: { schema: z.string() },
        },
      },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'put',
    path: '/v1/files/{ledger}',
    summary: 'Make a drive; with `snapshot` give a state of it a name',
    description:
      'A drive is a ledger of the same name, which is made unless there is one. A snapshot has no body.',
    tags,
    request: {
      params: drive,
      query: z.object(optional(newSnapshotQuery)),
      body: { content: json(newDriveSchema) },
    },
    responses: {
      201: { description: 'Made.', content: json(driveSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'patch',
    path: '/v1/files/{ledger}',
    summary: 'Change what is set of a drive',
    tags,
    request: { params: drive, body: { required: true, content: json(changedDriveSchema) } },
    responses: {
      200: { description: 'As it is now.', content: json(driveSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'post',
    path: '/v1/files/{ledger}',
    summary: 'With `grants` grant a folder; with `action=restore` make a folder as it was',
    description:
      'Restoring goes a page at a time: ask again with the cursor until it is null. Nothing that came later leaves the history.',
    tags,
    request: {
      params: drive,
      query: z.object({ ...optional(folderActionQuery), grants: flag.optional() }),
      body: {
        required: true,
        content: json(z.union([newFolderGrantSchema, restoreFolderSchema])),
      },
    },
    responses: {
      200: { description: 'What was restored.', content: json(restoredSchema) },
      201: { description: 'The grant.', content: json(folderGrantSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'delete',
    path: '/v1/files/{ledger}',
    summary: 'Remove an empty drive; with `grant` revoke a grant',
    description: 'Its ledger stays, and all of its history.',
    tags,
    request: { params: drive, query: z.object(optional(revokeQuery)) },
    responses: {
      200: { description: 'The grant, as it was.', content: json(folderGrantSchema) },
      204: { description: 'Removed.' },
      default: problemResponse,
    },
  });
}

function describeContent(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'get',
    path: '/v1/files/{ledger}/{path}',
    summary: 'The content of a file, or what else its query asks for',
    description:
      'One range of bytes, conditional requests and HEAD as RFC 9110 has them. `metadata`: what was said with it. `versions`: its versions, newest first. `evidence`: what a third party verifies the version with. `upload`, with HEAD alone: how far a resumable upload is.',
    tags,
    request: {
      params: file,
      query: z.object({
        ...optional(uploadQuery),
        ...optional(historyQuery),
        ...optional(evidenceQuery),
        ...optional(readQuery),
        metadata: flag.optional(),
      }),
    },
    responses: {
      200: {
        description: 'The content; or a page, the metadata, the evidence.',
        content: {
          '*/*': { schema: bytes },
          ...json(z.union([historySchema, versionSchema.extend(saidSchema.shape), z.object({})])),
        },
      },
      206: { description: 'The range.', content: { '*/*': { schema: bytes } } },
      304: notModifiedResponse,
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'put',
    path: '/v1/files/{ledger}/{path}',
    summary: 'Put a file: a new version, of any size',
    description:
      'Checked against `Content-MD5`, `Repr-Digest`, `Content-Digest` or `Digest`, whichever is there, before anything is made of it. `If-Match` and `If-None-Match` hold in the turn of the path. Headers `Chirograph-Meta-…` are kept with it, percent-encoded, 2 KiB in all.',
    tags,
    request: {
      params: file,
      headers: putHeadersSchema,
      body: { required: true, content: { '*/*': { schema: bytes } } },
    },
    responses: {
      201: { description: 'Durable.', content: json(writtenSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'post',
    path: '/v1/files/{ledger}/{path}',
    summary:
      'Copy, move, restore, undelete, lock, hold or tag a file; with `uploads` begin a resumable upload',
    description:
      'A resumable upload speaks tus 1.0.0, whose `Location` takes HEAD, PATCH and DELETE. Anything else is an action with a JSON body.',
    tags,
    request: {
      params: file,
      query: z.object({ ...optional(actionQuery), uploads: flag.optional() }),
      body: {
        content: {
          ...json(z.union(Object.values(ACTION_BODIES))),
          [TUS_BODY]: { schema: bytes },
        },
      },
    },
    responses: {
      200: { description: 'Said of the version.', content: json(writtenSchema) },
      201: { description: 'Made, or begun.', content: json(writtenSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'patch',
    path: '/v1/files/{ledger}/{path}',
    summary: 'Go on with a resumable upload (tus 1.0.0)',
    tags,
    request: {
      params: file,
      query: uploadQuery,
      body: { required: true, content: { [TUS_BODY]: { schema: bytes } } },
    },
    responses: {
      204: { description: 'Kept, up to `Upload-Offset`; at its end it is the file.' },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'delete',
    path: '/v1/files/{ledger}/{path}',
    summary: 'Delete a file; with `version` take one out; with `upload` end a resumable upload',
    tags,
    request: {
      params: file,
      query: z.object({ ...optional(deleteQuery), ...optional(uploadQuery) }),
    },
    responses: {
      200: { description: 'What was made or taken out.', content: json(writtenSchema) },
      204: { description: 'The upload is ended.' },
      default: problemResponse,
    },
  });
}
