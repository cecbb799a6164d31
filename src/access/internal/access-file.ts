/**
 * access.json (docs/formats/access.md): one RFC 8785 object with a checksum over the rest of it. The
 * checksum finds accidents; it is no defence against someone who may write the data directory.
 */
import { sha256Digest } from '../../base/bytes.js';
import {
  canonicalJsonBytes,
  type JsonObject,
  type JsonValue,
  parseCanonicalJson,
} from '../../base/canonical-json.js';
import { BaseError } from '../../base/errors.js';
import { sha256 } from '../../base/hash.js';
import { digestFromHex, digestToHex, type HexDigest } from '../../base/hex-digest.js';
import {
  DIGEST,
  INSTANT,
  isJsonObject,
  JsonMembers,
  oneOf,
  type Shape,
  textLike,
} from '../../base/json-members.js';
import { formatInstant } from '../../base/time.js';
import { AccessError } from '../access-error.js';
import { type ApiKey, KEY_TEXT_PATTERN } from '../api-key.js';
import { ROLES } from '../authorize.js';
import { isKeyId, type KeyId } from '../key-text.js';
import { isTenantName, type TenantName } from '../tenant-name.js';

const FORMAT = 1;
export const MAX_KEYS = 10_000;
/** A key's row is below 2 KiB even with the longest label and author. */
export const MAX_FILE_BYTES = MAX_KEYS * 2048;

export function encodeAccessFile(keys: Iterable<ApiKey>): Uint8Array {
  const rows = Array.from(keys, encodeKey);
  const content: JsonObject = { $v: FORMAT, keys: rows };
  return canonicalJsonBytes({ ...content, checksum: checksumOf(content) });
}

/** @throws AccessError ACCESS_FILE_DAMAGED or ACCESS_FORMAT_NEWER. */
export function decodeAccessFile(bytes: Uint8Array): readonly ApiKey[] {
  const value = parseFile(bytes);
  // The format is looked at first: a newer file may have any other members.
  const format = isJsonObject(value) ? value['$v'] : undefined;
  if (typeof format === 'number' && format > FORMAT)
    throw new AccessError(
      'ACCESS_FORMAT_NEWER',
      `access.json has format ${format}, this program reads ${FORMAT}: use the newer program`,
    );
  const file = new JsonMembers(value, damaged);
  file.required('$v', oneOf(FORMAT));
  const keys = file.objects('keys', MAX_KEYS).map(decodeKey);
  const checksum = file.required('checksum', DIGEST);
  file.end();
  if (!isJsonObject(value) || checksumOf(withoutChecksum(value)) !== checksum)
    throw damaged('its checksum does not match');
  if (new Set(keys.map((key) => key.id)).size !== keys.length)
    throw damaged('two keys have one id');
  return keys;
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
    ...(key.revokedAt === undefined ? {} : { revokedAt: formatInstant(key.revokedAt) }),
  };
}

function decodeKey(row: JsonMembers): ApiKey {
  const label = row.optional('label', TEXT);
  const author = row.optional('author', TEXT);
  const revokedAt = row.optional('revokedAt', INSTANT);
  const key: ApiKey = {
    id: row.required('id', KEY_ID),
    tenant: row.required('tenant', TENANT),
    role: row.required('role', oneOf(...ROLES)),
    secretHash: sha256Digest(digestFromHex(row.required('secretHash', DIGEST))),
    createdAt: row.required('createdAt', INSTANT),
    ...(label === undefined ? {} : { label }),
    ...(author === undefined ? {} : { author }),
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

function parseFile(bytes: Uint8Array): JsonValue {
  if (bytes.length > MAX_FILE_BYTES) throw damaged('it is larger than it can have been written');
  try {
    return parseCanonicalJson(bytes);
  } catch (cause) {
    if (cause instanceof BaseError) throw damaged(cause.message, cause);
    throw cause;
  }
}

function checksumOf(content: JsonObject): HexDigest {
  return digestToHex(sha256(canonicalJsonBytes(content)));
}

function withoutChecksum(file: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(file).filter(([name]) => name !== 'checksum'));
}

function damaged(reason: string, cause?: unknown): AccessError {
  return new AccessError(
    'ACCESS_FILE_DAMAGED',
    `access.json is not what was written (${reason}): restore it from a backup`,
    { cause },
  );
}
