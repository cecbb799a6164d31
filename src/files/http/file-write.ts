/** `PUT` and `DELETE /v1/files/{drive}/{path}`: a new version, and one taken out of sight or out of the drive. */
import type { RequestHandler, Response } from 'express';
import { z } from 'zod';
import { sendJson } from '../../api/answer.js';
import { bytesOf } from '../../api/body-stream.js';
import { Places } from '../../api/places.js';
import { validate } from '../../api/validate.js';
import type { Written } from '../drive-port.js';
import { given } from '../drive-settings.js';
import { FilesError } from '../files-error.js';
import { announcedDigests, checkDigests, sumsFor } from './content-digests.js';
import { actorOf, driveOf, pathOf, versionParameter } from './file-request.js';
import { writtenJson } from './file-schemas.js';
import { type FilesParts, TRANSFERS_AT_A_TIME } from './files-parts.js';
import { writeCondition } from './preconditions.js';
import { saidInHeaders, VERSION_HEADER } from './put-headers.js';

const noQuery = z.strictObject({});
export const deleteQuery = z.strictObject({
  version: versionParameter.meta({
    description: 'To take out of the drive; its history keeps it.',
  }),
  bypass: z.literal('governance').optional().meta({
    description: 'Passes over a lock of this mode; admins alone.',
  }),
});

export function putHandler(parts: FilesParts): RequestHandler {
  const places = new Places(TRANSFERS_AT_A_TIME);
  return parts.guard('file:write', async (principal, request, response) => {
    const name = driveOf(request);
    const path = pathOf(request);
    validate(noQuery, request.query, 'the query');
    const { subject, idempotencyKey, options } = saidInHeaders(request);
    const digests = announcedDigests(request);
    const condition = writeCondition(request);
    const drive = await parts.drives.find(principal.tenant, name);
    // Before the content, which may be long; it is asked again in the turn of the path.
    condition?.(drive.newest(path));
    places.take(principal.tenant, response);
    const by = actorOf(principal);
    const content = await drive.store(bytesOf(request, parts.idleTimeoutMillis), {
      by,
      ...given('subject', subject),
      sums: sumsFor(digests),
    });
    // A crash or a refusal here leaves chunks that nothing refers to.
    checkDigests(digests, content);
    const written = await drive.put(by, path, content, {
      ...options,
      ...given('condition', condition),
      ...given('idempotencyKey', idempotencyKey),
    });
    sendWritten(response, 201, written);
  });
}

export function deleteHandler(parts: FilesParts): RequestHandler {
  return parts.guard('file:write', async (principal, request, response) => {
    const name = driveOf(request);
    const path = pathOf(request);
    const { version: id, bypass } = validate(deleteQuery, request.query, 'the query');
    const condition = writeCondition(request);
    if (bypass !== undefined) await parts.require(principal, 'file:bypass-lock', name, path);
    const drive = await parts.drives.find(principal.tenant, name);
    const by = actorOf(principal);
    const written =
      id === undefined
        ? await drive.delete(by, path, condition)
        : await drive.remove(by, path, id, {
            bypass: bypass !== undefined,
            ...given('condition', condition),
          });
    if (written === null)
      throw new FilesError('FILE_UNKNOWN', 'this drive has no file of this path');
    sendWritten(response, 200, written);
  });
}

/** The version that was made, changed or taken out. */
export function sendWritten(response: Response, status: number, written: Written): void {
  const { id, etag } = written.version;
  response.setHeader(VERSION_HEADER, id);
  if (etag !== '') response.setHeader('ETag', `"${etag}"`);
  sendJson(response, status, writtenJson(written));
}
