/** One change of one path: the payload of `chirograph.File` (docs/formats/files.md). */
import type { UnixMillis } from '../base/brand.js';
import { toBase64 } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import type { HexDigest } from '../base/hex-digest.js';
import { formatInstant } from '../base/time.js';
import type { LockMode } from './drive-settings.js';
import type { FilePath } from './file-path.js';
import { FILES_FORMAT } from './files-format.js';
import { encodeReferences } from './references.js';
import type { ChecksumName, ContentPlace } from './stored-content.js';
import type { Texts } from './texts.js';

export { FILE_TYPE } from '../records/file-content.js';
export const FILE_SUBJECT_TYPE = 'chirograph.FileSubject';

export interface FileLock {
  readonly mode: LockMode;
  readonly until: UnixMillis;
}

/** As they are answered with the content. */
export interface FileHeaders {
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  readonly expires?: string;
}

export const FILE_HEADERS = [
  'cacheControl',
  'contentDisposition',
  'contentEncoding',
  'contentLanguage',
  'expires',
] as const satisfies readonly (keyof FileHeaders)[];

/** Base64, by algorithm; of the whole, or of the checksums of its parts. */
export type FileChecksums = Readonly<Partial<Record<ChecksumName, string>>> & {
  readonly type?: 'FULL_OBJECT' | 'COMPOSITE';
};

/** So many parts of that size, one behind the other. */
export type PartRun = readonly [size: number, count: number];

/** What can be said of a version later too. */
export interface FileSayings {
  /** Null takes it away. */
  readonly lock?: FileLock | null;
  readonly hold?: boolean;
  readonly tags?: Texts;
  readonly acl?: JsonObject;
}

export interface FilePut extends FileSayings {
  readonly action: 'put';
  readonly path: FilePath;
  readonly isNull: boolean;
  readonly size: number;
  readonly sha256: HexDigest;
  readonly etag: string;
  readonly mediaType: string;
  readonly checksums?: FileChecksums;
  readonly content: ContentPlace;
  readonly parts?: readonly PartRun[];
  /** Base64 of each part's checksum, of the algorithm of `checksums`. */
  readonly partSums?: readonly string[];
  readonly headers?: FileHeaders;
  readonly metadata?: Texts;
  readonly from?: { readonly drive: string; readonly version: HexDigest };
}

export interface FileDelete {
  readonly action: 'delete';
  readonly path: FilePath;
  readonly isNull: boolean;
}

export interface FileSaid extends FileSayings {
  readonly action: 'change';
  readonly path: FilePath;
  readonly version: HexDigest;
  readonly bypass: boolean;
}

export interface FileRemove {
  readonly action: 'remove';
  readonly path: FilePath;
  readonly version: HexDigest;
  readonly bypass: boolean;
}

export type FileChange = FilePut | FileDelete | FileSaid | FileRemove;

export function changePayload(change: FileChange): JsonObject {
  const base = { $v: FILES_FORMAT, action: change.action, path: change.path };
  switch (change.action) {
    case 'put':
      return { ...base, ...putMembers(change), ...sayings(change) };
    case 'delete':
      return { ...base, ...(change.isNull && { null: true }) };
    case 'change':
      return { ...base, ...aimed(change), ...sayings(change) };
    case 'remove':
      return { ...base, ...aimed(change) };
  }
}

function putMembers(put: FilePut): JsonObject {
  const { isNull, size, sha256, etag, mediaType, content } = put;
  const { checksums, parts, partSums, headers, metadata, from } = put;
  return {
    ...{ size, sha256, etag, mediaType },
    ...(isNull && { null: true }),
    content:
      'inline' in content
        ? { inline: toBase64(content.inline) }
        : { refs: toBase64(encodeReferences(content.refs)) },
    ...(checksums !== undefined && { checksums: { ...checksums } }),
    ...(parts !== undefined && { parts: parts.map(([size, count]) => [size, count]) }),
    ...(partSums !== undefined && { partSums: [...partSums] }),
    ...(headers !== undefined && { headers: { ...headers } }),
    ...(metadata !== undefined && { metadata }),
    ...(from !== undefined && { from: { ...from } }),
  };
}

function aimed({ version, bypass }: FileSaid | FileRemove): JsonObject {
  return { version, ...(bypass && { bypass: true }) };
}

function sayings({ lock, hold, tags, acl }: FileSayings): JsonObject {
  return {
    ...(lock !== undefined && {
      lock: lock === null ? null : { mode: lock.mode, until: formatInstant(lock.until) },
    }),
    ...(hold !== undefined && { hold }),
    ...(tags !== undefined && { tags }),
    ...(acl !== undefined && { acl }),
  };
}
