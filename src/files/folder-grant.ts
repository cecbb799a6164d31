/**
 * Grants for folders of a drive: the payload of `chirograph.FolderGrant`, whose newest version is the whole list
 * (docs/formats/files.md). They add to what roles allow; they never take anything away.
 */
import type { Principal, Role } from '../access/authorize.js';
import { type Grantee, granteeIn, isFor } from '../access/grant.js';
import type { UnixMillis } from '../base/brand.js';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { COUNT, INSTANT, JsonMembers, oneOf, type Shape, textLike } from '../base/json-members.js';
import { PERSON_NAME } from '../base/secret-scope.js';
import { formatInstant } from '../base/time.js';
import { damaged } from '../ledger/ledger-error.js';
import { given } from './drive-settings.js';
import { parseFilePath } from './file-path.js';
import { FilesError } from './files-error.js';
import { checkFilesFormat, FILES_FORMAT } from './files-format.js';

export const FOLDER_GRANT_TYPE = 'chirograph.FolderGrant';
export const FOLDER_GRANT_KEY = 'grants';
/** The whole list is written again with each change. */
export const MAX_FOLDER_GRANTS = 1000;
export const FOLDER_GRANT_ID = /^[0-9a-f]{12}$/;

/** Whoever may write may read as well. */
export type FolderRight = 'read' | 'write';

export interface FolderGrant {
  readonly id: string;
  readonly to: Grantee;
  /** `''`: the whole drive; `a/b/`: what is below that folder; anything else: that one file. */
  readonly prefix: string;
  readonly right: FolderRight;
  readonly expiresAt?: UnixMillis;
  readonly madeAt: UnixMillis;
  /** Author who made it. */
  readonly madeBy: string;
}

/** @throws FilesError FILE_PATH_REFUSED. */
export function parsePrefix(text: string): string {
  return text === '' ? '' : parseFilePath(text);
}

export function covers(prefix: string, place: string): boolean {
  const isFolder = prefix === '' || prefix.endsWith('/');
  return isFolder ? place.startsWith(prefix) : place === prefix;
}

/** What these give somebody at a place: a path, or the beginning of all paths that are meant. */
export function rolesOfGrants(
  grants: readonly FolderGrant[],
  principal: Pick<Principal, 'keyId' | 'identity'>,
  place: string,
  now: UnixMillis,
): readonly Role[] {
  const held = grants.filter(
    ({ to, prefix, expiresAt }) =>
      isFor(to, principal) && (expiresAt === undefined || expiresAt > now) && covers(prefix, place),
  );
  return [...new Set(held.map(({ right }): Role => (right === 'write' ? 'writer' : 'reader')))];
}

/** As the API shows it, and as it is kept. */
export function folderGrantJson({ to, expiresAt, madeAt, ...rest }: FolderGrant): JsonObject {
  return {
    ...rest,
    to: { ...to },
    ...(expiresAt !== undefined && { expiresAt: formatInstant(expiresAt) }),
    madeAt: formatInstant(madeAt),
  };
}

export function folderGrantsPayload(grants: readonly FolderGrant[]): JsonObject {
  return { $v: FILES_FORMAT, ...(grants.length > 0 && { grants: grants.map(folderGrantJson) }) };
}

/** @throws FilesError FILES_FORMAT_NEWER; LedgerError LEDGER_DAMAGED. */
export function parseFolderGrants(payload: JsonValue): readonly FolderGrant[] {
  const members = new JsonMembers(payload, refuse);
  checkFilesFormat(members.required('$v', COUNT));
  const grants = members.objects('grants', MAX_FOLDER_GRANTS).map(parseGrant);
  members.end();
  return grants;
}

function parseGrant(row: JsonMembers): FolderGrant {
  const to = row.object('to');
  const grant = {
    id: row.required('id', textLike(FOLDER_GRANT_ID, 'the id of a grant')),
    to: granteeIn(to),
    prefix: row.required('prefix', PREFIX),
    right: row.required('right', oneOf('read', 'write')),
    madeAt: row.required('madeAt', INSTANT),
    madeBy: row.required('madeBy', textLike(PERSON_NAME, 'a name')),
    ...given('expiresAt', row.optional('expiresAt', INSTANT)),
  };
  to.end();
  row.end();
  return grant;
}

const PREFIX: Shape<string> = {
  what: 'a path, or nothing',
  read: (value) => {
    try {
      return typeof value === 'string' ? parsePrefix(value) : null;
    } catch (cause) {
      if (cause instanceof FilesError) return null;
      throw cause;
    }
  },
};

function refuse(reason: string): Error {
  return damaged(`the grants of a drive are not what was written: ${reason}`);
}
