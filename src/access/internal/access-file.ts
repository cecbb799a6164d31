/**
 * access.json (docs/formats/access.md): the keys, how often they have been changed, and of which node
 * they are. Its digest finds accidents; it is no defence against whoever may write the data directory.
 */
import { sha256Digest } from '../../base/bytes.js';
import type { JsonObject } from '../../base/canonical-json.js';
import { digestFromHex, digestToHex } from '../../base/hex-digest.js';
import {
  COUNT,
  DIGEST,
  INSTANT,
  JsonMembers,
  oneOf,
  type Shape,
  textLike,
} from '../../base/json-members.js';
import { formatStoredJson, parseStoredJson } from '../../base/stored-json.js';
import { formatInstant } from '../../base/time.js';
import { NODE_ID } from '../../keys/mark.js';
import { AccessError } from '../access-error.js';
import { type ApiKey, KEY_TEXT_PATTERN } from '../api-key.js';
import { ROLES } from '../authorize.js';
import { isKeyId, type KeyId } from '../key-text.js';
import { isTenantName, type TenantName } from '../tenant-name.js';

export const MAX_KEYS = 10_000;
/** A key's row is below 2 KiB even with the longest label and author. */
export const MAX_FILE_BYTES = MAX_KEYS * 2048;

export interface AccessContent {
  /** How often it has been changed since the node was made. */
  readonly changes: number;
  readonly keys: readonly ApiKey[];
}

const PLACE = 'access.json';

/** @param nodeId whose keys they are: keys that another node gave out open nothing here. */
export function encodeAccessFile(nodeId: string, { changes, keys }: AccessContent): Uint8Array {
  return formatStoredJson(PLACE, { changes, keys: keys.map(encodeKey), nodeId });
}

/** @throws AccessError ACCESS_FILE_DAMAGED or ACCESS_FORMAT_NEWER. */
export function decodeAccessFile(nodeId: string, bytes: Uint8Array): AccessContent {
  if (bytes.length > MAX_FILE_BYTES) throw damaged('it is larger than it can have been written');
  const content = parseStoredJson(PLACE, bytes, {
    damaged,
    newer: (format, known) =>
      new AccessError(
        'ACCESS_FORMAT_NEWER',
        `access.json has format ${format}, this program reads ${known}: use the newer program`,
      ),
  });
  const file = new JsonMembers(content, damaged);
  const changes = file.required('changes', COUNT);
  const keys = file.objects('keys', MAX_KEYS).map(decodeKey);
  if (file.required('nodeId', NODE_ID) !== nodeId) throw damaged('it is of another node');
  file.end();
  if (new Set(keys.map((key) => key.id)).size !== keys.length)
    throw damaged('two keys have one id');
  return { changes, keys };
}

function encodeKey(key: ApiKey): JsonObject {
  return {
    id: key.id,
    tenant: key.tenant,
    role: key.role,
    secretHash: digestToHex(key.secretHash),
    createdAt: formatInstant(key.createdAt),
    ...(key.label === undefined ? {} : { label: key.label }),
    ...(key.author === undefined ? {} : { author: key.author }),
    ...(key.s3 === undefined ? {} : { s3: key.s3 }),
    ...(key.revokedAt === undefined ? {} : { revokedAt: formatInstant(key.revokedAt) }),
  };
}

function decodeKey(row: JsonMembers): ApiKey {
  const label = row.optional('label', TEXT);
  const author = row.optional('author', TEXT);
  const s3 = row.optional('s3', ONLY_TRUE);
  const revokedAt = row.optional('revokedAt', INSTANT);
  const key: ApiKey = {
    id: row.required('id', KEY_ID),
    tenant: row.required('tenant', TENANT),
    role: row.required('role', oneOf(...ROLES)),
    secretHash: sha256Digest(digestFromHex(row.required('secretHash', DIGEST))),
    createdAt: row.required('createdAt', INSTANT),
    ...(label === undefined ? {} : { label }),
    ...(author === undefined ? {} : { author }),
    ...(s3 === undefined ? {} : { s3 }),
    ...(revokedAt === undefined ? {} : { revokedAt }),
  };
  row.end();
  return key;
}

const TEXT = textLike(KEY_TEXT_PATTERN, 'a text of 1 to 200 characters');

const KEY_ID: Shape<KeyId> = {
  what: 'a key id',
  read: (value) => (typeof value === 'string' && isKeyId(value) ? value : null),
};

const TENANT: Shape<TenantName> = {
  what: 'the name of a tenant',
  read: (value) => (typeof value === 'string' && isTenantName(value) ? value : null),
};

/** What is not said is not so. */
const ONLY_TRUE: Shape<true> = {
  what: 'true',
  read: (value) => (value === true ? true : null),
};

function damaged(reason: string): AccessError {
  return new AccessError(
    'ACCESS_FILE_DAMAGED',
    `access.json is not what was written (${reason}): restore it from a backup`,
  );
}
