/** `POST …?action=…`: what is done to a file, or to a folder, other than putting and deleting. */
import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { AccessError } from '../../access/access-error.js';
import { type Principal, rolesAllowing } from '../../access/authorize.js';
import { sendJson } from '../../api/answer.js';
import { ApiError } from '../../api/api-error.js';
import { readJsonBody } from '../../api/body.js';
import { cursorSchema, instantSchema, textOfForm } from '../../api/schemas.js';
import { validate } from '../../api/validate.js';
import { PERSON_NAME } from '../../base/secret-scope.js';
import { parseInstant } from '../../base/time.js';
import { given } from '../drive-settings.js';
import type { FileSayings } from '../file-change.js';
import { parseFilePath } from '../file-path.js';
import { copyVersion, restoreFolder, restoreVersion, undelete } from '../restore-files.js';
import {
  actorOf,
  asOfParameter,
  driveOf,
  pathOf,
  pathPosition,
  stateOf,
  versionOf,
  versionParameter,
} from './file-request.js';
import { lockModeSchema, tagsSchema } from './file-schemas.js';
import { sendWritten } from './file-write.js';
import type { FilesParts } from './files-parts.js';
import { writeCondition } from './preconditions.js';

const pathText = z.string().min(1).max(1024);
const version = versionParameter;
const bypass = z.literal('governance').optional().meta({ description: 'Admins alone.' });

export const ACTION_BODIES = {
  copy: z.strictObject({
    to: pathText,
    drive: z.string().optional().meta({ description: 'The same without it.' }),
    subject: textOfForm(PERSON_NAME).optional().meta({
      description: 'Whose the copy is; that of the drive it goes to without it.',
    }),
    version,
    asOf: asOfParameter,
  }),
  move: z.strictObject({ to: pathText }),
  restore: z.strictObject({ version, asOf: asOfParameter }),
  undelete: z.strictObject({}),
  lock: z.strictObject({
    lock: z.strictObject({ mode: lockModeSchema, until: instantSchema.max(30) }).nullable(),
    version,
    bypass,
  }),
  hold: z.strictObject({ hold: z.boolean(), version }),
  tag: z.strictObject({ tags: tagsSchema, version }),
} as const;

export type FileAction = keyof typeof ACTION_BODIES;
const FILE_ACTIONS = Object.keys(ACTION_BODIES) as [FileAction, ...FileAction[]];

export const actionQuery = z.strictObject({ action: z.enum(FILE_ACTIONS) });
export const folderActionQuery = z.strictObject({
  action: z.literal('restore'),
  prefix: z.string().max(1024).default('').meta({ type: 'string' }),
});
export const restoreFolderSchema = z.strictObject({
  asOf: z.string().max(64),
  cursor: z.string().max(4096).optional(),
  limit: z.int().min(1).max(100).default(100),
});
export const restoredSchema = z.object({
  restored: z.number().int(),
  deleted: z.number().int(),
  left: z.array(z.object({ path: z.string(), code: z.string() })).meta({
    description: 'What could not be made as it was, and why.',
  }),
  cursor: cursorSchema,
});

/** What only reads here, and writes elsewhere, asks there whether it may. */
export function actionHandler(parts: FilesParts): RequestHandler {
  const { guard } = parts;
  const reading = guard('file:read', (principal, request, response) =>
    copy(parts, principal, request, response),
  );
  const writing = guard('file:write', (principal, request, response) =>
    act(parts, principal, request, response),
  );
  return (request, response, next) =>
    (request.query['action'] === 'copy' ? reading : writing)(request, response, next);
}

async function copy(
  parts: FilesParts,
  principal: Principal,
  request: Request,
  response: Response,
): Promise<void> {
  const name = driveOf(request);
  const path = pathOf(request);
  validate(actionQuery, request.query, 'the query');
  // Nothing is shown here, so nothing would be held against the scope of an inspection.
  if (rolesAllowing('file:read', principal.roles ?? []).every((role) => role === 'inspector'))
    throw new AccessError('ACCESS_DENIED', 'an inspector reads files, and copies none');
  const condition = writeCondition(request);
  const asked = validate(ACTION_BODIES.copy, await readJsonBody(request, parts.body), 'the body');
  const to = parseFilePath(asked.to);
  const target = asked.drive ?? name;
  await parts.require(principal, 'file:write', target, to);
  const state = await stateOf(parts, principal.tenant, name, asked.asOf);
  const drive = await parts.drives.find(principal.tenant, target);
  const { subject } = asked;
  const from = versionOf(state, path, asked.version);
  const by = actorOf(principal);
  const written = await copyVersion(state.drive, from, by, { drive, path: to, subject, condition });
  sendWritten(response, 201, written);
}

async function act(
  parts: FilesParts,
  principal: Principal,
  request: Request,
  response: Response,
): Promise<void> {
  const name = driveOf(request);
  const path = pathOf(request);
  const { action } = validate(actionQuery, request.query, 'the query');
  const body = await readJsonBody(request, parts.body);
  const by = actorOf(principal);
  const drive = await parts.drives.find(principal.tenant, name);
  /** Of the version that is named, or the newest. */
  const say = async (
    id: string | undefined,
    sayings: FileSayings,
    options: { bypass?: boolean } = {},
  ): Promise<void> => {
    const meant = versionOf({ drive, at: undefined }, path, id);
    sendWritten(response, 200, await drive.say(by, path, meant.id, sayings, options));
  };
  switch (action) {
    case 'copy':
      throw new ApiError('REQUEST_INVALID', 'a copy is asked for by another way');
    case 'move': {
      const to = parseFilePath(validate(ACTION_BODIES.move, body, 'the body').to);
      await parts.require(principal, 'file:write', name, to);
      sendWritten(response, 201, await drive.move(by, path, to));
      return;
    }
    case 'restore': {
      const { asOf, version: id } = validate(ACTION_BODIES.restore, body, 'the body');
      if ((asOf === undefined) === (id === undefined))
        throw new ApiError('REQUEST_INVALID', 'say which version, or as of when: one of them');
      const state = await stateOf(parts, principal.tenant, name, asOf);
      const old = versionOf(state, path, id);
      const written = await restoreVersion(drive, old, by, writeCondition(request));
      if (written === null) sendJson(response, 200, { unchanged: true });
      else sendWritten(response, 201, written);
      return;
    }
    case 'undelete':
      validate(ACTION_BODIES.undelete, body, 'the body');
      sendWritten(response, 200, await undelete(drive, path, by));
      return;
    case 'lock': {
      const { lock, version: id, bypass: over } = validate(ACTION_BODIES.lock, body, 'the body');
      if (over !== undefined) await parts.require(principal, 'file:bypass-lock', name, path);
      const until = lock && { mode: lock.mode, until: parseInstant(lock.until) };
      await say(id, { lock: until }, { bypass: over !== undefined });
      return;
    }
    case 'hold': {
      const { hold, version: id } = validate(ACTION_BODIES.hold, body, 'the body');
      await say(id, { hold });
      return;
    }
    case 'tag': {
      const { tags, version: id } = validate(ACTION_BODIES.tag, body, 'the body');
      await say(id, { tags });
      return;
    }
  }
}

/** Page by page: a folder may have any number of files. */
export function restoreFolderHandler(parts: FilesParts): RequestHandler {
  return parts.guard('file:write', async (principal, request, response) => {
    const name = driveOf(request);
    const { prefix } = validate(folderActionQuery, request.query, 'the query');
    const body = await readJsonBody(request, parts.body);
    const { asOf, cursor, limit } = validate(restoreFolderSchema, body, 'the body');
    const list = ['restore', principal.tenant, name, prefix, asOf];
    const start =
      cursor === undefined ? undefined : parts.cursors.decode(list, cursor, pathPosition);
    // Not of a drive that was removed: that is made again first.
    const drive = await parts.drives.find(principal.tenant, name);
    const at = start?.size ?? (await stateOf(parts, principal.tenant, name, asOf)).size;
    const page = await restoreFolder(drive, actorOf(principal), {
      ...{ at, prefix, limit },
      ...given('after', start?.after),
    });
    const { next, ...done } = page;
    sendJson(response, 200, {
      ...done,
      cursor: next === null ? null : parts.cursors.encode(list, { after: next, size: at }),
    });
  });
}
