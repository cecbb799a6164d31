/** What a worker asks of the vault, and the answer. It never leaves the process. */
import { ByteReader, ByteWriter } from '../../../base/byte-codec.js';
import { utf8 } from '../../../base/bytes.js';
import { BaseError } from '../../../base/errors.js';
import { parseScope, type SecretScope, scopeText } from '../../../base/secret-scope.js';
import type { FoundSecret } from '../preparer.js';
import { readMany } from './batch-codec.js';

export function encodeScopes(scopes: readonly SecretScope[]): Uint8Array {
  const writer = new ByteWriter(4 + scopes.length * 128);
  writer.u32(scopes.length);
  for (const scope of scopes) writer.bytes16(utf8(scopeText(scope)));
  return writer.finish();
}

/** @throws BaseError unless `encodeScopes` wrote it. */
export function decodeScopes(bytes: Uint8Array): SecretScope[] {
  const reader = new ByteReader(bytes);
  const scopes = readMany(reader, () => parseScope(reader.bytes16()));
  reader.end();
  return scopes;
}

export function encodeFound(found: readonly (FoundSecret | null)[]): Uint8Array {
  const writer = new ByteWriter(4 + found.length * (1 + ROW_ID_LENGTH + SECRET_LENGTH));
  writer.u32(found.length);
  for (const secret of found) {
    if (secret === null) {
      writer.u8(NONE);
      continue;
    }
    writer.u8(secret.isCommitted ? COMMITTED : PENDING);
    writer.bytes(secret.rowId);
    writer.bytes(secret.secret);
  }
  return writer.finish();
}

/**
 * Copies the secrets out and wipes `bytes`.
 * @throws BaseError unless `encodeFound` wrote it.
 */
export function decodeFound(bytes: Uint8Array): (FoundSecret | null)[] {
  const reader = new ByteReader(bytes);
  const found = readMany(reader, () => readFound(reader));
  reader.end();
  bytes.fill(0);
  return found;
}

const ROW_ID_LENGTH = 16;
const SECRET_LENGTH = 32;
const NONE = 0;
const PENDING = 1;
const COMMITTED = 2;

function readFound(reader: ByteReader): FoundSecret | null {
  const kind = reader.u8();
  if (kind > COMMITTED) throw new BaseError('BYTES_MALFORMED', 'not an answer of the vault');
  if (kind === NONE) return null;
  return {
    rowId: reader.bytes(ROW_ID_LENGTH).slice(),
    secret: reader.bytes(SECRET_LENGTH).slice(),
    isCommitted: kind === COMMITTED,
  };
}
