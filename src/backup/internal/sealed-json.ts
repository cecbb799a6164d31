/** What is sealed at a target is RFC 8785 JSON: read in one spelling, or refused as a whole. */
import { parseCanonicalJson } from '../../base/canonical-json.js';
import { BaseError } from '../../base/errors.js';
import { type HexDigest } from '../../base/hex-digest.js';
import { COUNT, DIGEST, JsonMembers } from '../../base/json-members.js';
import { damagedBackup } from '../backup-error.js';

/** Bytes of a file. */
export interface Digested {
  readonly length: number;
  readonly sha256: HexDigest;
}

/**
 * @param file named in errors; `what` is said of it.
 * @param read takes every member that there is.
 * @throws BackupError BACKUP_DAMAGED.
 */
export function readSealedJson<T>(
  { file, what }: { readonly file: string; readonly what: string },
  bytes: Uint8Array,
  read: (members: JsonMembers) => T,
): T {
  const refuse = (): Error => damagedBackup(file, what);
  try {
    const members = new JsonMembers(parseCanonicalJson(bytes), refuse);
    const value = read(members);
    members.end();
    return value;
  } catch (cause) {
    if (cause instanceof BaseError) throw refuse();
    throw cause;
  }
}

/** Objects in a list, each with the members that `read` takes and no other. */
export function readEach<T>(
  members: JsonMembers,
  name: string,
  maximum: number,
  read: (item: JsonMembers) => T,
): readonly T[] {
  return members.objects(name, maximum).map((item) => {
    const value = read(item);
    item.end();
    return value;
  });
}

export function readDigested(item: JsonMembers): Digested {
  return { length: item.required('length', COUNT), sha256: item.required('sha256', DIGEST) };
}
