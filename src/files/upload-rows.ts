/** What `files/uploads` keeps of an upload and of its parts, as JSON. */
import type { UnixMillis } from '../base/brand.js';
import { fromBase64, toBase64, toHex } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import {
  base64Of,
  BOOLEAN,
  COUNT,
  INSTANT,
  JSON_OBJECT,
  JsonMembers,
  oneOf,
  type Shape,
} from '../base/json-members.js';
import { formatInstant } from '../base/time.js';
import { without } from '../base/without.js';
import { given, LOCK_MODE } from './drive-settings.js';
import { FILE_HEADERS, type FileHeaders, type FileLock } from './file-change.js';
import { type FilePath, parseFilePath } from './file-path.js';
import { FilesError } from './files-error.js';
import { decodeReferences, encodeReferences } from './references.js';
import { CHECKSUMS, type ContentPlace, type StoredContent } from './stored-content.js';
import { readTexts } from './texts.js';
import type { Upload, UploadOptions, UploadPart } from './uploads-port.js';

export function uploadToJson({ options, begunAt, ...named }: Upload): JsonObject {
  const upload = without(named, 'id');
  const { lock, headers, ...rest } = options;
  return {
    ...upload,
    begunAt: formatInstant(begunAt),
    options: {
      ...rest,
      ...(headers !== undefined && { headers: { ...headers } }),
      ...(lock !== undefined &&
        lock !== null && { lock: { mode: lock.mode, until: formatInstant(lock.until) } }),
    },
  };
}

export function uploadOf(id: string, content: JsonObject): Upload {
  const members = new JsonMembers(content, refuse);
  const upload = {
    id,
    path: pathOf(members.required('path', TEXT)),
    subject: members.required('subject', TEXT),
    author: members.required('author', TEXT),
    begunAt: members.required('begunAt', INSTANT),
    options: optionsOf(members.object('options')),
  };
  members.end();
  return upload;
}

function optionsOf(members: JsonMembers): UploadOptions {
  const lock = members.optional('lock', JSON_OBJECT);
  const headers = members.optional('headers', JSON_OBJECT);
  const options: UploadOptions = {
    mediaType: members.required('mediaType', TEXT),
    ...given('hold', members.optional('hold', BOOLEAN)),
    ...given('tags', readTexts(members, 'tags')),
    ...given('acl', members.optional('acl', JSON_OBJECT)),
    ...given('metadata', readTexts(members, 'metadata')),
    ...given('sum', members.optional('sum', oneOf(...CHECKSUMS))),
    ...given('sumType', members.optional('sumType', oneOf('FULL_OBJECT', 'COMPOSITE'))),
    ...(lock !== undefined && { lock: lockOf(lock) }),
    ...(headers !== undefined && { headers: headersOf(headers) }),
  };
  members.end();
  return options;
}

function lockOf(value: JsonObject): FileLock {
  const members = new JsonMembers(value, refuse);
  const lock = {
    mode: members.required('mode', LOCK_MODE),
    until: members.required('until', INSTANT),
  };
  members.end();
  return lock;
}

function headersOf(value: JsonObject): FileHeaders {
  const members = new JsonMembers(value, refuse);
  const headers = FILE_HEADERS.map((name) => given(name, members.optional(name, TEXT)));
  members.end();
  return Object.assign({}, ...headers) as FileHeaders;
}

/** A part with what it takes to join it to others. */
export interface StoredPart extends UploadPart {
  readonly place: ContentPlace;
  readonly md5: Uint8Array;
}

export function partToJson(content: StoredContent, storedAt: UnixMillis): JsonObject {
  const { size, md5, sums, place } = content;
  return {
    ...{ size, sums: { ...sums }, md5: toBase64(md5), storedAt: formatInstant(storedAt) },
    ...('inline' in place
      ? { inline: toBase64(place.inline) }
      : { refs: toBase64(encodeReferences(place.refs)) }),
  };
}

export function partOf(number: number, content: JsonObject): StoredPart {
  const members = new JsonMembers(content, refuse);
  const inline = members.optional('inline', base64Of());
  const md5 = members.required('md5', base64Of(16));
  const sums = new JsonMembers(members.required('sums', JSON_OBJECT), refuse);
  const part = {
    number,
    size: members.required('size', COUNT),
    storedAt: members.required('storedAt', INSTANT),
    etag: toHex(md5),
    md5,
    sums: Object.assign(
      {},
      ...CHECKSUMS.map((name) => given(name, sums.optional(name, TEXT))),
    ) as StoredContent['sums'],
    place:
      inline === undefined
        ? { refs: decodeReferences(fromBase64(members.required('refs', TEXT))) }
        : { inline },
  };
  members.end();
  return part;
}

function pathOf(text: string): FilePath {
  return parseFilePath(text);
}

const TEXT: Shape<string> = {
  what: 'text',
  read: (value) => (typeof value === 'string' ? value : null),
};

function refuse(reason: string): Error {
  return new FilesError(
    'FILES_DAMAGED',
    `a row of files/uploads is not what was written: ${reason}`,
  );
}
