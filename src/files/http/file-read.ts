/** `GET /v1/files/{drive}/{path}`: the content of a version, or a range of it; with `?metadata` what was said with it. */
import type { Request } from 'express';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { sendJson } from '../../api/answer.js';
import { Places } from '../../api/places.js';
import { sendStream } from '../../api/stream-answer.js';
import { validate } from '../../api/validate.js';
import { fromHex, toBase64 } from '../../base/bytes.js';
import type { JsonObject } from '../../base/canonical-json.js';
import type { ReadRange, Version } from '../drive-port.js';
import type { FilePut } from '../file-change.js';
import { FilesError } from '../files-error.js';
import {
  asOfParameter,
  disclosureOf,
  driveOf,
  flag,
  pathOf,
  stateOf,
  versionOf,
  versionParameter,
} from './file-request.js';
import { versionJson } from './file-schemas.js';
import { type FilesParts, TRANSFERS_AT_A_TIME } from './files-parts.js';
import { httpDate } from './http-date.js';
import { rangeHolds, readOutcome } from './preconditions.js';
import { META_HEADER, VERSION_HEADER } from './put-headers.js';
import { rangeOf } from './range.js';

export const readQuery = z.strictObject({ asOf: asOfParameter, version: versionParameter });
const metadataQuery = readQuery.extend({ metadata: flag });

export function readHandler(parts: FilesParts): RequestHandler {
  const { guard, idleTimeoutMillis } = parts;
  const places = new Places(TRANSFERS_AT_A_TIME);
  return guard.disclosing('file:read', async ({ tenant }, request, response) => {
    const name = driveOf(request);
    const path = pathOf(request);
    const { asOf, version: id } = validate(readQuery, request.query, 'the query');
    const state = await stateOf(parts, tenant, name, asOf);
    const version = versionOf(state, path, id);
    const put = await state.drive.open(version);
    const outcome = readOutcome(request, version);
    const range = outcome === 304 ? 'whole' : wantedRange(request, version);
    if (range === 'none') {
      response.setHeader('Content-Range', `bytes */${put.size}`);
      throw new FilesError('FILE_RANGE_REFUSED', `the file has ${put.size} bytes`);
    }
    places.take(tenant, response);
    const part = range === 'whole' ? null : range;
    return {
      ...disclosureOf(name, state, { version: version.id, ...(part && { range: { ...part } }) }, [
        version,
      ]),
      send: () => {
        const headers = { ...headersOf(version, put), ...lengthHeaders(put.size, part) };
        if (outcome === 304) {
          response.writeHead(304, without(headers, 'Content-Length')).end();
          return;
        }
        return sendStream(request, response, {
          ...{ status: part === null ? 200 : 206, headers, idleTimeoutMillis },
          chunks: state.drive.read(put.content, part ?? undefined),
        });
      },
    };
  });
}

function wantedRange(request: Request, version: Version): ReadRange | 'whole' | 'none' {
  return rangeHolds(request, version) ? rangeOf(request.get('Range'), version.size) : 'whole';
}

function lengthHeaders(size: number, part: ReadRange | null): Readonly<Record<string, string>> {
  if (part === null) return { 'Content-Length': String(size) };
  const { start, end } = part;
  return {
    'Content-Length': String(end - start),
    'Content-Range': `bytes ${start}-${end - 1}/${size}`,
  };
}

function without(
  headers: Readonly<Record<string, string>>,
  name: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name));
}

/** What the writer said of caches counts for S3; here each read is on record, so caches ask each time. */
function headersOf(version: Version, put: FilePut): Readonly<Record<string, string>> {
  const { contentDisposition, contentEncoding, contentLanguage, expires } = put.headers ?? {};
  return {
    'Content-Type': put.mediaType,
    // What it is, is for whoever saves it: in the origin of the node nothing of it is shown as a page.
    'Content-Disposition': contentDisposition ?? 'attachment',
    ...(contentEncoding !== undefined && { 'Content-Encoding': contentEncoding }),
    ...(contentLanguage !== undefined && { 'Content-Language': contentLanguage }),
    ...(expires !== undefined && { Expires: expires }),
    'Cache-Control': 'private, no-cache',
    'Accept-Ranges': 'bytes',
    ETag: `"${version.etag}"`,
    'Last-Modified': httpDate(version.recordedAt),
    'Repr-Digest': `sha-256=:${toBase64(fromHex(put.sha256))}:`,
    [VERSION_HEADER]: version.id,
    ...metaHeaders(put),
  };
}

/** Names that are none of a header's are told by `?metadata` alone. */
function metaHeaders({ metadata = {} }: FilePut): Readonly<Record<string, string>> {
  const fit = Object.entries(metadata).filter(([name]) => /^[a-z0-9][a-z0-9._-]*$/.test(name));
  return Object.fromEntries(
    fit.map(([name, value]) => [`${META_HEADER}${name}`, encodeURIComponent(value)]),
  );
}

export function metadataHandler(parts: FilesParts): RequestHandler {
  return parts.guard.disclosing('file:read', async ({ tenant }, request, response) => {
    const name = driveOf(request);
    const path = pathOf(request);
    const { asOf, version: id } = validate(metadataQuery, request.query, 'the query');
    const state = await stateOf(parts, tenant, name, asOf);
    const version = versionOf(state, path, id);
    const put = await state.drive.open(version);
    return {
      ...disclosureOf(name, state, { version: version.id, metadata: true }, [version]),
      send: () => {
        sendJson(response, 200, { ...versionJson(version), ...saidJson(put) });
      },
    };
  });
}

export const saidSchema = z.object({
  sha256: z.string().meta({ description: 'Of the content, hex: what evidence of it says.' }),
  headers: z.record(z.string(), z.string()).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  from: z.object({ drive: z.string(), version: z.string() }).optional(),
});

function saidJson({ sha256, headers, metadata, from }: FilePut): JsonObject {
  return {
    sha256,
    ...(headers !== undefined && { headers: { ...headers } }),
    ...(metadata !== undefined && { metadata: { ...metadata } }),
    ...(from !== undefined && { from: { ...from } }),
  };
}
