/** Reads the payload of a `chirograph.File`: what this node wrote, or one that keeps the ledger with it. */
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import {
  arrayOf,
  base64Of,
  BOOLEAN,
  COUNT,
  DIGEST,
  INSTANT,
  JSON_OBJECT,
  JsonMembers,
  oneOf,
  type Shape,
  textLike,
} from '../base/json-members.js';
import { damaged } from '../ledger/ledger-error.js';
import { given, LOCK_MODE } from './drive-settings.js';
import {
  FILE_HEADERS,
  type FileChange,
  type FileChecksums,
  type FileHeaders,
  type FileLock,
  type FilePut,
  type FileSayings,
  type PartRun,
} from './file-change.js';
import { type FilePath, parseFilePath } from './file-path.js';
import { FilesError } from './files-error.js';
import { checkFilesFormat } from './files-format.js';
import { decodeReferences } from './references.js';
import { CHECKSUMS, type ContentPlace } from './stored-content.js';
import { readTexts } from './texts.js';

/** @throws FilesError FILES_FORMAT_NEWER; LedgerError LEDGER_DAMAGED. */
export function parseChange(payload: JsonValue): FileChange {
  const members = new JsonMembers(payload, refuse);
  checkFilesFormat(members.required('$v', COUNT));
  const action = members.required('action', oneOf('put', 'delete', 'change', 'remove'));
  const path = members.required('path', PATH);
  const change = readChange(members, action, path);
  members.end();
  return change;
}

function readChange(
  members: JsonMembers,
  action: FileChange['action'],
  path: FilePath,
): FileChange {
  switch (action) {
    case 'put':
      return { action, path, ...readPut(members), ...readSayings(members) };
    case 'delete':
      return { action, path, isNull: members.optional('null', BOOLEAN) ?? false };
    case 'change':
      return { action, path, ...readAim(members), ...readSayings(members) };
    case 'remove':
      return { action, path, ...readAim(members) };
  }
}

function readAim(
  members: JsonMembers,
): Pick<FileChange & { action: 'remove' }, 'version' | 'bypass'> {
  return {
    version: members.required('version', DIGEST),
    bypass: members.optional('bypass', BOOLEAN) ?? false,
  };
}

function readPut(members: JsonMembers): Omit<FilePut, 'action' | 'path' | keyof FileSayings> {
  const size = members.required('size', COUNT);
  const headers = members.optional('headers', JSON_OBJECT);
  const checksums = members.optional('checksums', JSON_OBJECT);
  const from = members.optional('from', JSON_OBJECT);
  const content = readContent(members.object('content'));
  return {
    isNull: members.optional('null', BOOLEAN) ?? false,
    size,
    sha256: members.required('sha256', DIGEST),
    etag: members.required('etag', textLike(/^[\x21-\x7e]{1,64}$/, 'an ETag')),
    mediaType: members.required('mediaType', textLike(/^[^\p{Cc}\p{Cs}]{1,256}$/u, 'a media type')),
    content,
    ...(checksums !== undefined && { checksums: readChecksums(checksums) }),
    ...given('parts', members.optional('parts', arrayOf(RUN, MAX_PARTS))),
    ...given('partSums', members.optional('partSums', arrayOf(TEXT, MAX_PARTS))),
    ...(headers !== undefined && { headers: readHeaders(headers) }),
    ...given('metadata', readTexts(members, 'metadata')),
    ...(from !== undefined && { from: readFrom(from) }),
  };
}

function readContent(members: JsonMembers): ContentPlace {
  const inline = members.optional('inline', base64Of());
  const place =
    inline === undefined
      ? { refs: decodeReferences(members.required('refs', base64Of())) }
      : { inline };
  members.end();
  return place;
}

function readSayings(members: JsonMembers): FileSayings {
  const lock = members.optional('lock', LOCK);
  return {
    ...(lock !== undefined && { lock: lock === 'none' ? null : readLock(lock) }),
    ...given('hold', members.optional('hold', BOOLEAN)),
    ...given('tags', readTexts(members, 'tags')),
    ...given('acl', members.optional('acl', JSON_OBJECT)),
  };
}

function readLock(value: JsonObject): FileLock {
  const members = new JsonMembers(value, refuse, 'lock');
  const lock = {
    mode: members.required('mode', LOCK_MODE),
    until: members.required('until', INSTANT),
  };
  members.end();
  return lock;
}

function readChecksums(value: JsonObject): FileChecksums {
  const members = new JsonMembers(value, refuse, 'checksums');
  const sums = CHECKSUMS.map((name) => given(name, members.optional(name, TEXT)));
  const type = members.optional('type', oneOf('FULL_OBJECT', 'COMPOSITE'));
  members.end();
  return Object.assign({}, ...sums, given('type', type)) as FileChecksums;
}

function readHeaders(value: JsonObject): FileHeaders {
  const members = new JsonMembers(value, refuse, 'headers');
  const headers = FILE_HEADERS.map((name) => given(name, members.optional(name, TEXT)));
  members.end();
  return Object.assign({}, ...headers) as FileHeaders;
}

function readFrom(value: JsonObject): NonNullable<FilePut['from']> {
  const members = new JsonMembers(value, refuse, 'from');
  const from = {
    drive: members.required('drive', TEXT),
    version: members.required('version', DIGEST),
  };
  members.end();
  return from;
}

/** Shapes have no `null` among their values. */
const LOCK: Shape<JsonObject | 'none'> = {
  what: 'a lock or null',
  read: (value) => (value === null ? 'none' : JSON_OBJECT.read(value)),
};

export const MAX_PARTS = 10_000;

const TEXT: Shape<string> = {
  what: 'text',
  read: (value) => (typeof value === 'string' ? value : null),
};

const PATH: Shape<FilePath> = {
  what: 'a path',
  read: (value) => {
    try {
      return typeof value === 'string' ? parseFilePath(value) : null;
    } catch (cause) {
      if (cause instanceof FilesError) return null;
      throw cause;
    }
  },
};

const RUN: Shape<PartRun> = {
  what: 'a size and a count',
  read: (value) => {
    if (!Array.isArray(value) || value.length !== 2) return null;
    const [size, count] = value.map((each) => COUNT.read(each as JsonValue));
    return typeof size === 'number' && typeof count === 'number' ? [size, count] : null;
  },
};

function refuse(reason: string): Error {
  return damaged(`a record of a file is not what was written: ${reason}`);
}
