/**
 * Resumable uploads by tus 1.0.0: `POST …/{path}?uploads` begins one, and what it is found by is the same path with
 * `?upload=`. The length stands in that address: the node keeps no more of an upload than S3's parts have.
 */
import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { Principal } from '../../access/authorize.js';
import { ApiError } from '../../api/api-error.js';
import { bytesOf } from '../../api/body-stream.js';
import { Places } from '../../api/places.js';
import { validate } from '../../api/validate.js';
import { PERSON_NAME } from '../../base/secret-scope.js';
import type { Written } from '../drive-port.js';
import { given } from '../drive-settings.js';
import { FilesError } from '../files-error.js';
import { ResumableUploads, type UploadPlace } from '../resumable-uploads.js';
import { actorOf, driveOf, flag, pathOf } from './file-request.js';
import { type FilesParts, TRANSFERS_AT_A_TIME } from './files-parts.js';
import { writeCondition } from './preconditions.js';
import { checkedMetadata, OCTETS, VERSION_HEADER } from './put-headers.js';
import {
  checkChunk,
  checkChunkType,
  speakTus,
  sumsOfChunk,
  uploadChecksum,
  uploadLength,
  uploadMetadata,
  uploadOffset,
} from './tus-protocol.js';

export const beginQuery = z.strictObject({ uploads: flag });
const uploadForm = /^([0-9a-f]{32})\.(0|[1-9]\d{0,14})$/;
export const uploadQuery = z.strictObject({
  upload: z.string().max(64).meta({ description: 'As `Location` gave it.' }),
});

const mediaTypeSchema = z.string().regex(/^[\x20-\x7e]{1,256}$/);
const subjectSchema = z.string().regex(PERSON_NAME);

export interface TusHandlers {
  readonly begin: RequestHandler;
  readonly head: RequestHandler;
  readonly send: RequestHandler;
  readonly abort: RequestHandler;
}

export function tusHandlers(parts: FilesParts): TusHandlers {
  const { guard, drives, idleTimeoutMillis } = parts;
  const uploads = new ResumableUploads();
  const places = new Places(TRANSFERS_AT_A_TIME);

  const placeOf = async ({ tenant }: Principal, request: Request): Promise<UploadPlace> => {
    const [name, path] = [driveOf(request), pathOf(request)];
    const { upload } = validate(uploadQuery, request.query, 'the query');
    const found = uploadForm.exec(upload);
    const drive = await drives.find(tenant, name);
    if (found === null) throw new FilesError('UPLOAD_UNKNOWN', 'this path has no such upload');
    const [, id = '', length = ''] = found;
    return { tenant, drive, path, id, length: Number(length) };
  };

  /** @returns how far it is then. */
  const receive = async (
    principal: Principal,
    request: Request,
    response: Response,
    place: UploadPlace,
    offset: number,
  ): Promise<void> => {
    const { length } = place;
    const checksum = uploadChecksum(request);
    if (offset + Number(request.get('Content-Length') ?? 0) > length)
      throw new FilesError('FILE_TOO_LARGE', `the upload was said to have ${length} bytes`);
    places.take(principal.tenant, response);
    const stretch = {
      offset,
      bytes: bytesOf(request, idleTimeoutMillis),
      checked: checksum && {
        sums: sumsOfChunk(checksum),
        check: (content: Parameters<typeof checkChunk>[1]) => {
          checkChunk(checksum, content);
        },
      },
    };
    const condition = writeCondition(request);
    const state = await uploads.send(place, actorOf(principal), stretch, condition);
    response.setHeader('Upload-Offset', String(state.offset));
    if (state.written !== null) tell(response, state.written);
  };

  return {
    begin: guard('file:write', async (principal, request, response) => {
      const [name, path] = [driveOf(request), pathOf(request)];
      validate(beginQuery, request.query, 'the query');
      speakTus(request, response);
      const length = uploadLength(request);
      const { mediaType, subject, rest } = uploadMetadata(request);
      const metadata = checkedMetadata(rest);
      const drive = await drives.find(principal.tenant, name);
      const upload = await drive.uploads.begin(actorOf(principal), path, {
        mediaType: validate(mediaTypeSchema.default(OCTETS), mediaType, 'the media type'),
        ...given('subject', validate(subjectSchema.optional(), subject, 'the subject')),
        ...(Object.keys(metadata).length > 0 && { metadata }),
      });
      // The same path again, as the client wrote it.
      const [address = ''] = request.originalUrl.split('?');
      response.setHeader('Location', `${address}?upload=${upload.id}.${length}`);
      const place = { tenant: principal.tenant, drive, path, id: upload.id, length };
      if (hasBody(request)) {
        checkChunkType(request);
        await receive(principal, request, response, place, 0);
      } else if (length === 0) {
        // Clients send nothing more of it.
        const { written } = await uploads.stateOf(place, actorOf(principal));
        if (written !== null) tell(response, written);
      }
      response.status(201).end();
    }),
    head: guard('file:write', async (principal, request, response) => {
      speakTus(request, response);
      if (request.method !== 'HEAD')
        throw new ApiError('METHOD_NOT_ALLOWED', 'an upload takes HEAD, PATCH and DELETE');
      const place = await placeOf(principal, request);
      const { offset } = await uploads.stateOf(place, actorOf(principal));
      response.setHeader('Upload-Offset', String(offset));
      response.setHeader('Upload-Length', String(place.length));
      response.status(200).end();
    }),
    send: guard('file:write', async (principal, request, response) => {
      speakTus(request, response);
      const place = await placeOf(principal, request);
      checkChunkType(request);
      await receive(principal, request, response, place, uploadOffset(request));
      response.status(204).end();
    }),
    abort: guard('file:write', async (principal, request, response) => {
      speakTus(request, response);
      await uploads.abort(await placeOf(principal, request));
      response.status(204).end();
    }),
  };
}

function hasBody(request: Request): boolean {
  const length = request.get('Content-Length');
  return request.get('Transfer-Encoding') !== undefined || Number(length ?? 0) > 0;
}

/** Of the file that has been made. */
function tell(response: Response, { version: { id, etag } }: Written): void {
  response.setHeader(VERSION_HEADER, id);
  response.setHeader('ETag', `"${etag}"`);
}
