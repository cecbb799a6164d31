/** The small files of the key store, and the run file: what is said of one that is not as written. */
import type { JsonObject } from '../../base/canonical-json.js';
import { BaseError } from '../../base/errors.js';
import { JsonMembers } from '../../base/json-members.js';
import { formatStoredJson, parseStoredJson } from '../../base/stored-json.js';
import { KeysError } from '../keys-error.js';

/** @param file its name, which is its place as well. */
export function formatKeyFile(file: string, content: JsonObject): Uint8Array {
  return formatStoredJson(file, content);
}

/** @throws KeysError KEYS_FILE_DAMAGED, KEYS_FORMAT_NEWER; without a cause, which might quote a key. */
export function readKeyFile<T>(
  file: string,
  bytes: Uint8Array,
  readMembers: (members: JsonMembers) => T,
): T {
  const content = checkKeyFile(file, bytes);
  try {
    const members = new JsonMembers(content, () => damagedKeyFile(file));
    const value = readMembers(members);
    members.end();
    return value;
  } catch (cause) {
    if (cause instanceof BaseError) throw damagedKeyFile(file);
    throw cause;
  }
}

/** That it is what was written under this name. @throws as `readKeyFile`. */
export function checkKeyFile(file: string, bytes: Uint8Array): JsonObject {
  return parseStoredJson(file, bytes, {
    damaged: () => damagedKeyFile(file),
    newer: (format, known) =>
      new KeysError(
        'KEYS_FORMAT_NEWER',
        `${file} has format ${format}; this version reads up to ${known}`,
      ),
  });
}

export function missingKeyFile(file: string): KeysError {
  return new KeysError('KEYS_MISSING', `${file} is not in the key store: restore it`);
}

/** @param file its name alone: where the keys lie is nobody's business who reads a message. */
export function damagedKeyFile(file: string): KeysError {
  return new KeysError('KEYS_FILE_DAMAGED', `${file} is not what was written: restore it`);
}
