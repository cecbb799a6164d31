/** The form of the small files of the key store, and of the run file: RFC 8785 with a format number. */
import {
  canonicalJsonBytes,
  type JsonObject,
  parseCanonicalJson,
} from '../../base/canonical-json.js';
import { BaseError } from '../../base/errors.js';
import { COUNT, JsonMembers } from '../../base/json-members.js';
import { KeysError } from '../keys-error.js';

const FORMAT = 1;

export function formatKeyFile(content: JsonObject): Uint8Array {
  return canonicalJsonBytes({ $v: FORMAT, ...content });
}

/** @throws KeysError KEYS_FILE_DAMAGED, KEYS_FORMAT_NEWER; without a cause, which might quote a key. */
export function readKeyFile<T>(
  file: string,
  bytes: Uint8Array,
  readMembers: (members: JsonMembers) => T,
): T {
  try {
    const members = new JsonMembers(parseCanonicalJson(bytes), () => damagedKeyFile(file));
    const format = members.required('$v', COUNT);
    if (format > FORMAT)
      throw new KeysError(
        'KEYS_FORMAT_NEWER',
        `${file} has format ${format}; this version reads up to ${FORMAT}`,
      );
    if (format !== FORMAT) throw damagedKeyFile(file);
    const value = readMembers(members);
    members.end();
    return value;
  } catch (cause) {
    if (cause instanceof BaseError) throw damagedKeyFile(file);
    throw cause;
  }
}

/** @param file its name alone: where the keys lie is nobody's business who reads a message. */
export function damagedKeyFile(file: string): KeysError {
  return new KeysError('KEYS_FILE_DAMAGED', `${file} is not what was written: restore it`);
}
