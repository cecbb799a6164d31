/** The headers of tus 1.0.0 (resumable uploads): what a client says in them, and what it is told. */
import type { Request, Response } from 'express';
import { ApiError } from '../../api/api-error.js';
import { contentTypeOf } from '../../api/body.js';
import { equalBytes, fromBase64, utf8ToString } from '../../base/bytes.js';
import { BaseError } from '../../base/errors.js';
import { FilesError } from '../files-error.js';
import type { ChecksumName, StoredContent } from '../stored-content.js';
import type { Texts } from '../texts.js';
import { sumOf } from './content-digests.js';

const VERSION = '1.0.0';
const CHECKSUMS = ['md5', 'sha1', 'sha256', 'crc32'] as const;
export const TUS_BODY = 'application/offset+octet-stream';

/** What OPTIONS says of uploads. */
export const TUS_ABILITIES = {
  'Tus-Resumable': VERSION,
  'Tus-Version': VERSION,
  'Tus-Extension': 'creation,creation-with-upload,termination,checksum',
  'Tus-Checksum-Algorithm': CHECKSUMS.join(','),
} as const;

/** Of every answer, refusals too. @throws FilesError UPLOAD_PROTOCOL. */
export function speakTus(request: Request, response: Response): void {
  response.setHeader('Tus-Resumable', VERSION);
  response.setHeader('Cache-Control', 'no-store');
  if (request.get('Tus-Resumable') === VERSION) return;
  response.setHeader('Tus-Version', VERSION);
  throw new FilesError('UPLOAD_PROTOCOL', `uploads speak tus ${VERSION}: say so in Tus-Resumable`);
}

/** @throws ApiError REQUEST_INVALID. */
export function uploadLength(request: Request): number {
  if (request.get('Upload-Defer-Length') !== undefined)
    throw new ApiError('REQUEST_INVALID', 'an upload begins with its length, in Upload-Length');
  return numberIn(request, 'Upload-Length');
}

/** @throws ApiError REQUEST_INVALID. */
export function uploadOffset(request: Request): number {
  return numberIn(request, 'Upload-Offset');
}

function numberIn(request: Request, header: string): number {
  const text = request.get(header);
  if (text === undefined || !/^(?:0|[1-9]\d{0,14})$/.test(text))
    throw new ApiError('REQUEST_INVALID', `${header} must be a number of bytes`);
  return Number(text);
}

export interface UploadMetadata {
  readonly mediaType: string | undefined;
  readonly subject: string | undefined;
  readonly rest: Texts;
}

const MAX_METADATA = 8 * 1024;
const OWN: readonly string[] = ['filetype', 'filename', 'subject'];

/**
 * `Upload-Metadata`: names, and values in base64. `filetype` is the media type, `subject` whose file it is; `filename` says
 * nothing that the path does not.
 * @throws ApiError REQUEST_INVALID.
 */
export function uploadMetadata(request: Request): UploadMetadata {
  const text = request.get('Upload-Metadata') ?? '';
  if (text.length > MAX_METADATA) throw malformed();
  const pairs = text === '' ? [] : text.split(',').map(pairOf);
  const all: Texts = Object.fromEntries(pairs);
  const rest = Object.fromEntries(pairs.filter(([name]) => !OWN.includes(name)));
  return { mediaType: all['filetype'], subject: all['subject'], rest };
}

function pairOf(text: string): [string, string] {
  const [name = '', value = '', ...more] = text.trim().split(' ');
  if (!/^[\x21-\x7e]{1,128}$/.test(name) || more.length > 0) throw malformed();
  try {
    return [name, utf8ToString(fromBase64(value))];
  } catch (cause) {
    if (cause instanceof BaseError) throw malformed();
    throw cause;
  }
}

function malformed(): ApiError {
  return new ApiError('REQUEST_INVALID', 'Upload-Metadata are names with values in base64');
}

/** What a chunk is, by its sender's word. */
export interface ChunkChecksum {
  readonly algorithm: (typeof CHECKSUMS)[number];
  readonly value: Uint8Array;
}

/** @throws ApiError REQUEST_INVALID. */
export function uploadChecksum(request: Request): ChunkChecksum | null {
  const text = request.get('Upload-Checksum');
  if (text === undefined) return null;
  const [name, value = ''] = text.split(' ');
  const algorithm = CHECKSUMS.find((each) => each === name);
  if (algorithm === undefined)
    throw new ApiError('REQUEST_INVALID', `Upload-Checksum takes ${CHECKSUMS.join(', ')}`);
  try {
    return { algorithm, value: fromBase64(value) };
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
    throw new ApiError('REQUEST_INVALID', 'Upload-Checksum is in base64', { cause });
  }
}

export function sumsOfChunk(checksum: ChunkChecksum | null): readonly ChecksumName[] {
  const algorithm = checksum?.algorithm;
  return algorithm === 'sha1' || algorithm === 'crc32' ? [algorithm] : [];
}

/** @throws FilesError UPLOAD_CHECKSUM_DIFFERS. */
export function checkChunk({ algorithm, value }: ChunkChecksum, content: StoredContent): void {
  if (equalBytes(value, sumOf(content, algorithm))) return;
  throw new FilesError(
    'UPLOAD_CHECKSUM_DIFFERS',
    `the chunk has another ${algorithm} than was sent with it: none of it was kept; send it again`,
  );
}

/** @throws ApiError CONTENT_TYPE_UNSUPPORTED, CONTENT_ENCODING_UNSUPPORTED. */
export function checkChunkType(request: Request): void {
  contentTypeOf(request, [TUS_BODY]);
}
